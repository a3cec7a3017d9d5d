"""Entries of schedules, their expected runs, and who sends them."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from umbel.model.schedule_match import Send
from umbel.model.schedules import BeatSeen, Entry, Run, RunVerdict, SourceRead, Standing


class EntryPage(Struct, frozen=True, kw_only=True):
    """Entries with how they stand, in the order that was asked for; ``total`` is how many there are in all."""

    items: tuple[tuple[Entry, Standing], ...]
    total: int


class ScheduleStore(Protocol):
    """Schedules. Its writing methods are safe beside ``commit``, and safe to repeat; each is all or nothing.

    They raise StoreUnavailable when nothing was saved.
    """

    def entries(self) -> builtins.list[Entry]:
        """Return all entries by name, the archived ones too, at most 10,000."""

    def keep_entries(self, entries: Sequence[Entry]) -> None:
        """Store entries; one of the same id is replaced, and stands as before."""

    def page(
        self,
        *,
        text: str = "",
        archived: bool = False,
        troubled: bool = False,
        by: str = "trouble",
        limit: int = 100,
        offset: int = 0,
    ) -> EntryPage:
        """Return a page of the entries whose name or task holds ``text``, letters of any case.

        ``by`` is ``trouble`` (those in trouble first, then by name), ``name``, or ``next`` (what is due next first).
        ``archived`` ones alone or not at all; with ``troubled`` only those whose last run is in trouble.
        """

    def entry(self, entry_id: str) -> tuple[Entry, Standing] | None:
        """Return one entry and how it stands."""

    def all_standing(self) -> builtins.list[tuple[Entry, Standing]]:
        """Return all entries with how they stand, in no order, the archived ones too, at most 10,000."""

    def standings(self) -> dict[str, Standing]:
        """Return how every entry stands, by its id."""

    def keep_runs(
        self,
        runs: Sequence[Run],
        standings: Sequence[Standing] = (),
        gone: Sequence[tuple[str, float]] = (),
    ) -> None:
        """Store runs and how their entries stand; a run of the same entry and due time is replaced.

        Those that are ``gone`` (entry, due time) are deleted first.
        """

    def replan(self, entry_ids: Sequence[str], after: float) -> None:
        """Delete the runs of these entries that are due after this instant and wait: their rule changed or ended."""

    def due(self, now: float, limit: int = 1_000) -> builtins.list[Run]:
        """Return the runs that have to be judged by now (``look_at``), the longest due first."""

    def runs(
        self, entry_id: str, *, limit: int = 60, before: float | None = None, until: float | None = None
    ) -> builtins.list[Run]:
        """Return the runs of an entry that were due ``before`` (exclusive) or ``until`` (inclusive), newest first.

        At most 500.
        """

    def strips(self, entry_ids: Collection[str], until: float, limit: int = 60) -> dict[str, builtins.list[Run]]:
        """Return the last runs that were due until then, oldest first, of at most 500 entries."""

    def troubles(self, since: float, until: float) -> dict[RunVerdict, int]:
        """Return how many runs that were due in the interval are in trouble (``model.schedules.BAD``)."""

    def sends(self, after: Mapping[str, int], limit: int = 300) -> dict[str, builtins.list[Send]]:
        """Return, by task name, the tasks that came after these places, in their order, ``limit`` of a name at most."""

    def arrivals(self, name: str, limit: int = 40) -> builtins.list[float]:
        """Return when the newest tasks of this name that no other task started were sent, oldest first."""

    def names(self, limit: int = 500) -> builtins.list[str]:
        """Return the names of tasks that are stored."""

    def newest_place(self) -> int:
        """Return the place of the task that came last, 0 where there is none."""

    def beats(self) -> builtins.list[BeatSeen]:
        """Return the processes that sent scheduled tasks, the latest first, at most 100."""

    def keep_beats(self, beats: Sequence[BeatSeen]) -> None:
        """Store them, by client."""

    def sources(self) -> builtins.list[SourceRead]:
        """Return how reading each source went."""

    def keep_sources(self, sources: Sequence[SourceRead]) -> None:
        """Store this, in place of all that was stored."""

    def tidy(self, entry_ids: Sequence[str], *, kept: int, before: float | None) -> int:
        """Delete, of these entries, runs that went well beyond the newest ``kept``, and all due ``before``.

        Return how many were deleted.
        """
