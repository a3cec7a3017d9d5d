"""Repairs what was missed: looks unfinished tasks up in the result backend and in the workers' own lists.

After each gap and at the start all tasks that are unfinished are looked up; otherwise, slowly, those of which nothing
was heard for a while. What is found is given to the collector as facts that were learnt. A task that is found nowhere,
whose worker is gone or lists it no more, is judged lost once nothing was heard of it for a grace time; until then, and
while anything that could tell does not answer, nothing is said.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct

from umbel.control.evidence import Evidence, Grace, Held, held_by_workers, reason_to_give_up, what_is_new
from umbel.control.inspect import CannotAsk, Inspector
from umbel.control.patience import Patience
from umbel.control.results import Results
from umbel.model.events import Learnt
from umbel.model.gaps import Gap, GapKind
from umbel.model.learnt import judged_lost
from umbel.model.search import Equals, Or, Query, TextField
from umbel.model.tasks import TERMINAL_STATES, State, Task
from umbel.model.workers import Worker, WorkerState, liveness
from umbel.store.protocols import StoreError, TaskReader, WorkerStore

LOOKUPS_PER_S: Final = 500
AT_ONCE: Final = 100
PAGE: Final = 500
EVERY_S: Final = 30.0
"""How often those of which nothing was heard for a while are looked at."""
SETTLE_S: Final = 2.0
"""How long after a gap its tasks are looked up: the events of what ends just then are still on their way."""
LISTS_KEPT_S: Final = 10.0
ROWS_A_ROUND: Final = 5_000
LOOK_WITHIN_S: Final = 5.0
_PATIENCE_S: Final = 0.25


class TasksAndWorkers(TaskReader, WorkerStore, Protocol):
    """What of the store is read here."""


class Repair(Struct, frozen=True, kw_only=True):
    """What was done since the start. ``lookups`` counts tasks, ``repaired`` those of which something was learnt.

    ``waiting`` tasks were found nowhere in the newest round and cannot be judged yet, or are still to be looked up.
    ``backend`` says why results cannot be read, ``None`` where they can.
    """

    lookups: int = 0
    repaired: int = 0
    lost: int = 0
    waiting: int = 0
    running: bool = False
    last_at: float | None = None
    backend: str | None = None


class Reconciler:
    """A thread that repairs. ``start`` once, ``stop`` once.

    ``learn`` takes what was learnt. ``seeing_since`` says since when events are seen (epoch seconds), ``None`` while
    they are not: nothing is done then. ``clock`` gives epoch seconds. ``patience`` knows when to look again. ``recent``
    gives what workers were found to hold since an instant, where somebody asked them all.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: TasksAndWorkers,
        *,
        inspector: Inspector,
        results: Results,
        learn: Callable[[Sequence[Learnt]], None],
        seeing_since: Callable[[], float | None],
        clock: Callable[[], float],
        logger: logging.Logger,
        patience: Patience | None = None,
        grace: Grace | None = None,
        lookups_per_s: float = LOOKUPS_PER_S,
        every_s: float = EVERY_S,
        recent: Callable[[float], Held | None] = lambda _: None,
    ) -> None:
        self._store = store
        self._recent = recent
        self._inspector = inspector
        self._results = results
        self._learn = learn
        self._seeing_since = seeing_since
        self._clock = clock
        self._logger = logger
        self._patience = patience or Patience()
        self._grace = grace or Grace()
        self._pause_s = AT_ONCE / lookups_per_s
        self._every_s = every_s
        self._lists: tuple[float, Held, dict[str, Worker]] | None = None
        self._cursor: str | None = None
        self._counts = {"lookups": 0, "repaired": 0, "lost": 0}
        self._waiting = 0
        self._is_running = False
        self._last_at: float | None = None
        self._all_looked_up_at = float("-inf")
        self._all_due_at: float | None = time.monotonic() + SETTLE_S
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-repair", daemon=True)

    def start(self) -> None:
        """Begin with all that is unfinished."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Stop; what is being looked up is given up after ``timeout_s``."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def note_gap(self, gap: Gap) -> None:
        """Look all unfinished tasks up once this gap is over. Any thread may call it.

        Events that are lost one by one make many small gaps: what they hid is looked up once a round.
        """
        if gap.is_over:
            soon = time.monotonic() + SETTLE_S
            is_small = gap.kind in (GapKind.WORKER, GapKind.DROPPED)
            self._all_due_at = max(soon, self._all_looked_up_at + self._every_s) if is_small else soon

    def health(self) -> Repair:
        """Return what was done. Any thread may call it."""
        waiting = self._waiting
        problem = self._results.why_not or self._results.last_error
        return Repair(**self._counts, waiting=waiting, running=self._is_running, last_at=self._last_at, backend=problem)

    def _run(self) -> None:
        self._results.open()
        next_round_at = time.monotonic() + self._every_s
        while not self._stopping.wait(_PATIENCE_S):
            now, all_due_at = time.monotonic(), self._all_due_at
            is_all_due = all_due_at is not None and now >= all_due_at
            if not (is_all_due or now >= next_round_at) or self._seeing_since() is None:
                continue
            if is_all_due:
                self._all_due_at = None
            if not self._try_round(everything=is_all_due) and is_all_due:
                self._all_due_at = time.monotonic() + self._every_s
            elif is_all_due:
                self._all_looked_up_at = time.monotonic()
            next_round_at = time.monotonic() + self._every_s

    def _try_round(self, *, everything: bool) -> bool:
        self._is_running = True
        try:
            self.round(everything=everything)
        except (CannotAsk, StoreError) as error:
            self._logger.debug("Nothing could be repaired: %s", error)
            return False
        except Exception:  # a thread that dies would repair nothing any more
            self._logger.exception("A fault while repairing; going on")
        finally:
            self._is_running = False
        return True

    def round(self, *, everything: bool) -> None:
        """Look up all unfinished tasks, or those that are due, some thousands of them. Raises CannotAsk, StoreError."""
        self._waiting = 0
        for tasks in self._due(everything=everything):
            began = time.monotonic()
            self._settle(tasks)
            pause_s = self._pause_s * len(tasks) / AT_ONCE - (time.monotonic() - began)
            if self._stopping.wait(max(0.0, pause_s)):
                return
        if self._cursor is None:
            self._patience.note_all_seen()
        self._last_at = self._clock()

    def _due(self, *, everything: bool) -> Iterator[list[Task]]:
        chosen: list[Task] = []
        for tasks in self._unfinished(everything=everything):
            now = self._clock()
            chosen += [task for task in tasks if everything or self._patience.is_due(task, now)]
            while len(chosen) >= AT_ONCE:
                yield chosen[:AT_ONCE]
                chosen = chosen[AT_ONCE:]
        if chosen:
            yield chosen

    def _unfinished(self, *, everything: bool) -> Iterator[tuple[Task, ...]]:
        """Yield pages of what has not ended, newest first; a slow round goes on where the one before stopped."""
        states = {state for count in self._store.counts() for state, number in count.by_state.items() if number}
        open_states = sorted(states - TERMINAL_STATES)
        if not open_states:
            self._cursor = None
            return
        query = Query("", Or(tuple(Equals(TextField.STATE, state) for state in open_states)))
        cursor, rows = (None if everything else self._cursor), 0
        while everything or rows < ROWS_A_ROUND:
            page = self._store.list(query, limit=PAGE, cursor=cursor)
            yield page.tasks
            cursor, rows = page.cursor, rows + PAGE
            if cursor is None:
                break
        self._cursor = cursor

    def _settle(self, tasks: Sequence[Task]) -> None:
        """Learn what can be learnt of these, and judge those of which nothing can."""
        held, workers = self._asked()  # before the results: what ends in between is then in one of both
        found = self._results.look_up([task.id for task in tasks], LOOK_WITHIN_S)
        now, seeing_since = self._clock(), self._seeing_since()
        if seeing_since is None:
            raise CannotAsk("the link to the broker was lost meanwhile")
        evidence = Evidence(
            held=held,
            workers=workers,
            results=found,
            why_no_results=self._results.why_not,
            seeing_since=seeing_since,
            now=now,
            grace=self._grace,
        )
        self._counts["lookups"] += len(tasks)
        told = [self._of(task, evidence) for task in tasks]
        facts = [fact for fact in told if fact is not None]
        if facts:
            self._learn(facts)

    def _of(self, task: Task, evidence: Evidence) -> Learnt | None:
        fact = what_is_new(task, evidence)
        if fact is not None:
            self._counts["repaired"] += self._patience.note_settled(task, fact.state)
            return fact
        reason = reason_to_give_up(task, evidence)
        if reason is not None and self._patience.is_sure(task, evidence.now):
            self._counts["lost"] += self._patience.note_settled(task, State.LOST)
            return judged_lost(task, reason)
        if reason is None:
            self._patience.note_tried(task, evidence.now)
        if task.state != State.LOST and task.id not in evidence.held.tasks:
            self._waiting += 1
        return None

    def _asked(self) -> tuple[Held, dict[str, Worker]]:
        """Return what workers hold and the store's word on them, asked for at most once in ``LISTS_KEPT_S``."""
        now = self._clock()
        if self._lists is None or not 0 <= now - self._lists[0] <= LISTS_KEPT_S:
            since = self._seeing_since() or now
            workers = {one.name: one for one in self._store.workers()}
            states = {name: liveness(one, now, seeing_since=since)[0] for name, one in workers.items()}
            alive = {name for name, state in states.items() if state is not WorkerState.OFFLINE}
            recent = self._recent(now - LISTS_KEPT_S)
            self._lists = (now, recent or held_by_workers(self._inspector, alive), workers)
        return self._lists[1:]
