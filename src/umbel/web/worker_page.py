"""One worker, with its lists, its settings and its history, in the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, Protocol
from urllib.parse import unquote

from umbel.model.inspection import Lists, Part, Point, Pool, Request, Setup, Summary
from umbel.model.tasks import State, Task
from umbel.model.workers import Worker, WorkerState
from umbel.store.protocols import InspectionStore
from umbel.web import convert, workers_schemas as shapes
from umbel.web.agents import agent_reading
from umbel.web.errors import NotFound
from umbel.web.fleet import Fleet, expected_workers
from umbel.web.self_schemas import SelfWorker

HISTORY_S: Final = 3_600.0
MINUTE_S: Final = 60
FINE_S: Final = 10
_IDS_AT_ONCE: Final = 1_000


class PageStore(Protocol):
    """What of the store is read here."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers answered."""

    def tasks_by_id(self, task_ids: Sequence[str]) -> list[Task]:
        """Return those that are stored."""


Refresh = Callable[[str], Summary | None]
Losses = Callable[[], Sequence[SelfWorker]]


class WorkerPages:
    """Reads one worker. ``refresh`` asks it at once, ``losses`` tells what is missing of each worker's events."""

    def __init__(
        self,
        store: PageStore,
        fleet: Fleet,
        *,
        clock: Callable[[], float],
        refresh: Refresh = lambda _: None,
        losses: Losses = tuple,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._refresh = refresh
        self._losses = losses

    def refresh(self, name: str) -> shapes.WorkerDetail:
        """Ask a worker for everything and return what is known then. Raises NotFound, CannotAsk."""
        name = self._known(name).name
        self._refresh(name)
        self._fleet.read_anew()
        return self.read(name)

    def read(self, name: str) -> shapes.WorkerDetail:
        """Return all that is known of a worker. Raises NotFound."""
        record = self._known(name)
        name = record.name
        fleet, kept = self._fleet, self._store.inspection
        summary = fleet.summaries().get(name)
        lists, setup = kept.lists(name) or Lists(), kept.setup(name) or Setup()
        shown = fleet.shown(record)
        is_gone = shown.state == WorkerState.OFFLINE.value
        known = self._tasks(lists)
        by_part = {
            Part.ACTIVE: lists.active,
            Part.RESERVED: lists.reserved,
            Part.SCHEDULED: sorted(lists.scheduled, key=lambda one: one.eta or 0.0),
        }
        tasks = {part: _task_list(part, requests, summary, known, is_gone) for part, requests in by_part.items()}
        states = {record.name: fleet.liveness(record)}
        return shapes.WorkerDetail(
            worker=shown,
            pool=_pool(summary.pool) if summary and summary.pool else None,
            prefetch=summary.prefetch if summary else None,
            started_at=convert.instant(summary.started_at) if summary else None,
            active=tasks[Part.ACTIVE],
            reserved=tasks[Part.RESERVED],
            scheduled=tasks[Part.SCHEDULED],
            revoked=list(setup.revoked),
            revoked_total=summary.counts.get(Part.REVOKED) if summary else None,
            queues=[_same(shapes.WorkerQueue, queue) for queue in lists.queues],
            registered=_registered(setup, lists),
            conf=dict(setup.conf),
            broker=dict(lists.broker),
            processes=self._processes(name),
            loss=self._loss(name),
            ages=_ages(summary),
            expected=[expected_workers(one) for one in fleet.compared([record], states) if one.online or one.missing],
            orphaned=shown.running or 0 if is_gone else 0,
            agent=agent_reading(record, self._clock()),
        )

    def history(self, name: str, since: float | None, until: float | None) -> shapes.WorkerHistory:
        """Return how a worker was in an interval (epoch seconds), by default the last hour. Raises NotFound."""
        name = self._known(name).name
        end = self._clock() if until is None else until
        begin = end - HISTORY_S if since is None else min(since, end - 1.0)
        points = self._store.inspection.points(name, begin, end)
        use = self._fleet.use_of(name)
        distances = [int(b.at - a.at) for a, b in pairwise(points)]
        return shapes.WorkerHistory(
            since=convert.known_instant(begin),
            until=convert.known_instant(end),
            step_s=min(distances, default=FINE_S),
            points=_columns(points),
            cpu_from=use.cpu_from,
            memory_from=use.memory_from,
        )

    def histories(self) -> shapes.WorkersHistory:
        """Return the last hour of all workers."""
        since = int((self._clock() - HISTORY_S) // MINUTE_S + 1) * MINUTE_S
        found = self._store.inspection.saturation(since)
        return shapes.WorkersHistory(
            since=convert.known_instant(since),
            step_s=MINUTE_S,
            items=[
                shapes.WorkerSaturation(name=name, busy=_busy(points, since)) for name, points in sorted(found.items())
            ],
        )

    def _known(self, name: str) -> Worker:
        """Return a worker by its name, or by its name quoted once more, as a slash in it needs to be in a path."""
        records = {record.name: record for record in self._fleet.workers()}
        found = records.get(name) or records.get(unquote(name))
        if found is not None:
            return found
        message = f"no worker {name!r} is known: none of that name was heard, or its history was deleted"
        raise NotFound(message)

    def _tasks(self, lists: Lists) -> Mapping[str, Task]:
        ids = [one.id for one in (*lists.active, *lists.reserved, *lists.scheduled)][:_IDS_AT_ONCE]
        return {task.id: task for task in self._store.tasks_by_id(ids)} if ids else {}

    def _processes(self, name: str) -> list[shapes.WorkerProcess]:
        return [
            shapes.WorkerProcess(
                pid=one.pid,
                started_at=convert.known_instant(one.started_at),
                last_at=convert.known_instant(one.last_at),
            )
            for one in self._store.inspection.processes(name)
        ]

    def _loss(self, name: str) -> shapes.WorkerLoss | None:
        found = next((one for one in self._losses() if one.name == name), None)
        if found is None:
            return None
        return shapes.WorkerLoss(expected=found.expected, lost=found.lost, ratio=found.loss_ratio)


def _task_list(
    part: Part,
    requests: Sequence[Request],
    summary: Summary | None,
    known: Mapping[str, Task],
    is_gone: bool,  # noqa: FBT001 - of a fact
) -> shapes.WorkerTaskList:
    """Return a list as it was told; what has ended meanwhile, by its events, is left out."""
    at = summary.told_at.get(part) if summary else None
    total = summary.counts.get(part) if summary else None
    shown = [one for one in requests if not _is_over(known.get(one.id))]
    if total is not None:
        total -= len(requests) - len(shown)
    return shapes.WorkerTaskList(
        at=convert.instant(at),
        total=None if is_gone else total,
        items=[] if is_gone else [_task(one, known.get(one.id)) for one in shown],
    )


def _is_over(task: Task | None) -> bool:
    return task is not None and (task.is_finished or task.state == State.LOST)


def _task(request: Request, task: Task | None) -> shapes.WorkerTask:
    fields = {name: getattr(request, name) for name in request.__struct_fields__}
    fields |= {
        "started_at": convert.instant(request.started_at),
        "eta": convert.instant(request.eta),
        "state": task.state if task else None,
        "received_at": convert.instant(task.received_at) if task else None,
        "retries": request.retries if request.retries is not None else task.retries if task else None,
    }
    return shapes.WorkerTask(**fields)


def _pool(pool: Pool) -> shapes.WorkerPool:
    most, least = pool.autoscale or (None, None)
    return shapes.WorkerPool(
        kind=pool.kind,
        slots=pool.slots,
        processes=list(pool.processes),
        max_tasks_per_child=pool.max_tasks_per_child,
        soft_time_limit_s=pool.soft_time_limit_s,
        time_limit_s=pool.time_limit_s,
        autoscale_max=most,
        autoscale_min=least,
    )


def _registered(setup: Setup, lists: Lists) -> list[shapes.RegisteredTask]:
    return [
        shapes.RegisteredTask(
            name=one.name,
            rate_limit=one.rate_limit,
            time_limit=one.time_limit,
            soft_time_limit=one.soft_time_limit,
            max_retries=one.max_retries,
            acks_late=one.acks_late,
            runs=lists.total.get(one.name),
        )
        for one in setup.registered
    ]


def _same(shape: type[shapes.WorkerQueue], source: object) -> shapes.WorkerQueue:
    return shape(**{name: getattr(source, name) for name in shape.__struct_fields__})


def _ages(summary: Summary | None) -> list[shapes.WorkerAge]:
    if summary is None:
        return []
    return [shapes.WorkerAge(part=part, at=convert.known_instant(at)) for part, at in sorted(summary.told_at.items())]


def _columns(points: Sequence[Point]) -> shapes.WorkerPoints:
    return shapes.WorkerPoints(
        at=[one.at for one in points],
        active=[one.active for one in points],
        slots=[one.slots for one in points],
        done=[one.done for one in points],
        cpu=[one.cpu for one in points],
        memory_bytes=[one.memory_bytes for one in points],
        load=[one.load for one in points],
    )


def _busy(points: Sequence[Point], since: float) -> list[float | None]:
    """Return the share of slots that were busy in each minute of the hour."""
    shares: list[float | None] = [None] * int(HISTORY_S // MINUTE_S)
    for one in points:
        place = int(one.at - since) // MINUTE_S
        if one.active is not None and one.slots and 0 <= place < len(shares):
            shares[place] = round(min(1.0, one.active / one.slots), 3)
    return shares
