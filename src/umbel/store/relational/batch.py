"""What came since the last commit, sorted by whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from umbel.model.events import LEARNT_TYPE, TaskEvent, WorkerEvent
from umbel.store.protocols import Arrival
from umbel.store.relational.upsert import tell_ahead

_OF_NO_WORKER: Final = frozenset({"task-sent", LEARNT_TYPE})
"""A producer's word, and what Umbel has read: no sign that a worker lives."""


class Batch:
    """Events by task, in the order of their first arrival; by worker, its own messages and its last sign of life.

    ``told`` is what the tasks are that most likely begin here. Nothing of it needs the store.
    """

    __slots__ = ("_of_workers", "_signs", "arrived_at", "events", "size", "told")

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self.size = len(arrivals)
        self.events: dict[str, list[TaskEvent]] = {}
        self.arrived_at: dict[str, float] = {}
        self._of_workers: list[Arrival] = []
        self._signs: dict[str, Arrival] = {}
        self._sort(arrivals)
        self.told = tell_ahead(self.events)

    def _sort(self, arrivals: Sequence[Arrival]) -> None:
        events, arrived_at, signs = self.events, self.arrived_at, self._signs
        for arrival in arrivals:
            event = arrival.event
            if isinstance(event, WorkerEvent):
                self._of_workers.append(arrival)
                continue
            task_id = event.uuid
            if task_id in events:
                events[task_id].append(event)
            else:
                events[task_id] = [event]
                arrived_at[task_id] = arrival.at
            if event.type not in _OF_NO_WORKER:
                signs[event.hostname] = arrival

    def sightings(self) -> dict[str, list[Arrival]]:
        """Return what to observe, by worker: its own messages, and the last one about its tasks."""
        found: dict[str, list[Arrival]] = {}
        for arrival in self._of_workers:
            found.setdefault(arrival.event.hostname, []).append(arrival)
        for name, arrival in self._signs.items():
            found.setdefault(name, []).append(arrival)
        return found
