"""What came since the last commit, sorted by whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from umbel.model.events import TaskEvent, WorkerEvent
from umbel.store.protocols import Arrival

_SENT: Final = "task-sent"


class Batch:
    """Events by task, in the order of their first arrival; by worker, what tells most of it."""

    __slots__ = ("_of_workers", "_on_the_way", "arrived_at", "events", "size")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self.size = len(arrivals)
        self.events: dict[str, list[TaskEvent]] = {}
        self.arrived_at: dict[str, float] = {}
        self._of_workers: list[Arrival] = []
        self._on_the_way: dict[str, list[Arrival]] = {}
        self._sort(arrivals)

    def _sort(self, arrivals: Sequence[Arrival]) -> None:
        events, arrived_at, on_the_way = self.events, self.arrived_at, self._on_the_way
        for arrival in arrivals:
            event = arrival.event
            if isinstance(event, WorkerEvent):
                self._of_workers.append(arrival)
                continue
            gathered = events.get(event.uuid)
            if gathered is None:
                events[event.uuid] = [event]
                arrived_at[event.uuid] = arrival.at
            else:
                gathered.append(event)
            if event.type == _SENT:  # a producer's word, not a worker's
                continue
            seen = on_the_way.get(event.hostname)
            if seen is None:
                on_the_way[event.hostname] = [arrival, arrival]
                continue
            if event.timestamp > seen[0].event.timestamp:
                seen[0] = arrival
            if arrival.at - event.timestamp < seen[1].at - seen[1].event.timestamp:
                seen[1] = arrival

    def sightings(self) -> dict[str, list[Arrival]]:
        """Return what to observe, by worker: its own messages, and of its tasks' the newest and the promptest one."""
        found: dict[str, list[Arrival]] = {}
        for arrival in self._of_workers:
            found.setdefault(arrival.event.hostname, []).append(arrival)
        for name, (newest, promptest) in self._on_the_way.items():
            told = found.setdefault(name, [])
            told.append(promptest)
            if newest is not promptest:
                told.append(newest)
        return found
