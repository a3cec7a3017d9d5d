"""What the routes and the live stream show, read from the store and put into the shapes of the API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from umbel.model.gaps import GapKind
from umbel.model.judged import judged
from umbel.model.search import Equals, Node, Query, TextField
from umbel.model.tasks import State, Task
from umbel.model.verdicts import LOST, Verdict, verdict_of
from umbel.model.workers import Worker
from umbel.store.protocols import (
    AuditStore,
    FailureStore,
    FamilyReader,
    GapStore,
    InspectionStore,
    MetricsReader,
    NameCount,
    TaskArchive,
    TaskReader,
    TaskSummaries,
    TaskType,
    ViewStore,
    WorkerStore,
)
from umbel.web import convert, gaps, schemas
from umbel.web.fleet import Fleet, count_of

KEPT_S: Final = 1.0
"""How long a reading of the workers and of the task types serves the rows of task lists."""
LOST_KEPT_S: Final = 5.0
LOST_AMONG: Final = 1_000
_STARTED: Final = Query(f"state:{State.STARTED}", Equals(TextField.STATE, State.STARTED))


class Reader(TaskReader, TaskArchive, GapStore, MetricsReader, WorkerStore, Protocol):
    """The serving side's half of a store."""

    @property
    def failures(self) -> FailureStore:
        """Groups of tasks that failed in the same way."""

    @property
    def audit(self) -> AuditStore:
        """Who did what."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers answered."""

    @property
    def summaries(self) -> TaskSummaries:
        """Counts of what a search finds."""

    @property
    def families(self) -> FamilyReader:
        """Tasks that belong together."""

    @property
    def saved_views(self) -> ViewStore:
        """Searches with a name."""

    @property
    def masked_url(self) -> str:
        """The store's URL without its password."""


class Views:
    """The figures behind the pages. Safe to use from several threads."""

    def __init__(self, store: Reader, *, clock: Callable[[], float], fleet: Fleet | None = None) -> None:
        self.store = store
        self.fleet = fleet or Fleet(store, clock=clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._workers: dict[str, Worker] = {}
        self._types: dict[str, TaskType] = {}
        self._read_at = float("-inf")
        self._lost_tasks: tuple[Task, ...] = ()
        self._lost_read_at = float("-inf")

    def now(self) -> float:
        """Epoch seconds."""
        return self._clock()

    def rows(self, tasks: Sequence[Task]) -> list[schemas.TaskRow]:
        """Return tasks as a list shows them, in their order."""
        return [convert.task_row(task, self.verdict(task), self._max_retries(task)) for task in tasks]

    def detail(self, task: Task) -> schemas.TaskDetail:
        """Return one task with its relatives."""
        others = {other for other in (task.root_id, task.parent_id) if other and other != task.id}
        known = {other.id: other for other in self.store.tasks_by_id(sorted(others))} if others else {}
        relatives = convert.Relatives(task, known, self.store.children(task.id))
        missed = gaps.of_task(self.store, task, self._clock())
        return convert.task_detail(task, self.verdict(task), self._max_retries(task), relatives, missed)

    def gaps(self, since: float, until: float, limit: int, kinds: Collection[GapKind]) -> schemas.Gaps:
        """Return the newest ``limit`` gaps of these kinds that touch the interval (epoch seconds)."""
        found = self.store.gaps(since, until, limit, kinds=kinds)
        return schemas.Gaps(items=[gaps.gap(one) for one in found], cut=len(found) == limit)

    def verdict(self, task: Task) -> Verdict | None:
        """Return the verdict on ``task`` by what is known of its worker."""
        self._refresh()
        worker = self._workers.get(task.worker or "")
        state = self.fleet.liveness(worker)[0] if worker else None
        return verdict_of(task, worker, state, self._clock(), self.fleet.sides())

    def judge(self, word: str) -> Node:
        """Return the search for tasks with a verdict, by what is known now. Raises NotJudged."""
        waiting = [count.name for count in self.store.counts() if count.name and count.by_state.get(State.PENDING)]
        return judged(word, self.fleet.known(waiting))

    def workers(self) -> schemas.Workers:
        """Return all workers, and how many there should be."""
        return self.fleet.read()

    def overview(self) -> schemas.Overview:
        """Return the figures of the whole cluster."""
        by_state = by_state_of(self.store.counts())
        workers = self.fleet.workers()
        return schemas.Overview(
            tasks=sum(by_state.values()),
            by_state=by_state,
            lost=self._lost(by_state.get(State.STARTED, 0), by_state.get(State.LOST, 0)),
            workers=count_of(self.fleet.liveness(worker)[0] for worker in workers),
            last_event_at=convert.instant(max((worker.last_event_at for worker in workers), default=None)),
            seq=self.store.journal_span().newest,
        )

    def task_names(self, limit: int) -> schemas.TaskNames:
        """Return at most ``limit`` task names with their counts."""
        named = [count for count in self.store.counts() if count.name]
        items = [
            schemas.TaskName(name=count.name or "", total=sum(count.by_state.values()), by_state=count.by_state)
            for count in named[:limit]
        ]
        return schemas.TaskNames(items=items, cut=len(named) > limit)

    def _lost(self, started: int, known: int) -> schemas.Count:
        """Add to those ``known`` the lost among the newest STARTED tasks; the reading is kept for some seconds."""
        with self._lock:
            if not 0 <= self._clock() - self._lost_read_at <= LOST_KEPT_S:
                self._lost_tasks = self.store.list(_STARTED, limit=LOST_AMONG).tasks if started else ()
                self._lost_read_at = self._clock()
        verdicts = [self.verdict(task) for task in self._lost_tasks]
        lost = sum(verdict is not None and verdict.code in LOST for verdict in verdicts)
        return schemas.Count(kind="exact" if started <= LOST_AMONG else "at_least", value=known + min(lost, started))

    def _max_retries(self, task: Task) -> int | None:
        self._refresh()
        known = self._types.get(task.name or "")
        return known.max_retries if known else None

    def _refresh(self) -> None:
        with self._lock:
            if not 0 <= self._clock() - self._read_at <= KEPT_S:
                self._workers = {worker.name: worker for worker in self.fleet.workers()}
                self._types = self.store.task_types()
                self._read_at = self._clock()


def by_state_of(counts: Sequence[NameCount]) -> dict[str, int]:
    """Return the exact number of stored tasks by state."""
    by_state: dict[str, int] = {}
    for count in counts:
        for state, number in count.by_state.items():
            by_state[state] = by_state.get(state, 0) + number
    return by_state
