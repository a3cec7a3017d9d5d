"""The workers as pages show them: what their events, their answers and the settings say, in one place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from umbel.model.expected import Compared, Expectation, Present, compare, expectation_of
from umbel.model.health import Limits, Metric, judge
from umbel.model.inspection import MINUTE_S, QUEUES_LISTED, REGISTERED_LISTED, Part, Point, Summary, heard_of
from umbel.model.judged import Known
from umbel.model.queues import Health
from umbel.model.verdicts import Sides, idle_since
from umbel.model.workers import Worker, WorkerState, liveness
from umbel.store.protocols import InspectionStore
from umbel.web import convert, schemas
from umbel.web.sight import SEES, Sight

KEPT_S: Final = 1.0
RATES_KEPT_S: Final = 15.0
RATE_OVER_S: Final = 3 * 60.0
SIDES_KEPT_S: Final = 5.0
QUEUES_SHOWN: Final = 20
ALIVE: Final = frozenset({WorkerState.ONLINE, WorkerState.BUSY, WorkerState.SILENT})
"""Those that are counted as there. A silent one is not known to be gone."""
_ONE_PROCESS: Final = frozenset({"solo", "threads", "gevent", "eventlet"})
"""Pools whose tasks run in the worker's main process, which is what ``getrusage`` tells of."""


CpuFrom = Literal["agent", "process"]
MemoryFrom = Literal["agent", "peak", "peak of main"]


class FleetStore(Protocol):
    """What of the store is read here."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers answered."""

    def workers(self) -> list[Worker]:
        """Return all known workers."""

    def running_by_worker(self) -> dict[str, int]:
        """Return how many stored tasks run on each."""


class FleetRules(Struct, frozen=True, kw_only=True):
    """What the settings say of workers. One that is offline for ``hide_after_s`` is hidden, ``None`` never."""

    expected: Sequence[Expectation] = ()
    hide_after_s: float | None = None
    limits: Limits = Limits()


class Use(Struct, frozen=True, kw_only=True):
    """What a worker takes of its host, and who read it. ``cpu`` is a share of one core."""

    cpu: float | None = None
    cpu_from: CpuFrom | None = None
    memory_bytes: int | None = None
    memory_from: MemoryFrom | None = None


NO_RULES: Final = FleetRules()


def rules_of(expected: Iterable[str], hide_after_h: int | None, limits: Limits) -> FleetRules:
    """Return the rules of what the settings say. Raises BadExpectation."""
    hide_after_s = None if hide_after_h is None else hide_after_h * 3_600.0
    wanted = [expectation_of(text) for text in expected]
    return FleetRules(expected=wanted, hide_after_s=hide_after_s, limits=limits)


