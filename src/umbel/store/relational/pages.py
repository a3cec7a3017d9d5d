"""What the ways to list tasks have in common."""

from __future__ import annotations

from typing import NamedTuple

Value = float | str | None

NEWEST_ROW = 2**63 - 1
"""Stands for a place after every row."""


class Place(NamedTuple):
    """A place in a list: the value of the sort and the row."""

    value: Value
    row_id: int


class Asked(NamedTuple):
    """Which page is wanted. ``after`` is the place that it follows."""

    descending: bool
    limit: int
    after: Place | None


class Found(NamedTuple):
    """A page of places, in order.

    ``next`` is the place to go on from, ``None`` at the end. ``complete`` is false when the time was over;
    ``covered`` is then the place in the order of arrival up to which all was looked at, where that can be said.
    """

    places: list[Place]
    next: Place | None
    complete: bool = True
    covered: int | None = None


def page(places: list[Place], limit: int) -> Found:
    """Return the page of ``places``, of which one more than ``limit`` was asked for."""
    more = len(places) > limit
    return Found(places[:limit], places[limit - 1] if more else None)


def start_row(*, descending: bool) -> int:
    """Return the row that comes before the first one."""
    return NEWEST_ROW if descending else 0
