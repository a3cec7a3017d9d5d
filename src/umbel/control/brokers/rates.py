"""How fast queues grow, and what goes through them, by our own readings and by what workers ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from umbel.control.brokers.consumers import Consumers
from umbel.model.metrics import By, Totals
from umbel.model.queues import TREND_S, Consuming, QueueReading, Rates, growth
from umbel.store.protocols import MetricsReader

READ_EVERY_S: Final = 15.0
OVER_S: Final = 300.0
LEAST_S: Final = 60.0
"""Completions are of the last ``OVER_S``, of less where we were not there before, and never of less than this."""
NO_RATES: Final = (
    "Its workers consume other queues as well, and no sent event named it; with task_send_sent_event = True "
    "completions are known by queue"
)
NOT_LONG_ENOUGH: Final = "It was not watched for a minute yet"


class _Ended(Struct, frozen=True, kw_only=True):
    """Tasks that ended a minute, by worker and by queue."""

    by_worker: Mapping[str, float] = {}
    by_queue: Mapping[str, float] = {}


class Flow:
    """Adds to readings how they change. For one thread."""

    def __init__(self, store: MetricsReader, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lengths: dict[str, deque[tuple[float, int]]] = {}
        self._ended = _Ended()
        self._read_at = float("-inf")
        self._began_at = clock()

    def begin(self, names: frozenset[str]) -> None:
        """Begin a look; queues other than these are forgotten. Raises StoreError."""
        now = self._clock()
        self._lengths = {name: marks for name, marks in self._lengths.items() if name in names}
        if not 0 <= now - self._read_at < READ_EVERY_S:
            since = min(max(now - OVER_S, self._began_at), now - LEAST_S)
            by_worker, by_queue = (self._store.totals(by, since, now, spreads=0) for by in (By.WORKER, By.QUEUE))
            self._ended = _Ended(by_worker=_per_minute(by_worker, now), by_queue=_per_minute(by_queue, now))
            self._read_at = now

    def add(self, one: QueueReading, consumers: Consumers) -> QueueReading:
        """Return a reading with its growth, and with arrivals and completions where they can be known."""
        found = growth(self._note(one))
        why = dict(one.why)
        if found is None and one.ready is not None:
            why["growth"] = NOT_LONG_ENOUGH
        one = replace(
            one,
            growth_per_min=None if found is None else round(found.per_min, 2),
            growth_over_s=None if found is None else round(found.over_s),
        )
        if one.rates_from is not None:
            return replace(one, why=why)
        ended = self._ended_of(one, consumers)
        if ended is None:
            return replace(one, why={**why, "rates": NO_RATES})
        per_min, source = ended
        by = one.growth_per_min
        arrived = None if by is None else round(max(0.0, per_min + by), 2)
        return replace(one, ended_per_min=round(per_min, 2), arrived_per_min=arrived, rates_from=source, why=why)

    def _note(self, one: QueueReading) -> list[tuple[float, int]]:
        marks, now = self._lengths.setdefault(one.name, deque()), self._clock()
        if marks and now < marks[-1][0]:
            marks.clear()
        if one.ready is not None:
            marks.append((now, one.ready))
        while marks and marks[0][0] < now - TREND_S:
            marks.popleft()
        return list(marks)

    def _ended_of(self, one: QueueReading, consumers: Consumers) -> tuple[float, Rates] | None:
        if one.consuming is Consuming.NO:
            return 0.0, Rates.WORKERS
        names = consumers.by_queue.get(one.name, ())
        if names and not consumers.untold and all(name in consumers.only for name in names):
            return sum(self._ended.by_worker.get(name, 0.0) for name in names), Rates.WORKERS
        per_min = self._ended.by_queue.get(one.name)
        return None if per_min is None else (per_min, Rates.EVENTS)


def _per_minute(found: Totals, now: float) -> dict[str, float]:
    minutes = max(1.0, (min(now, found.until) - found.since) / 60.0)
    return {one.key.text: one.figures.ended / minutes for one in found.sums if one.key.text is not None}
