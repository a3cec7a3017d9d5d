"""What workers say, as lines, for those who watch: read from the journal's raw events after each commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from umbel.live.changes import LineChanges, ShownLine
from umbel.model.events import Event, TaskEvent
from umbel.model.lines import line_of
from umbel.model.tasks import Task
from umbel.store.protocols import TaskReader
from umbel.store.protocols.heard import HeardBatch, HeardReader

LINES_PER_CHANGE: Final = 200
"""More lines in one tick are sampled, the newest kept: nobody reads a thousand a second."""
RECENT_BATCHES: Final = 40


class Heard(TaskReader, Protocol):
    """What lines are made from."""

    @property
    def heard(self) -> HeardReader:
        """The journal's raw events."""


class Lines:
    """Reads lines from a place in the journal on. Blocking: for a thread."""

    def __init__(self, store: Heard) -> None:
        self._store = store

    def after(self, seq: int) -> LineChanges | None:
        """Return the lines of what was committed after ``seq``, ``None`` where nothing was."""
        return self._lines(self._store.heard.after(seq))

    def recent(self) -> LineChanges | None:
        """Return the lines of the newest commits, for who begins to watch."""
        return self._lines(self._store.heard.newest(RECENT_BATCHES))

    def _lines(self, batches: Sequence[HeardBatch]) -> LineChanges | None:
        if not batches:
            return None
        events = [(batch.seq, event) for batch in batches for event in batch.events]
        tasks = self._tasks(sorted({event.uuid for _, event in events if isinstance(event, TaskEvent)}))
        lines = [line for seq, event in events if (line := _shown(seq, event, tasks)) is not None]
        total = sum(batch.total for batch in batches)
        return LineChanges(
            seq=batches[-1].seq,
            lines=tuple(lines[-LINES_PER_CHANGE:]),
            by_kind=Counter(one.line.kind for one in lines),
            looked_at=len(events),
            events=total,
        )

    def _tasks(self, ids: Sequence[str]) -> dict[str, Task]:
        found: dict[str, Task] = {}
        for start in range(0, len(ids), 1_000):
            found.update((task.id, task) for task in self._store.tasks_by_id(ids[start : start + 1_000]))
        return found


def _shown(seq: int, event: Event, tasks: Mapping[str, Task]) -> ShownLine | None:
    task = tasks.get(event.uuid) if isinstance(event, TaskEvent) else None
    line = line_of(event, None if task is None else task.name)
    return None if line is None else ShownLine(seq=seq, line=line, task=task)
