"""What needs attention now: the judgements on all parts, read together and kept for some seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from umbel.model import attention as model
from umbel.model.attention import WINDOW_S, About, Check
from umbel.model.failures import HOUR_S
from umbel.model.health import Limits, Metric, judge_mean
from umbel.model.metrics import NO_FIGURES, By, Figures, Sum
from umbel.model.queues import Health
from umbel.model.search import Equals, Query, TextField
from umbel.model.tasks import State
from umbel.store.protocols import FailureStore, MetricsReader, QueueStore, ScheduleStore, TaskReader, WorkerStore
from umbel.web import attention_schemas as schemas, convert, schemas as shapes

KEPT_S: Final = 5.0
"""For how long an answer serves at least."""
SHARE: Final = 20
"""And for so many times as long as it took: with thousands of busy names it takes most of a second."""
ITEMS_AT_MOST: Final = 50
ENTRIES_AT_MOST: Final = 200
"""Entries of schedules that are judged, those in trouble first."""
READ_WITHIN_S: Final = 60.0
"""A look at the broker that is older judges nothing."""
_SEVERITY: Final = {"critical": Health.CRITICAL, "warning": Health.WARNING, "info": Health.HEALTHY}


class AttentionStore(MetricsReader, TaskReader, WorkerStore, Protocol):
    """What of the store is read here."""

    @property
    def queues(self) -> QueueStore:
        """What was read of queues and of the broker."""

    @property
    def failures(self) -> FailureStore:
        """The groups of failed tasks."""

    @property
    def schedules(self) -> ScheduleStore:
        """Entries of schedules and how they stand."""


class Attention:
    """Judges. Safe to use from several threads; one of them reads, the others wait for it."""

    def __init__(
        self,
        store: AttentionStore,
        *,
        limits: Limits,
        health: Callable[[], shapes.Health],
        workers: Callable[[], shapes.Workers],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._limits = limits
        self._health = health
        self._workers = workers
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: schemas.Attention | None = None
        self._until = float("-inf")

    def read(self) -> schemas.Attention:
        """Return what needs attention."""
        with self._lock:
            now = self._clock()
            if self._kept is None or not now <= self._until <= now + SHARE * KEPT_S:
                began = time.perf_counter()
                self._kept = self._judged(now)
                took_s = time.perf_counter() - began
                self._until = now + min(max(KEPT_S, SHARE * took_s), SHARE * KEPT_S)
            return self._kept

    def _judged(self, now: float) -> schemas.Attention:
        health = self._health()
        if health.status == "blind":
            return _shown(now, health.status, [_broker(health)], {})
        tasks = self._tasks(now)
        queues = self._queues(now)
        workers = list(_workers(self._workers(), self._stopped()))
        runs = model.of_schedules(self._store.schedules.page(limit=ENTRIES_AT_MOST).items)
        checks = [*workers, *_of_types(tasks), *queues, *runs, *map(_doubt, health.doubts), _broker(health)]
        tiles = {
            "success": next(check.health for check in tasks if check.code == "success"),
            "avg": next(check.health for check in tasks if check.code == "avg"),
            "queue": model.worst(queues),
            "workers": model.worst(workers),
            "broker": _broker(health).health,
        }
        return _shown(now, health.status, checks, tiles)

    def _tasks(self, now: float) -> list[Check]:
        since = now - WINDOW_S
        total = next((one.figures for one in self._store.totals(By.TOTAL, since, now).sums), NO_FIGURES)
        sums = self._sums(since, now, total)
        reasons = self._reasons(now)
        return [
            *model.of_all(total, sums, self._limits),
            *model.of_types(sums, self._limits, reasons.get),
            self._lost(now),
        ]

    def _sums(self, since: float, now: float, total: Figures) -> Sequence[Sum]:
        """Read what each task type did; how long each took only where something will be said of it."""
        mean = judge_mean(total.run.n, total.run.mean_s, self._limits.of(Metric.AVG))
        if mean in {Health.WARNING, Health.CRITICAL} or self._limits.are_own(Metric.AVG):
            return self._store.totals(By.NAME, since, now).sums
        return self._store.totals(By.NAME, since, now, spreads=0).sums

    def _reasons(self, now: float) -> dict[str, str]:
        """Return by task name the exception of the group that failed most in the last hour."""
        groups = sorted(self._store.failures.groups(now), key=lambda group: group.counts.get(HOUR_S, 0))
        return {
            name: group.exception
            for group in groups
            if group.counts.get(HOUR_S, 0) and group.exception
            for name in group.names
        }

    def _lost(self, now: float) -> Check:
        """Judge how many of the newest hundred lost tasks were given up in the last hour."""
        page = self._store.list(Query("state:LOST", Equals(TextField.STATE, State.LOST)))
        found = [task for task in page.tasks if task.updated_at > now - WINDOW_S]
        at_least = "At least " if page.cursor is not None and len(found) == len(page.tasks) else ""
        return Check(
            code="lost",
            about=About.TASKS,
            health=Health.WARNING if found else Health.HEALTHY,
            title=f"{at_least}{_count(len(found), 'task was', 'tasks were')} lost in the last hour",
            text=f"The newest: {found[0].lost_because}." if found else "",
        )

    def _stopped(self) -> frozenset[str]:
        """Return the workers that said that they stop: somebody wanted that."""
        return frozenset(
            one.name
            for one in self._store.workers()
            if one.offline_at is not None and one.offline_at >= (one.last_heartbeat_at or 0.0)
        )

    def _queues(self, now: float) -> list[Check]:
        broker = self._store.queues.broker()
        if broker is None or not broker.reached or now - broker.at > READ_WITHIN_S:
            return []
        return model.of_queues(self._store.queues.queues(), self._limits)


def _of_types(checks: list[Check]) -> list[Check]:
    """Leave out what is said of all tasks where a task type says it in particular."""
    said = {check.code for check in checks if check.is_concern}
    hidden = {"success"} if "failing" in said else set()
    return [check for check in checks if check.code not in hidden]


def _broker(health: shapes.Health) -> Check:
    broker = health.broker
    if health.status != "blind":
        is_up = broker.state == "connected"
        return Check(code="broker_down", about=About.BROKER, health=Health.HEALTHY if is_up else Health.UNKNOWN)
    since = broker.since.timestamp() if broker.since else None
    error = f" {broker.last_error}." if broker.last_error else ""
    return Check(
        code="broker_down",
        about=About.BROKER,
        health=Health.CRITICAL,
        title="The broker is out of reach",
        text=f"{broker.url} does not answer, so nothing else can be judged.{error}",
        since=since,
    )


def _workers(workers: shapes.Workers, stopped: frozenset[str]) -> Iterable[Check]:
    for worker in workers.items:
        if worker.state == "offline" and (worker.hidden or worker.name in stopped):
            continue
        yield _alive(worker)
        if worker.cpu_health != "unknown":
            yield _use("cpu", worker, worker.cpu_health, f"uses {model.percent(worker.cpu)} of a CPU")
        if worker.memory_health != "unknown":
            yield _use("memory", worker, worker.memory_health, f"holds {_size(worker.memory_bytes)}")
    for expected in workers.expected:
        yield _expected(expected)


def _alive(worker: shapes.Worker) -> Check:
    health = {"offline": Health.CRITICAL, "unknown": Health.UNKNOWN}.get(worker.state, Health.HEALTHY)
    ran = f" {_count(worker.running, 'task', 'tasks')} that it ran had no end." if worker.running else ""
    return Check(
        code="worker_offline",
        about=About.WORKER,
        subject=worker.name,
        health=health,
        title=f"{worker.name} is offline",
        text=f"{worker.reason[:1].upper()}{worker.reason[1:]}, and it did not say that it stops.{ran}",
        since=worker.offline_since.timestamp() if worker.offline_since else None,
    )


def _use(code: str, worker: shapes.Worker, health: str, what: str) -> Check:
    return Check(
        code=code, about=About.WORKER, subject=worker.name, health=Health(health), title=f"{worker.name} {what}"
    )


def _expected(one: shapes.ExpectedWorkers) -> Check:
    where = {"name": f" named {one.what}", "queue": f" of the queue {one.what}"}.get(one.by, "")
    missing = f"Missing: {', '.join(one.missing)}." if one.missing else ""
    return Check(
        code="workers_missing",
        about=About.QUEUE if one.by == "queue" else About.WORKER,
        subject=one.what if one.by == "queue" else None,
        health=Health.HEALTHY if one.online >= one.wanted else Health.CRITICAL,
        title=f"{one.online} of {one.wanted} expected workers{where} are online",
        text=missing,
    )


def _doubt(doubt: shapes.Doubt) -> Check:
    return Check(
        code=doubt.code,
        about=About.UMBEL,
        health=_SEVERITY[doubt.severity],
        title=f"Umbel {doubt.label}",
        text=f"{doubt.text}.",
    )


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _size(size_bytes: int | None) -> str:
    gb = (size_bytes or 0) / 1e9
    return f"{gb:.1f} GB" if gb >= 1 else f"{gb * 1000:.0f} MB"


def _shown(now: float, status: shapes.HealthStatus, checks: list[Check], tiles: dict[str, Health]) -> schemas.Attention:
    concerns = model.ordered(checks)
    counts = {health: sum(check.health is health for check in checks) for health in Health}
    return schemas.Attention(
        now=convert.known_instant(now),
        status=status,
        level=model.worst(checks).value,
        critical=counts[Health.CRITICAL],
        warning=counts[Health.WARNING],
        healthy=counts[Health.HEALTHY],
        unknown=counts[Health.UNKNOWN],
        window_s=WINDOW_S,
        items=[_concern(check) for check in concerns[:ITEMS_AT_MOST]],
        left_out=max(0, len(concerns) - ITEMS_AT_MOST),
        tiles={name: health.value for name, health in tiles.items()},
    )


def _concern(check: Check) -> schemas.Concern:
    return schemas.Concern(
        code=check.code,
        about=check.about.value,
        subject=check.subject,
        level="critical" if check.health is Health.CRITICAL else "warning",
        title=check.title,
        text=check.text,
        since=convert.instant(check.since),
    )
