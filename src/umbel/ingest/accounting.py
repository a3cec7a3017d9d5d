"""What can be trusted of ingest: the loss of each worker, its clock, and how far behind the store is.

It looks once at each batch that was received and at each that was committed, and keeps counts only: its memory is
bounded, whatever names the events carry.
"""

import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from umbel.ingest.loss import ProcessLoss
from umbel.ingest.series import STEP_S, STEPS, Series, Spread, Totals
from umbel.model.events import LEARNT_TYPE, Event, WorkerEvent
from umbel.model.workers import least_offset
from umbel.store.protocols import Arrival

MAX_WORKERS: Final = 2_000
MAX_PROCESSES: Final = 4
"""Processes of one worker's name that are compared at once; those of before count in its sums."""
WINDOW_S: Final = STEP_S * STEPS
QUANTILES_S: Final = 60.0
RATE_S: Final = 10.0
FORGET_S: Final = 3_600.0
"""A worker that was not heard for so long is no longer told of."""
NO_HEARTBEATS_S: Final = 30.0
LAG_SAMPLES: Final = 100
WRONG_CLOCK_S: Final = 1.0
"""A worker's clock that is off by more is taken out of the lag; by less, it cannot be told from a slow link."""

_TELLING: Final = frozenset({"task-started", "worker-heartbeat", "worker-online"})

LossState = Literal["measured", "waiting", "no_task_events", "no_heartbeats"]


class WorkerAccount(Struct, frozen=True, kw_only=True):
    """What a worker counted, and what came of it. Instants in epoch seconds of our clock.

    ``state``: ``waiting`` until there is something to compare; ``no_task_events``: tasks run and no event of them
    comes; ``no_heartbeats``: events come, but no count of the worker. ``expected`` and ``lost`` are since the first
    comparison, those of the window in ``window_expected`` and ``window_lost``; ``loss_ratio`` is the latters' quotient.
    """

    name: str
    state: LossState
    expected: int = 0
    lost: int = 0
    window_expected: int = 0
    window_lost: int = 0
    loss_ratio: float | None = None
    repeated: int = 0
    processes: int = 0
    clock_offset_s: float | None = None
    heard_at: float
    last_heartbeat_at: float | None = None


class Point(Struct, frozen=True, kw_only=True):
    """One step of the series: rates in 1/s, durations in seconds, ``None`` where nothing was measured."""

    events_per_s: float
    committed_per_s: float
    dropped: int
    malformed: int
    buffered: int
    lag_s: float | None = None
    lag_p99_s: float | None = None
    commit_s: float | None = None


class Account(Struct, frozen=True, kw_only=True):
    """One look. ``window`` are the counts of the last ``window_s`` seconds; quantiles are of the last minute.

    ``points`` are the newest whole steps of ``step_s`` seconds, oldest first; the last one ended at ``points_until``.
    """

    totals: Totals
    window: Totals
    window_s: float
    committed_per_s: float
    lag_s: float | None
    lag_p99_s: float | None
    commit_s: float | None
    commit_p99_s: float | None
    step_s: float = STEP_S
    points_until: float
    points: tuple[Point, ...] = ()
    workers: tuple[WorkerAccount, ...] = ()


class _Worker:
    """One worker by its node name."""

    __slots__ = ("before", "first_at", "heard_at", "heartbeat_at", "marks", "name", "offset_s", "pid", "processes")

    def __init__(self, name: str, now: float) -> None:
        self.name = name
        self.first_at = self.heard_at = now
        self.heartbeat_at: float | None = None
        self.offset_s: float | None = None
        self.pid = 0
        self.processes: dict[int, ProcessLoss] = {}
        self.before = (0, 0)
        self.marks: deque[tuple[float, int, int]] = deque(maxlen=STEPS + 1)

    def process(self, pid: int) -> ProcessLoss:
        """Return what is known of a process; the oldest one gives way to a new one."""
        known = self.processes.get(pid)
        if known is None:
            while len(self.processes) >= MAX_PROCESSES:
                gone = self.processes.pop(next(iter(self.processes)))
                self.before = (self.before[0] + gone.expected, self.before[1] + gone.lost)
            known = self.processes[pid] = ProcessLoss()
        return known

    def sums(self) -> tuple[int, int]:
        """Return what was expected and what was lost, over all its processes."""
        all_of = self.processes.values()
        expected = self.before[0] + sum(one.expected for one in all_of)
        return expected, self.before[1] + sum(one.lost for one in all_of)

    def heartbeat(self, event: WorkerEvent, now: float) -> None:
        """Take a heartbeat, full or not."""
        self.heartbeat_at = now
        self.offset_s = least_offset(self.offset_s, now - event.timestamp)
        if not self.marks or not 0 <= now - self.marks[-1][0] < STEP_S:
            self.marks.append((now, *self.sums()))
        if event.processed is not None:
            self.pid = event.pid
            self.process(event.pid).heartbeat(event.processed, event.clock, event.timestamp)

    def account(self, now: float) -> WorkerAccount:
        """Return what is known at ``now``."""
        expected, lost = self.sums()
        of_late = (mark for mark in self.marks if mark[0] >= now - WINDOW_S)
        _, expected_then, lost_then = next(of_late, (now, expected, lost))
        window_expected, window_lost = max(0, expected - expected_then), max(0, lost - lost_then)
        return WorkerAccount(
            name=self.name,
            state=self._state(now),
            expected=expected,
            lost=lost,
            window_expected=window_expected,
            window_lost=window_lost,
            loss_ratio=min(1.0, window_lost / window_expected) if window_expected else None,
            repeated=sum(one.repeated for one in self.processes.values()),
            processes=len(self.processes),
            clock_offset_s=self.offset_s,
            heard_at=self.heard_at,
            last_heartbeat_at=self.heartbeat_at,
        )

    def _state(self, now: float) -> LossState:
        if self.heartbeat_at is None:
            return "no_heartbeats" if now - self.first_at > NO_HEARTBEATS_S else "waiting"
        newest = self.processes.get(self.pid)
        if newest is None or not (newest.is_silent or newest.is_measured):
            return "waiting"
        return "no_task_events" if newest.is_silent else "measured"


