"""A dictionary with a bound: what has been in it longest gives way, and is counted."""

from __future__ import annotations

from contextlib import suppress
from typing import Generic, TypeVar

V = TypeVar("V")


class Bounded(Generic[V]):
    """At most ``limit`` values by task id. Safe between threads, because each step is one of the dictionary's own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: dict[str, V] = {}
        self.dropped = 0

    def put(self, task_id: str, value: V) -> None:
        """Keep a value, the newest of its task."""
        self._values[task_id] = value
        if len(self._values) > self._limit:
            with suppress(RuntimeError, StopIteration):  # another thread was faster
                self._values.pop(next(iter(self._values)), None)
                self.dropped += 1

    def take(self, task_id: str) -> V | None:
        """Take out the value of a task, ``None`` where there is none."""
        return self._values.pop(task_id, None)

    def take_all(self) -> dict[str, V]:
        """Take out everything."""
        values, self._values = self._values, {}
        return values

    def __len__(self) -> int:
        return len(self._values)