class Fleet:
    """Reads for all pages. Safe to use from several threads.

    ``on_read`` is told that somebody looks. ``agents`` gives by worker what Umbel's agent read, where it runs.
    """

    def __init__(
        self,
        store: FleetStore,
        *,
        clock: Callable[[], float],
        sight: Callable[[], Sight] = lambda: SEES,
        rules: FleetRules = NO_RULES,
        on_read: Callable[[], None] = lambda: None,
        agents: Callable[[], Mapping[str, Use]] = dict,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sight = sight
        self.rules = rules
        self._on_read = on_read
        self._agents = agents
        self._lock = threading.Lock()
        self._summaries: Mapping[str, Summary] = {}
        self._summaries_at = float("-inf")
        self._points: Mapping[str, Sequence[Point]] = {}
        self._rates_at = float("-inf")
        self._sides = Sides()
        self._sides_at = float("-inf")

    def summaries(self) -> Mapping[str, Summary]:
        """Return the newest answers by worker, read at most once a second."""
        with self._lock:
            if not 0 <= self._clock() - self._summaries_at <= KEPT_S:
                self._summaries = self._store.inspection.summaries()
                self._summaries_at = self._clock()
            return self._summaries

    def read_anew(self) -> None:
        """Read what workers answered anew at the next question."""
        with self._lock:
            self._summaries_at = float("-inf")

    def workers(self) -> list[Worker]:
        """Return all workers that were heard or answered, by name."""
        heard = {one.name: one for one in self._store.workers()}
        for name, summary in self.summaries().items():
            at = summary.answered_at
            if name not in heard and at is not None:
                heard[name] = Worker(name=name, pid=summary.pid, first_seen_at=at, last_seen_at=at, last_event_at=at)
        return [heard[name] for name in sorted(heard)]

    def liveness(self, worker: Worker) -> tuple[WorkerState, str]:
        """Return whether a worker lives, and the evidence."""
        sight = self._sight()
        heard = heard_of(worker, self.summaries().get(worker.name))
        now = self._clock()
        return liveness(worker, now, blind_since=sight.blind_since, seeing_since=sight.seeing_since, heard=heard)

    def use_of(self, name: str, point: Point | None = None) -> Use:
        """Return what a worker takes of its host: by the agent where it runs, else by what it tells of itself."""
        agent = self._agents().get(name)
        if agent is not None:
            return agent
        summary = self.summaries().get(name)
        is_whole = summary is not None and summary.pool is not None and summary.pool.kind in _ONE_PROCESS
        memory = summary.peak_rss_bytes if summary is not None else None
        return Use(
            cpu=point.cpu if point is not None and is_whole else None,
            cpu_from="process" if is_whole else None,
            memory_bytes=memory,
            memory_from=None if memory is None else "peak" if is_whole else "peak of main",
        )

    def read(self, *, is_looked_at: bool = True) -> schemas.Workers:
        """Return all workers, and how many there should be; ``is_looked_at`` where a person reads it."""
        if is_looked_at:
            self._on_read()
        records = self.workers()
        states = {one.name: self.liveness(one) for one in records}
        running = self._store.running_by_worker()
        points = self._newest_points()
        items = [self._shown(one, *states[one.name], running.get(one.name, 0), points.get(one.name)) for one in records]
        alive = [item for item in items if item.state in ALIVE]
        asked = [one.asked_at for one in self.summaries().values()]
        return schemas.Workers(
            items=items,
            by_state=count_of(item.state for item in items),
            expected=[expected_workers(one) for one in self.compared(records, states)],
            slots=_sum(item.slots for item in alive),
            busy=_sum(item.active for item in alive),
            asked_at=convert.instant(max(asked, default=None)),
        )

    def sides(self) -> Sides:
        """Return what the workers that live know and consume, read at most every five seconds."""
        with self._lock:
            is_new = 0 <= self._clock() - self._sides_at <= SIDES_KEPT_S
            sides = self._sides
        if is_new:
            return sides
        sides = self._read_sides()
        with self._lock:
            self._sides, self._sides_at = sides, self._clock()
        return sides

    def _read_sides(self) -> Sides:
        alive = {one.name for one in self.workers() if self.liveness(one)[0] in ALIVE}
        summaries = self.summaries()
        if self._sight().blind_since is not None or not summaries:
            return Sides()
        told = [summaries[name] for name in alive if name in summaries]
        knows_queues = len(told) == len(alive) and all(_told_all_queues(one) for one in told)
        registered = self._store.inspection.registered()
        knows_tasks = alive <= registered.keys() and all(_told_all_tasks(one) for one in told)
        return Sides(
            registered=frozenset().union(*(registered[name] for name in alive)) if knows_tasks else None,
            consumed=frozenset(queue for one in told for queue in one.queues) if knows_queues else None,
        )

    def known(self, waiting: Collection[str]) -> Known:
        """Return what searches for verdicts are made from; ``waiting`` are names of tasks that wait."""
        states = [(one, self.liveness(one)[0]) for one in self.workers()]
        alive = [one for one, state in states if state is not WorkerState.OFFLINE]
        return Known(
            now=self._clock(),
            sides=self.sides(),
            gone=[one.name for one, state in states if state is WorkerState.OFFLINE],
            began={one.name: one.online_since for one in alive if one.restarts and one.online_since is not None},
            idle={one.name: at for one in alive if (at := idle_since(one)) is not None},
            waiting=waiting,
        )

    def compared(self, records: Collection[Worker], states: Mapping[str, tuple[WorkerState, str]]) -> list[Compared]:
        """Return how the settings' expectations are met."""
        summaries = self.summaries()
        present = [
            Present(
                name=one.name,
                is_alive=states[one.name][0] in ALIVE,
                queues=summaries[one.name].queues if one.name in summaries else (),
            )
            for one in records
        ]
        return compare(self.rules.expected, present)

    def shown(self, record: Worker) -> schemas.Worker:
        """Return one worker as the list shows it."""
        running = self._store.running_by_worker().get(record.name, 0)
        return self._shown(record, *self.liveness(record), running, self._newest_points().get(record.name))

    def _shown(
        self, record: Worker, state: WorkerState, reason: str, running: int, points: Sequence[Point] | None
    ) -> schemas.Worker:
        shown = convert.worker(record, state, reason, running)
        summary = self.summaries().get(record.name)
        is_gone = state is WorkerState.OFFLINE
        hide = self.rules.hide_after_s
        last_at = max(record.last_seen_at, (summary.answered_at or 0.0) if summary else 0.0)
        more: dict[str, Any] = {
            "offline_since": convert.instant(record.offline_at or last_at) if is_gone else None,
            "hidden": is_gone and hide is not None and self._clock() - last_at > hide,
        }
        if summary is not None:
            more |= self._answered(summary, state, shown.active)
        if points and not is_gone:
            more["done_per_min"] = _rate_of(points, self._clock())
        if not is_gone:
            more |= self._use_fields(record.name, points[-1] if points else None)
        return replace(shown, **more)

    def _answered(self, summary: Summary, state: WorkerState, active: int | None) -> dict[str, Any]:
        counts = summary.counts
        is_gone = state is WorkerState.OFFLINE
        return {
            "answered_at": convert.instant(summary.answered_at),
            "missed": summary.missed,
            "pool": summary.pool.kind if summary.pool else None,
            "slots": summary.pool.slots if summary.pool else None,
            "active": active if active is not None or is_gone else self._active(summary, state),
            "reserved": None if is_gone else counts.get(Part.RESERVED),
            "scheduled": None if is_gone else counts.get(Part.SCHEDULED),
            "queues": list(summary.queues[:QUEUES_SHOWN]) if Part.QUEUES in summary.told_at else None,
            "queues_left_out": max(0, len(summary.queues) - QUEUES_SHOWN),
            "shares_name": summary.twice,
        }

    @staticmethod
    def _active(summary: Summary, state: WorkerState) -> int | None:
        """Return how many tasks it runs by its own list; a busy solo worker runs one."""
        return 1 if state is WorkerState.BUSY else summary.counts.get(Part.ACTIVE)

    def _use_fields(self, name: str, point: Point | None) -> dict[str, Any]:
        use, limits = self.use_of(name, point), self.rules.limits
        memory = judge(Metric.MEMORY, use.memory_bytes, limits.of(Metric.MEMORY, name))
        if memory is Health.HEALTHY and use.memory_from == "peak of main":
            memory = Health.UNKNOWN  # of one process of several
        return {
            "cpu": use.cpu,
            "cpu_from": use.cpu_from,
            "cpu_health": judge(Metric.CPU, use.cpu, limits.of(Metric.CPU, name)).value,
            "memory_bytes": use.memory_bytes,
            "memory_from": use.memory_from,
            "memory_health": memory.value,
        }

    def _newest_points(self) -> Mapping[str, Sequence[Point]]:
        with self._lock:
            if not 0 <= self._clock() - self._rates_at <= RATES_KEPT_S:
                self._points = self._store.inspection.saturation(self._clock() - RATE_OVER_S)
                self._rates_at = self._clock()
            return self._points


def _told_all_queues(summary: Summary) -> bool:
    return Part.QUEUES in summary.told_at and len(summary.queues) < QUEUES_LISTED


def _told_all_tasks(summary: Summary) -> bool:
    return summary.counts.get(Part.REGISTERED, 0) <= REGISTERED_LISTED


def count_of(states: Iterable[str]) -> dict[str, int]:
    """Return how many are in which state; all states are named."""
    counts = dict.fromkeys((state.value for state in WorkerState), 0)
    for state in states:
        counts[str(state)] += 1
    return counts


def expected_workers(one: Compared) -> schemas.ExpectedWorkers:
    """Return how an expectation is met, in the shape of the API."""
    wanted = one.expectation
    return schemas.ExpectedWorkers(
        by=wanted.by.value,
        what=wanted.what,
        wanted=wanted.wanted,
        online=one.online,
        missing=list(one.missing),
        never_seen=one.never_seen,
    )


def _rate_of(points: Sequence[Point], now: float) -> int | None:
    """Return what was done in the newest minute that is over."""
    whole = [point for point in points if point.at + MINUTE_S <= now and point.done is not None]
    return whole[-1].done if whole else None


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
