"""When a task of which nothing was heard is looked at, and when again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from umbel.model.tasks import Task

QUIET_S: Final = 60.0
AGAIN_S: Final = 60.0
MOST_S: Final = 3_600.0
SURE_S: Final = 15.0
"""Longer than lists of workers are kept, and than an event that is on its way takes."""
REMEMBERED: Final = 50_000


class Patience:
    """Remembers, of a bounded number of tasks, how often they were looked up. For one thread.

    A task is due when nothing was heard of it for ``quiet_s``, and then after waits that double, up to an hour.
    """

    def __init__(self, *, quiet_s: float = QUIET_S, again_s: float = AGAIN_S, sure_s: float = SURE_S) -> None:
        self._quiet_s = quiet_s
        self._again_s = again_s
        self._sure_s = sure_s
        self._suspected: dict[str, tuple[float, float]] = {}
        self._looked_at: set[str] = set()
        self._next: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._settled: OrderedDict[tuple[str, str], None] = OrderedDict()

    def is_due(self, task: Task, now: float) -> bool:
        """Whether to look ``task`` up. One that is held for its ETA is not due before it."""
        self._note_open(task)
        wait_until, _ = self._next.get(task.id, (float("-inf"), 0.0))
        expected = max(task.updated_at, task.eta or 0.0) + self._quiet_s
        return now >= max(expected, wait_until)

    def note_tried(self, task: Task, now: float) -> None:
        """Remember that nothing came of it."""
        self._note_open(task)
        _, waited_s = self._next.pop(task.id, (0.0, self._again_s / 2))
        wait_s = min(MOST_S, waited_s * 2)
        self._next[task.id] = (now + wait_s, wait_s)
        if len(self._next) > REMEMBERED:
            self._next.popitem(last=False)

    def is_sure(self, task: Task, now: float) -> bool:
        """Whether ``task`` seemed lost ``sure_s`` ago, too, and nothing was heard of it since; else it is due soon.

        Where too many seem lost at once, the others wait until these are settled.
        """
        if task.id not in self._suspected and len(self._suspected) >= REMEMBERED:
            return False
        began, updated_at = self._suspected.get(task.id, (now, task.updated_at))
        if updated_at == task.updated_at and now - began >= self._sure_s:
            return True
        if updated_at != task.updated_at:
            began = now
        self._suspected[task.id] = (began, task.updated_at)
        self._note_open(task)
        self._next[task.id] = (began + self._sure_s, self._again_s / 2)
        if len(self._next) > REMEMBERED:
            self._next.popitem(last=False)
        return False

    def note_all_seen(self) -> None:
        """Forget those that seemed lost and have ended: all that is open was asked for here since the last call."""
        self._suspected = {key: value for key, value in self._suspected.items() if key in self._looked_at}
        self._looked_at.clear()

    def _note_open(self, task: Task) -> None:
        if task.id in self._suspected:
            self._looked_at.add(task.id)

    def note_settled(self, task: Task, state: str) -> bool:
        """Remember that it was told to be in ``state``; whether that is the first time."""
        self._next.pop(task.id, None)
        self._suspected.pop(task.id, None)
        key = (task.id, state)
        is_first = key not in self._settled
        self._settled[key] = None
        if len(self._settled) > REMEMBERED:
            self._settled.popitem(last=False)
        return is_first
