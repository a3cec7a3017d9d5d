"""Where all that is known of running tasks comes together: in the worker's main process."""

from __future__ import annotations

import os
from typing import Any, Final

from umbel.agent.bounded import Bounded
from umbel.agent.meter import Measured
from umbel.agent.pipe import Pipe
from umbel.model.wire import CPU, PEAK_MEMORY, TaskProgress

MOST_TASKS: Final = 1_000
MOST_PROGRESS: Final = 200
MOST_RUNS: Final = 8
"""Of one task. The next attempt may be over in another process before the end of the one before is told here."""
_MEASURED: Final = "m"
_PROGRESS: Final = "p"
_ENDS: Final = frozenset({"task-succeeded", "task-failed", "task-retried", "task-rejected"})
TOLD_MORE: Final = _ENDS | {"task-received"}
"""The types of Celery's events to which something is added."""


class Desk:
    """Takes what is told of tasks in any process of the worker, and hands it out in the main one."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._pipe = Pipe() if hasattr(os, "fork") else None  # else no pool has processes of its own
        self._measured: Bounded[tuple[Measured, ...]] = Bounded(MOST_TASKS)
        self._progress: Bounded[TaskProgress] = Bounded(MOST_PROGRESS)
        self._received: Bounded[dict[str, Any]] = Bounded(MOST_TASKS)

    def tell_measured(self, task_id: str, measured: Measured) -> None:
        """Pass on what a run took."""
        self._tell([_MEASURED, task_id, *measured])

    def tell_progress(self, progress: TaskProgress) -> None:
        """Pass on how far a task is."""
        self._tell([_PROGRESS, progress["uuid"], progress["at"], progress["state"], progress["fields"]])

    def note_received(self, task_id: str, fields: dict[str, Any]) -> None:
        """Keep what is to be added to ``task-received``, which comes next."""
        self._received.put(task_id, fields)

    def added_to(self, type_: str, task_id: str) -> dict[str, Any] | None:
        """Return what an event of Celery's is to say as well."""
        if type_ == "task-received":
            return self._received.take(task_id)
        if type_ not in _ENDS:
            return None
        self.gather()
        self._progress.take(task_id)
        runs = self._measured.take(task_id)
        if not runs:
            return None
        measured, *later = runs
        if later:
            self._measured.put(task_id, tuple(later))
        added: dict[str, Any] = {CPU: round(measured.cpu_s, 6)}
        if measured.peak_bytes is not None:
            added[PEAK_MEMORY] = measured.peak_bytes
        return added

    def progress(self) -> list[TaskProgress]:
        """Take out the newest progress of tasks that still run."""
        self.gather()
        return list(self._progress.take_all().values()) if len(self._progress) else []

    def gather(self) -> None:
        """Take in what the pool's processes wrote."""
        for message in () if self._pipe is None else self._pipe.read():
            self._take(message)

    def dropped(self) -> dict[str, int]:
        """Return what found no room since the start, by kind."""
        counts = {
            "messages": 0 if self._pipe is None else self._pipe.dropped,
            "figures": self._measured.dropped,
            "progress": self._progress.dropped,
            "arguments": self._received.dropped,
        }
        return {kind: count for kind, count in counts.items() if count}

    def close(self) -> None:
        """Give the pipe back."""
        if self._pipe is not None:
            self._pipe.close()

    def _tell(self, message: list[Any]) -> None:
        if os.getpid() == self._pid:
            self._take(message)
        elif self._pipe is not None:
            self._pipe.write(message)

    def _take(self, message: list[Any]) -> None:
        kind, task_id, *rest = message
        if kind == _MEASURED:
            earlier = self._measured.take(task_id) or ()
            self._measured.put(task_id, (*earlier, Measured(*rest))[-MOST_RUNS:])
        else:
            at, state, fields = rest
            self._progress.put(task_id, TaskProgress(uuid=task_id, at=at, state=state, fields=fields))
