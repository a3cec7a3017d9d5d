"""Reads the sources again and again, keeps their entries in the store, and tells the book what changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from umbel.model.errors import UmbelError
from umbel.model.schedules import Entry, SourceKind, SourceRead
from umbel.schedule.book import Book
from umbel.schedule.merge import merge, together
from umbel.schedule.sources.agent import AgentSource
from umbel.schedule.sources.source import Listing, Source
from umbel.store.protocols import ScheduleStore, StoreError

READ_EVERY_S: Final = 30.0
SOON_S: Final = 2.0
"""While no source has told anything yet: a worker may be about to start."""
SOON_FOR_S: Final = 60.0
LEARN_EVERY_S: Final = 120.0


class ScheduleKeeper:
    """Reads on a thread of its own. ``start`` once, ``stop`` once; ``look`` is one reading.

    ``learnt`` is asked only where no other source has entries.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: ScheduleStore,
        book: Book,
        sources: Sequence[Source],
        *,
        learnt: Source | None = None,
        agent: AgentSource | None = None,
        clock: Callable[[], float],
        logger: logging.Logger,
        read_every_s: float = READ_EVERY_S,
    ) -> None:
        self._store = store
        self._book = book
        self._sources = [*sources, *([agent] if agent is not None else [])]
        self._agent = agent
        self._learnt = learnt
        self._clock = clock
        self._logger = logger
        self._read_every_s = read_every_s
        self._began_at = clock()
        self._learnt_at = float("-inf")
        self._learned: dict[str, Entry] = {}
        self._listed: dict[Source, Listing] = {}
        self._reads: dict[Source, SourceRead] = {}
        self._known: dict[str, Entry] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-schedule-sources", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop; a source that is being read is given up after ``timeout_s``."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        wait_s = 0.2
        while not self._stopping.wait(wait_s):
            try:
                self.look()
            except StoreError as error:
                self._logger.debug("Schedules could not be stored: %s", error)
            except Exception:  # a thread that dies would read nothing any more
                self._logger.exception("A fault while reading schedules; going on")
            is_early = not self._listed and self._clock() - self._began_at < SOON_FOR_S
            wait_s = SOON_S if is_early else self._read_every_s

    def look(self) -> None:
        """Read every source once and store what changed. Raises StoreError."""
        now = self._clock()
        if self._known is None:
            self._known = {one.id: one for one in self._store.entries()}
            self._book.replace(self._known.values())
        for source in self._sources:
            self._read(source, now)
        told = self._told(now)
        merged = merge(self._known, told, self._unread(), now)
        self._store.keep_entries(merged.to_store)
        self._known = {one.id: one for one in merged.entries}
        self._book.replace(merged.entries, merged.to_plan)
        self._store.keep_sources(list(self._reads.values()))
        if self._agent is not None:
            self._store.keep_beats(self._agent.beats())

    def _told(self, now: float) -> dict[str, Entry]:
        told = together(one for listing in self._listed.values() for one in listing.entries)
        others = (one for one in (self._known or {}).values() if one.archived_at is None and not one.is_learnt)
        may_be_told = not self._listed and now - self._began_at < SOON_FOR_S
        if self._learnt is None or told or may_be_told or any(others):
            return told
        if now - self._learnt_at >= LEARN_EVERY_S:
            self._learnt_at = now
            listing = self._learnt.read()
            self._learned = together(listing.entries if listing is not None else ())
        return self._learned

    def _read(self, source: Source, now: float) -> None:
        before = self._reads.get(source) or SourceRead(kind=source.kind, place=source.place, tried_at=now)
        try:
            listing = source.read()
        except UmbelError as error:
            self._reads[source] = replace(before, tried_at=now, error=str(error))
            return
        except Exception as error:  # what one source holds, of whatever shape, must not hide all others
            self._logger.exception("A fault while reading the schedule of %s", source.place)
            why = f"{source.place} holds what Umbel cannot read ({type(error).__name__})"
            self._reads[source] = replace(before, tried_at=now, error=why)
            return
        if listing is None:
            if source in self._listed:  # it told something before, and does not say that it is gone
                self._reads[source] = replace(before, tried_at=now)
            return
        self._listed[source] = listing
        self._reads[source] = SourceRead(
            kind=source.kind,
            place=source.place,
            tried_at=now,
            read_at=now,
            entries=len(listing.entries),
            note=listing.note,
        )

    def _unread(self) -> Iterable[SourceKind]:
        """Return the kinds of sources that told nothing since the start: what they had is kept."""
        unread = {source.kind for source in self._sources if source not in self._listed}
        return unread if self._learnt_at > float("-inf") or self._listed else {*unread, SourceKind.LEARNT}
