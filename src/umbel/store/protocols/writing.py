"""What the collector asks of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from umbel.model.events import Event


class Arrival(Struct, frozen=True, gc=False):
    """An event, and when it arrived by our clock (epoch seconds)."""

    event: Event
    at: float


class Commit(Struct, frozen=True, kw_only=True):
    """What one transaction did. ``seq`` is its position in the journal; nothing new gives the last one again."""

    seq: int
    tasks: int
    events: int


class TaskWriter(Protocol):
    """The one that writes what the collector gathered."""

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Fold these events into their tasks and workers and add them to the journal, all or nothing.

        One transaction. Order and repetition do not matter, so a retry after an error is safe: an event that is
        stored already changes nothing. An empty sequence writes nothing.
        Raises StoreUnavailable when nothing was saved and the caller may try again.
        """

    def describe(self, types: Sequence[TaskType]) -> None:
        """Store what workers say of their tasks; the newest word on a name counts. Safe beside ``commit``.

        Raises StoreUnavailable when nothing was saved.
        """

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete what ``retention`` no longer keeps, oldest first, at most a slice (about 100 ms) a call.

        Call again while ``more`` is true. A task's age counts from its first arrival; one that is not finished is
        deleted by its age only. Texts that nothing uses any more are forgotten. Workers that were not seen for
        ``max_age_s`` go, too; the newest journal batch stays, so that positions go on.
        """


class Retention(Struct, frozen=True, kw_only=True):
    """How long history is kept; ``None`` is without a bound. The tightest bound wins.

    A state in ``max_age_s_by_state`` has an age of its own, in place of ``max_age_s``. ``max_tasks`` counts those that
    are over.
    """

    max_age_s: float | None = None
    max_age_s_by_state: Mapping[str, float | None] = {}
    max_tasks: int | None = None
    max_bytes: int | None = None
    journal_age_s: float = 3_600.0
    by_minute_age_s: float | None = 7 * 86_400.0
    by_hour_age_s: float | None = 90 * 86_400.0
    by_day_age_s: float | None = 1_095 * 86_400.0
    """Figures outlive the tasks that they count: those of minutes, of hours and of days."""


class Pruned(Struct, frozen=True, kw_only=True):
    """What a slice of pruning deleted, and whether another one is due.

    ``terms`` are texts that no task and no figure uses, ``rollups`` rows of figures.
    """

    tasks: int = 0
    journal: int = 0
    terms: int = 0
    rollups: int = 0
    more: bool = False


class TaskType(Struct, frozen=True, kw_only=True):
    """What workers say of a task that they know. ``max_retries`` is ``None`` where it may retry for ever."""

    name: str
    max_retries: int | None