class Accounting:
    """Counts what came and what was stored. ``totals`` tells of drops, refusals and the buffer. Any thread may call."""

    def __init__(self, clock: Callable[[], float], totals: Callable[[], Totals]) -> None:
        self._clock = clock
        self._outer = totals
        self._lock = threading.Lock()
        self._workers: OrderedDict[str, _Worker] = OrderedDict()
        self._series = Series(clock())

    def note_received(self, events: Sequence[Event], now: float) -> None:
        """Look at events that were decoded just now, in the order of their arrival."""
        workers = self._workers
        with self._lock:
            for event in [event for event in events if event.type in _TELLING]:
                worker = workers.get(event.hostname) or self._add(event.hostname, now)
                worker.heard_at = now
                if isinstance(event, WorkerEvent):
                    worker.heartbeat(event, now)
                    workers.move_to_end(event.hostname)
                else:
                    (worker.processes.get(event.pid) or worker.process(event.pid)).started(event.clock)

    def note_commit(self, arrivals: Sequence[Arrival], took_s: float, now: float) -> None:
        """Look at a batch that has been committed just now, in ``took_s`` seconds."""
        sample = arrivals[:: max(1, len(arrivals) // LAG_SAMPLES)]
        totals = self._outer()
        with self._lock:
            step = self._series.step(now)
            step.totals = totals
            step.commit.add((took_s,))
            step.lag.add([self._lag_s(arrival, now) for arrival in sample if arrival.event.type != LEARNT_TYPE])

    def read(self) -> Account:
        """Return how things stand."""
        totals = self._outer()
        now = self._clock()
        with self._lock:
            self._series.step(now).totals = totals
            self._forget(now)
            then, _ = self._series.before(now, WINDOW_S)
            lately, lately_s = self._series.before(now, RATE_S)
            lag, commit = self._spreads()
            return Account(
                totals=totals,
                window=_difference(totals, then),
                window_s=WINDOW_S,
                committed_per_s=max(0, totals.committed - lately.committed) / lately_s,
                lag_s=lag.quantile(0.5),
                lag_p99_s=lag.quantile(0.99),
                commit_s=commit.quantile(0.5),
                commit_p99_s=commit.quantile(0.99),
                points_until=now // STEP_S * STEP_S,
                points=self._points(),
                workers=tuple(sorted((one.account(now) for one in self._workers.values()), key=lambda one: one.name)),
            )

    def _add(self, name: str, now: float) -> _Worker:
        while len(self._workers) >= MAX_WORKERS:
            self._workers.popitem(last=False)
        worker = self._workers[name] = _Worker(name, now)
        return worker

    def _forget(self, now: float) -> None:
        for name in [name for name, one in self._workers.items() if now - one.heard_at > FORGET_S]:
            del self._workers[name]

    def _lag_s(self, arrival: Arrival, now: float) -> float:
        """From the event to its commit; where its worker's clock is known to be wrong, without that error."""
        worker = self._workers.get(arrival.event.hostname)
        offset_s = (worker.offset_s or 0.0) if worker else 0.0
        on_the_way_s = arrival.at - arrival.event.timestamp - (offset_s if abs(offset_s) > WRONG_CLOCK_S else 0.0)
        return max(0.0, on_the_way_s) + max(0.0, now - arrival.at)

    def _spreads(self) -> tuple[Spread, Spread]:
        lag, commit = Spread(), Spread()
        for step in list(self._series)[-round(QUANTILES_S / STEP_S) - 1 :]:
            lag.merge(step.lag)
            commit.merge(step.commit)
        return lag, commit

    def _points(self) -> tuple[Point, ...]:
        steps = list(self._series)[:-1]  # the newest one is not over yet
        return tuple(
            Point(
                events_per_s=max(0, step.totals.events - before.totals.events) / STEP_S,
                committed_per_s=max(0, step.totals.committed - before.totals.committed) / STEP_S,
                dropped=max(0, step.totals.dropped - before.totals.dropped),
                malformed=max(0, step.totals.malformed - before.totals.malformed),
                buffered=step.totals.buffered,
                lag_s=step.lag.quantile(0.5),
                lag_p99_s=step.lag.quantile(0.99),
                commit_s=step.commit.quantile(0.5),
            )
            for before, step in itertools.pairwise(steps)
        )


def _difference(now: Totals, then: Totals) -> Totals:
    return replace(
        now,
        events=max(0, now.events - then.events),
        committed=max(0, now.committed - then.committed),
        dropped=max(0, now.dropped - then.dropped),
        malformed=max(0, now.malformed - then.malformed),
    )
