"""The entries that are known now, for all threads that need them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from umbel.model.schedules import Entry


class Book:
    """Entries by id and by task, and what beat itself said that it sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._by_task: dict[str, tuple[Entry, ...]] = {}
        self._told: dict[str, str] = {}
        self._to_plan: set[str] = set()

    def replace(self, entries: Iterable[Entry], changed: Iterable[str] = ()) -> None:
        """Take these in place of all. ``changed`` are the ids of those whose runs have to be planned anew."""
        by_id = {one.id: one for one in entries}
        by_task: dict[str, list[Entry]] = {}
        for one in by_id.values():
            if one.is_active:
                by_task.setdefault(one.task, []).append(one)
        with self._lock:
            self._entries = by_id
            self._by_task = {task: tuple(found) for task, found in by_task.items()}
            self._to_plan.update(changed)

    def entries(self) -> Mapping[str, Entry]:
        """Return all of them by id; not to be changed."""
        with self._lock:
            return self._entries

    def of_task(self, task: str) -> tuple[Entry, ...]:
        """Return the active entries of a task."""
        with self._lock:
            return self._by_task.get(task, ())

    def plan(self, entry_ids: Iterable[str]) -> None:
        """Ask that the runs of these entries are planned anew."""
        with self._lock:
            self._to_plan.update(entry_ids)

    def take_to_plan(self) -> set[str]:
        """Return the ids of entries that changed since the last call."""
        with self._lock:
            changed, self._to_plan = self._to_plan, set()
            return changed

    def tell(self, sent: Mapping[str, str]) -> None:
        """Remember that these tasks (ids) were sent for these entries (names), as beat itself says."""
        with self._lock:
            self._told.update(sent)
            for oldest in list(self._told)[: max(0, len(self._told) - 20_000)]:
                del self._told[oldest]

    def told(self) -> dict[str, str]:
        """Return the names of entries by task id, as beat itself said."""
        with self._lock:
            return dict(self._told)
