"""The verdict clock: judges each expected run when it is time, and plans the one after it.

What has to be judged stands in the store with its time, so a restart forgets nothing and nothing drifts: one question
by an index a tick finds what is due by now, and where nothing is, that is all. Runs are dated at their due time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from umbel.model.schedules import Grace, RunVerdict
from umbel.schedule.book import Book
from umbel.schedule.memory import Memory
from umbel.schedule.plan import first_run
from umbel.schedule.tick import ClockStore, Given, Tick
from umbel.store.protocols import StoreError

TICK_S: Final = 1.0
RUNS_AT_ONCE: Final = 1_000
RUNS_OPEN_AT_MOST: Final = 50_000
TIDY_EVERY_S: Final = 20.0
TIDY_SHARE: Final = 30
"""All entries are tidied in so many turns."""
RUNS_KEPT: Final = 200


class VerdictClock:
    """Judges on a thread of its own. ``start`` once, ``stop`` once; ``tick`` is one look.

    ``sees_until`` tells up to which instant all that was sent and heard is stored. ``kept_runs`` of an entry are kept
    though they went well, and any of them for ``kept_s`` (``None``: for ever).
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: ClockStore,
        book: Book,
        *,
        grace: Grace,
        sees_until: Callable[[], float],
        clock: Callable[[], float],
        logger: logging.Logger,
        kept_runs: int = RUNS_KEPT,
        kept_s: float | None = None,
        tick_s: float = TICK_S,
    ) -> None:
        self._store = store
        self._runs = store.schedules
        self._book = book
        self._grace = grace
        self._sees_until = sees_until
        self._clock = clock
        self._logger = logger
        self._kept_runs = kept_runs
        self._kept_s = kept_s
        self._tick_s = tick_s
        self._memory: Memory | None = None
        self._tidied = 0
        self._tidied_at = clock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-schedules", daemon=True)

    def start(self) -> None:
        """Begin to judge."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop; what is due meanwhile is judged after the next start."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.wait(self._tick_s):
            try:
                self.tick()
            except StoreError as error:
                self._logger.debug("Runs could not be judged: %s", error)
            except Exception:  # a thread that dies would judge nothing any more
                self._logger.exception("A fault while judging runs; going on")

    def tick(self) -> int:
        """Judge what is due and return how many runs that were. Raises StoreError; the next tick tries again."""
        now = self._clock()
        memory = self._memory or self._recalled()
        self._plan(memory, self._book.take_to_plan(), now)
        due = self._runs.due(now, RUNS_AT_ONCE)
        if due:
            given = Given(
                store=self._store,
                book=self._book,
                memory=memory,
                grace=self._grace,
                now=now,
                until=self._sees_until(),
            )
            Tick(given, due).judge()
            self._runs.keep_beats(memory.rhythm.take_changed())
        self._tidy(now)
        return len(due)

    def _recalled(self) -> Memory:
        """Read what was known when it was stopped, and see to it that every entry has its next run planned."""
        memory = Memory(self._runs, self._store, self._grace)
        planned = {
            run.entry_id
            for run in self._runs.due(float("inf"), RUNS_OPEN_AT_MOST)
            if run.verdict is RunVerdict.WAITING and run.task_id is None
        }
        self._book.plan({one for one in self._book.entries() if one not in planned})
        self._memory = memory
        return memory

    def _plan(self, memory: Memory, changed: set[str], now: float) -> None:
        """Plan the runs of entries that are new, came back or changed, and none of those that ended."""
        if not changed:
            return
        entries = self._book.entries()
        place = self._runs.newest_place()
        planned = [(one, first_run(entries[one], now, place)) for one in sorted(changed) if one in entries]
        self._runs.replan([one for one, _ in planned], now)
        standings = [
            replace(memory.standing(one), next_due_at=run.due_at if run is not None else None) for one, run in planned
        ]
        self._runs.keep_runs([run for _, run in planned if run is not None], standings)
        memory.standings.update((one.entry_id, one) for one in standings)

    def _tidy(self, now: float) -> None:
        """Delete old runs of some entries; all have their turn within ten minutes."""
        ids = sorted(self._book.entries())
        if not ids or 0 <= now - self._tidied_at < TIDY_EVERY_S:
            return
        first = self._tidied % len(ids)
        self._tidied_at, self._tidied = now, first + max(1, len(ids) // TIDY_SHARE)
        before = None if self._kept_s is None else now - self._kept_s
        self._runs.tidy(ids[first : self._tidied], kept=self._kept_runs, before=before)
