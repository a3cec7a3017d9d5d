"""A store in memory, for tests of what writes to one."""

from collections.abc import Sequence

from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, join, read
from umbel.model.tasks import Task
from umbel.model.workers import Worker, observe
from umbel.store.protocols import Arrival, Commit, Pruned, Retention


class MemoryStore:
    """Folds what it is given. ``fail_with`` makes it refuse everything."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.workers: dict[str, Worker] = {}
        self.batches: list[Sequence[Arrival]] = []
        self.prunes: list[float] = []
        self.fail_with: Exception | None = None

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Fold these events."""
        if self.fail_with is not None:
            raise self.fail_with
        self.batches.append(arrivals)
        by_task: dict[str, list[TaskEvent]] = {}
        for arrival in arrivals:
            self._see(arrival)
            if isinstance(arrival.event, TaskEvent):
                by_task.setdefault(arrival.event.uuid, []).append(arrival.event)
        for task_id, events in by_task.items():
            facts, known = facts_of(events), self.tasks.get(task_id)
            self.tasks[task_id] = read(join(known.facts, facts) if known else facts)
        return Commit(seq=len(self.batches), tasks=len(self.tasks), events=len(arrivals))

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Note that it was asked."""
        self.prunes.append(now)
        return Pruned()

    @property
    def events(self) -> int:
        """How many events were committed."""
        return sum(len(batch) for batch in self.batches)

    def _see(self, arrival: Arrival) -> None:
        event = arrival.event
        if event.type != "task-sent":  # which a producer sends
            self.workers[event.hostname] = observe(self.workers.get(event.hostname), event, arrival.at)
