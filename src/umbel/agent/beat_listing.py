"""Which entries of beat's schedule are to be told: those that changed, and now and then all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypedDict

from umbel.agent.arguments import Arguments
from umbel.agent.beat_entries import entry_of
from umbel.model.wire import BeatEntry

ALL_EVERY_S: Final = 300.0
ENTRIES_A_PART: Final = 200
MOST_ENTRIES: Final = 10_000


class Part(TypedDict):
    """The fields of a ``BeatReport`` that list entries."""

    listing: int
    complete: bool
    entries: list[BeatEntry]
    gone: list[str]


class Listing:
    """Remembers what was told."""

    def __init__(self, arguments: Arguments, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._arguments = arguments
        self._elapsed = elapsed
        self._told: dict[str, BeatEntry] = {}
        self._all_at: float | None = None
        self._number = 0

    def begin_anew(self) -> None:
        """Tell all of them next time: something of the last telling is lost."""
        self._all_at = None

    def parts(self, entries: Iterable[tuple[str, Any]], *, are_all: bool = True) -> list[Part]:
        """Return what is to be told of these entries, in at least one part; ``are_all`` where there are no others."""
        now, told = self._elapsed(), {}
        for name, entry in list(entries)[:MOST_ENTRIES]:
            told[str(name)] = entry_of(str(name), entry, self._arguments)
        complete = are_all and (self._all_at is None or now - self._all_at >= ALL_EVERY_S)
        changed = [entry for name, entry in told.items() if complete or self._told.get(name) != entry]
        gone = [] if complete or not are_all else [name for name in self._told if name not in told]
        self._told = told
        if complete:
            self._all_at = now
        self._number += 1
        return [self._part(changed[at : at + ENTRIES_A_PART], gone if not at else [], complete=complete)
                for at in range(0, max(1, len(changed)), ENTRIES_A_PART)]  # fmt: skip

    def _part(self, entries: list[BeatEntry], gone: list[str], *, complete: bool) -> Part:
        return Part(listing=self._number, complete=complete, entries=entries, gone=gone)
