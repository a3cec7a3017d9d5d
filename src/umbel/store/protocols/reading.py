"""The questions about tasks."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from umbel.model.search import Query
from umbel.model.tasks import Task
from umbel.store.protocols.writing import TaskType


class Sort(StrEnum):
    """What a task list can be ordered by. ``ARRIVED`` is the order in which tasks were first stored."""

    ARRIVED = "arrived"
    RECEIVED = "received"
    STARTED = "started"
    FINISHED = "finished"
    RUNTIME = "runtime"
    NAME = "name"
    STATE = "state"
    WORKER = "worker"
    RETRIES = "retries"


class CountKind(StrEnum):
    """How sure a count is."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    UNKNOWN = "unknown"


class TaskList(Struct, frozen=True, kw_only=True):
    """A page of tasks.

    ``cursor`` gets the page after it; ``None`` is the end. ``complete`` is false when the time limit ended the
    search before the page was full: ``tasks`` then holds what was found so far, and ``cursor`` goes on from there. In
    the order of arrival that is what was found among the tasks that arrived after ``covered_until`` (epoch seconds;
    before it in an ascending list); in any other order ``covered_until`` is ``None``, and the tasks are the first ones
    of the whole list. ``seq`` is the journal position that the page reflects: later changes have a greater one.

    ``count`` of a search by nothing but name and state is exact; else it is at least what the pages so far hold.
    """

    tasks: tuple[Task, ...]
    cursor: str | None
    complete: bool
    covered_until: float | None
    count: int | None
    count_kind: CountKind
    seq: int


class NameCount(Struct, frozen=True, kw_only=True):
    """Exact counts of the stored tasks of one name, by state. ``name`` is ``None`` where no event told it."""

    name: str | None
    by_state: dict[str, int]


class JournalBatch(Struct, frozen=True, kw_only=True):
    """One committed batch: which tasks changed, and its events in the order of arrival.

    ``committed_at`` is when the newest of its events came (epoch seconds): what came later is in no batch yet.
    """

    seq: int
    committed_at: float
    task_ids: tuple[str, ...]
    workers: tuple[str, ...]
    events: int


class JournalSpan(Struct, frozen=True, kw_only=True):
    """The oldest and newest position that the journal holds; both 0 when nothing was ever committed."""

    oldest: int
    newest: int


class TaskReader(Protocol):
    """The questions about tasks. Every list is bounded, and every call has a time limit."""

    def task(self, task_id: str) -> Task | None:
        """Return one task with its attempts and marks, ``None`` where it is not stored."""

    def tasks_by_id(self, task_ids: Sequence[str]) -> list[Task]:
        """Return those of at most 1,000 ids that are stored, in no particular order."""

    def children(self, task_id: str, limit: int = 100) -> list[Task]:
        """Return tasks whose ``parent_id`` is ``task_id`` (and that are not that task), oldest first."""

    def list(
        self,
        query: Query,
        *,
        sort: Sort = Sort.ARRIVED,
        descending: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> TaskList:
        """Return the tasks that match, in order; ties by arrival in the same direction, those without the value last.

        ``limit`` is 1 to 1,000. A page never repeats a task of the page before it unless it moved in between.
        Raises BadCursor, and QueryTooSlow only where not even a part can be said (a sort without an index).
        """

    def counts(self) -> builtins.list[NameCount]:
        """Return exact counts by name and state, most tasks first; at most 10,000 names."""

    def task_types(self) -> dict[str, TaskType]:
        """Return what is known of task types by name, at most 10,000."""

    def journal(self, after: int, limit: int = 100) -> builtins.list[JournalBatch]:
        """Return batches with ``seq > after``, oldest first; empty at the end. Large batches come fewer at once."""

    def journal_span(self) -> JournalSpan:
        """Return what the journal holds. A position before ``oldest - 1`` cannot be resumed."""

    def size_bytes(self) -> int | None:
        """Return the size of the store on disk, ``None`` where it cannot tell."""
