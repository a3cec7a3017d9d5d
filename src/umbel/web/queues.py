"""Queues and the broker, as they were stored, in the shapes of the API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from umbel.model.gaps import GapKind
from umbel.model.health import Limits, Metric
from umbel.model.metrics import By, Figures
from umbel.model.queues import Bounds, BrokerReading, Health, QueueLine, QueueReading, Rates, drain, judge, scaled
from umbel.store.protocols import GapStore, MetricsReader, QueueStore
from umbel.web import gaps, queue_schemas as shapes
from umbel.web.convert import instant, known_instant
from umbel.web.errors import NotFound

HOUR_S: Final = 3_600.0
WEEK_S: Final = 7 * 86_400.0
QUEUES_AT_MOST: Final = 1_000
GAPS_AT_MOST: Final = 100
WORKERS_AT_MOST: Final = 50
RECENT_POINTS: Final = 30
RECENT_STEP_S: Final = 120
RECENT_KEPT_S: Final = 30.0
_WORST_FIRST: Final = (Health.CRITICAL, Health.WARNING, Health.UNKNOWN, Health.HEALTHY)
_BROKER: Final = ("at", "read_at", "unacked_at")
"""Fields of a broker that are instants."""


class QueuePageStore(GapStore, MetricsReader, Protocol):
    """What of the store is read here."""

    @property
    def queues(self) -> QueueStore:
        """The readings."""


class QueueViews:
    """The figures behind the pages. Safe to use from several threads."""

    def __init__(self, store: QueuePageStore, *, limits: Limits | None = None, clock: Callable[[], float]) -> None:
        self._store = store
        self._limits = limits or Limits()
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: Mapping[str, Sequence[int | None]] = {}
        self._recent_at = float("-inf")

    def read(self) -> shapes.Queues:
        """Return the queues, the worst first."""
        readings, broker = self._store.queues.queues(), self._store.queues.broker()
        recent = self._lines()
        items = [self._queue(one, recent.get(one.name, ())) for one in readings]
        items.sort(key=lambda one: (_WORST_FIRST.index(Health(one.health)), -(one.ready or 0), one.name))
        return shapes.Queues(
            items=items[:QUEUES_AT_MOST],
            broker=None if broker is None else _broker(broker),
            total=len(items),
            waiting=sum(one.ready or 0 for one in readings),
            recent_step_s=RECENT_STEP_S,
            cut=len(items) > QUEUES_AT_MOST,
        )

    def detail(self, name: str, since: float | None, until: float | None) -> shapes.QueueDetail:
        """Return one queue along an interval (epoch seconds), by default the last hour. Raises NotFound."""
        reading, broker = self._store.queues.queue(name), self._store.queues.broker()
        if reading is None:
            raise NotFound(f"there is no queue {name[:200]!r} that Umbel has seen")
        start, end = self._interval(since, until)
        line = self._store.queues.line(name, start, end)
        mix = reading.mix
        listed = {one.name for one in self._store.queues.queues()}
        return shapes.QueueDetail(
            queue=self._queue(reading, self._lines().get(name, ())),
            gone=name not in listed,
            broker=None if broker is None else _broker(broker),
            by_priority=[shapes.QueueStep(priority=step, messages=n) for step, n in reading.by_priority],
            mix=None if mix is None else _shaped_mix(mix),
            scale=[
                shapes.QueueScale(workers=one.workers, net_per_min=one.net_per_min, empty_in_s=one.empty_in_s)
                for one in scaled(reading)
            ],
            past=_past(line),
            flow=self._flow(reading, line, start, end),
        )

    def broker(self, since: float | None, until: float | None) -> shapes.BrokerDetail:
        """Return the broker along an interval (epoch seconds), by default the last hour."""
        start, end = self._interval(since, until)
        broker, line = self._store.queues.broker(), self._store.queues.broker_line(start, end)
        now = self._clock()
        kinds = (GapKind.LINK, GapKind.STOPPED)
        missed = self._store.gaps(now - WEEK_S, now, GAPS_AT_MOST, kinds=kinds)
        readings = self._store.queues.queues()
        return shapes.BrokerDetail(
            broker=None if broker is None else _broker(broker),
            past=shapes.BrokerPast(
                step_s=line.step_s,
                starts=_starts(line.starts),
                latency_s=list(line.latency_s),
                connections=list(line.connections),
                memory_bytes=list(line.memory_bytes),
            ),
            gaps=[gaps.gap(one) for one in missed],
            gaps_cut=len(missed) == GAPS_AT_MOST,
            queues=len(readings),
            waiting=sum(one.ready or 0 for one in readings),
        )

    def health_of(self, one: QueueReading) -> Health:
        """Return how a queue is by the limits that are set for it."""
        return self._judged(one)[0]

    def _queue(self, one: QueueReading, recent: Sequence[int | None]) -> shapes.Queue:
        health, reasons = self._judged(one)
        emptied = drain(one)
        return shapes.Queue(
            name=one.name,
            kind=one.kind,
            health=health.value,
            reasons=list(reasons),
            ready=one.ready,
            unacked=one.unacked,
            held=one.held,
            delayed=one.delayed,
            consuming=one.consuming.value,
            consumers=one.consumers,
            workers=list(one.workers[:WORKERS_AT_MOST]),
            oldest_at=instant(one.oldest_at),
            memory_bytes=one.memory_bytes,
            growth_per_min=one.growth_per_min,
            growth_over_s=one.growth_over_s,
            arrived_per_min=one.arrived_per_min,
            ended_per_min=one.ended_per_min,
            rates_from=None if one.rates_from is None else one.rates_from.value,
            drain=shapes.QueueDrain(
                kind=emptied.kind.value, seconds=emptied.seconds, wait_s=emptied.wait_s, why=emptied.why
            ),
            recent=list(recent),
            why=dict(one.why),
        )

    def _judged(self, one: QueueReading) -> tuple[Health, tuple[str, ...]]:
        limit = self._limits.of(Metric.QUEUE, one.name)
        found = judge(one, Bounds(warning=limit.warning, critical=limit.critical))
        return found.health, found.reasons

    def _lines(self) -> Mapping[str, Sequence[int | None]]:
        """Return the last hour of each queue, which is read anew every half a minute."""
        now = self._clock()
        with self._lock:
            if not 0 <= now - self._recent_at < RECENT_KEPT_S:
                self._recent = self._store.queues.recent(now, points=RECENT_POINTS, step_s=RECENT_STEP_S)
                self._recent_at = now
            return self._recent

    def _interval(self, since: float | None, until: float | None) -> tuple[float, float]:
        end = self._clock() if until is None else until
        return (end - HOUR_S if since is None else since), end

    def _flow(self, reading: QueueReading, line: QueueLine, since: float, until: float) -> shapes.QueueFlow:
        by, keys = By.QUEUE, [reading.name]
        if reading.rates_from is Rates.WORKERS and reading.workers:
            by, keys = By.WORKER, list(reading.workers[:WORKERS_AT_MOST])
        is_known = reading.rates_from is not None
        found = self._store.series(by, since, until, keys=keys)
        per_min = 60.0 / found.step_s
        over = self._clock() - found.step_s  # a step that goes on has not all of its completions yet
        ended = [
            _ended([one.points[n] for one in found.lines], per_min) if is_known and start <= over else None
            for n, start in enumerate(found.starts)
        ]
        if reading.rates_from is Rates.BROKER and reading.ended_per_min and not any(ended):
            ended = [None] * len(ended)  # the broker counts what ends, and no sent event tells it along the interval
        grown = _growths(line, found.starts, found.step_s)
        arrived = [
            None if n is None or by_how_many is None else max(0.0, n + by_how_many * per_min)
            for n, by_how_many in zip(ended, grown, strict=True)
        ]
        return shapes.QueueFlow(
            step_s=found.step_s, starts=_starts(found.starts), arrived_per_min=arrived, ended_per_min=ended
        )


def _ended(points: Sequence[Figures | None], per_min: float) -> float | None:
    known = [point.ended for point in points if point is not None]
    return sum(known) * per_min if known else None


def _growths(line: QueueLine, starts: Sequence[int], step_s: int) -> list[int | None]:
    """Return by how many messages the queue grew in each of these steps."""
    known = {start: ready for start, ready in zip(line.starts, line.ready, strict=True) if ready is not None}

    def at(instant_s: int) -> int | None:
        return known.get(instant_s - (instant_s - line.starts[0]) % line.step_s) if line.starts else None

    pairs = [(at(start), at(start + step_s)) for start in starts]
    return [None if before is None or after is None else after - before for before, after in pairs]


def _starts(starts: Sequence[int]) -> list[datetime]:
    return [known_instant(start) for start in starts]


def _past(line: QueueLine) -> shapes.QueuePast:
    names = ("ready", "unacked", "delayed", "consumers", "oldest_s", "memory_bytes")
    columns: dict[str, Any] = {name: list(getattr(line, name)) for name in names}
    return shapes.QueuePast(step_s=line.step_s, starts=_starts(line.starts), **columns)


def _shaped_mix(mix: Any) -> shapes.QueueMix:  # noqa: ANN401  # model.queues.Mix
    shares = [shapes.QueueShare(name=one.name, messages=one.messages) for one in mix.shares]
    return shapes.QueueMix(at=known_instant(mix.at), looked_at=mix.looked_at, shares=shares)


def _broker(one: BrokerReading) -> shapes.Broker:
    fields: dict[str, Any] = {name: getattr(one, name) for name in shapes.Broker.__struct_fields__}
    fields |= {name: instant(fields[name]) for name in _BROKER}
    shaped: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()
    }
    return shapes.Broker(**shaped)
