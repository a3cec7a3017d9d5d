"""Intervals in which events may have been missed, and why."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class GapKind(StrEnum):
    """What kept Umbel from seeing."""

    LINK = "link"
    """There was no link to the broker."""
    STOPPED = "stopped"
    """Umbel was not running."""
    DROPPED = "dropped"
    """The buffer, or the broker's queue, was full, and some events gave way."""
    WORKER = "worker"
    """One worker did more than its events told."""


class Gap(Struct, frozen=True, kw_only=True):
    """One interval. Its kind, its worker and ``since`` are its identity.

    ``since`` and ``until`` are epoch seconds of our clock; ``until`` is ``None`` while it lasts. ``reason`` is a
    sentence without its dates. ``events`` is how many are known to be missing, ``None`` where nobody can know.
    """

    kind: GapKind
    since: float
    until: float | None = None
    reason: str
    worker: str | None = None
    events: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether events are seen again."""
        return self.until is not None
