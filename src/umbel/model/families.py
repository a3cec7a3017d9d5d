"""Tasks that belong together: one tree of calls, as far as their events tell."""

from __future__ import annotations

from msgspec import Struct


class Kin(Struct, frozen=True, kw_only=True):
    """A task of a family, with what a graph of it needs. Instants in epoch seconds; texts are cut to 200 characters."""

    id: str
    name: str | None
    state: str
    root_id: str | None = None
    parent_id: str | None = None
    worker: str | None = None
    retries: int = 0
    sent_at: float | None = None
    received_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    runtime_s: float | None = None
    args: str | None = None
    result: str | None = None
    exception: str | None = None


class Crowd(Struct, frozen=True, kw_only=True):
    """Many tasks of one name with one parent, told as one. ``first_at`` and ``last_at`` are the ends of their runs.

    Of their tasks a family lists those that did not succeed, as far as there is room.
    """

    parent_id: str | None
    name: str | None
    by_state: dict[str, int]
    first_at: float | None = None
    last_at: float | None = None


class Family(Struct, frozen=True, kw_only=True):
    """The tasks of one root in their order of arrival, the root first where it is stored.

    ``by_state`` counts all of them. ``complete`` is false where there were more than could be counted.
    """

    root_id: str
    kin: tuple[Kin, ...]
    crowds: tuple[Crowd, ...]
    by_state: dict[str, int]
    complete: bool
