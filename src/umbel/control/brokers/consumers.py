"""Who consumes which queue, by what workers said when they were asked: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from umbel.model.inspection import Part, Summary
from umbel.model.queues import Consuming
from umbel.model.workers import Worker, WorkerState, liveness

ANSWERED_S: Final = 120.0
"""A worker without heartbeats is there for so long after its last answer."""


class Consumers(Struct, frozen=True, kw_only=True):
    """The workers of each queue, and those of which it is not known what they consume.

    ``only`` are the workers that consume a single queue. ``held`` counts the tasks with an ETA in each worker.
    """

    by_queue: Mapping[str, tuple[str, ...]] = {}
    untold: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    held: Mapping[str, int] = {}

    def of(self, name: str, by_broker: int | None) -> tuple[Consuming, str | None]:
        """Return whether anybody consumes ``name``, and why that is not known. What the broker counts counts more."""
        if by_broker is not None:
            return (Consuming.YES if by_broker else Consuming.NO), None
        if self.by_queue.get(name):
            return Consuming.YES, None
        if self.untold:
            more = f" and {len(self.untold) - 1} more" if len(self.untold) > 1 else ""
            return Consuming.UNKNOWN, f"{self.untold[0]}{more} has not told yet which queues it consumes"
        return Consuming.NO, None


def consumers_of(workers: Iterable[Worker], summaries: Mapping[str, Summary], now: float) -> Consumers:
    """Return who consumes what at ``now`` (epoch seconds); workers that are offline consume nothing.

    What a worker said counts for as long as it is the same process, since it may be busy and silent.
    """
    states = {one.name: (liveness(one, now)[0], one.pid) for one in workers}
    by_queue: dict[str, list[str]] = {}
    untold, only, held = [], set(), {}
    for name in sorted({*states, *summaries}):
        told = summaries.get(name)
        if not _is_there(states.get(name), told, now):
            continue
        if told is None or Part.QUEUES not in told.told_at or _is_another(states.get(name), told):
            untold.append(name)
            continue
        for queue in told.queues:
            by_queue.setdefault(queue, []).append(name)
        if len(told.queues) == 1:
            only.add(name)
        held[name] = told.counts.get(Part.SCHEDULED, 0)
    return Consumers(
        by_queue={queue: tuple(names) for queue, names in by_queue.items()},
        untold=tuple(untold),
        only=frozenset(only),
        held=held,
    )


def _is_there(state: tuple[WorkerState, int | None] | None, told: Summary | None, now: float) -> bool:
    if state is not None and state[0] is not WorkerState.UNKNOWN:
        return state[0] is not WorkerState.OFFLINE
    return told is not None and told.answered_at is not None and now - told.answered_at < ANSWERED_S


def _is_another(state: tuple[WorkerState, int | None] | None, told: Summary) -> bool:
    return state is not None and None not in (state[1], told.pid) and state[1] != told.pid
