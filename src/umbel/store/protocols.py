"""The contract of every store, by role. ``tests/store/contract`` is the same text as tests.

All calls block and may be made from any thread. A writer is used by one thread at a time.

Texts hold no NUL character and no lone surrogate, and integers fit in 64 bits: the decoder sees to it. A store that
meets an event which it cannot keep raises an error that is no ``StoreError``: the same call would fail for ever, so
the caller leaves that event out.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.events import Event
from umbel.model.gaps import Gap, GapKind
from umbel.model.metrics import By, Series, Totals
from umbel.model.rollups import Period
from umbel.model.search import Query
from umbel.model.tasks import Task
from umbel.model.workers import Worker


class StoreError(UmbelError):
    """Something about the store."""


class StoreUnavailable(StoreError):
    """Nothing was read or written, and the same call may succeed later (locked, disk full, connection lost)."""


class StoreBroken(StoreError):
    """The store cannot be used: not a database, a newer schema than this program knows, no permission."""


class QueryTooSlow(StoreError):
    """A read passed its time limit. Narrowing the search helps."""


class BadCursor(StoreError):
    """A cursor that this store did not give out, or gave out for another sort."""


class BadQuestion(StoreError):
    """A question that no store answers: an interval that ends before it begins, or too much at once."""


class Arrival(Struct, frozen=True, gc=False):
    """An event, and when it arrived by our clock (epoch seconds)."""

    event: Event
    at: float


class Commit(Struct, frozen=True, kw_only=True):
    """What one transaction did. ``seq`` is its position in the journal; nothing new gives the last one again."""

    seq: int
    tasks: int
    events: int


class TaskWriter(Protocol):
    """The one that writes what the collector gathered."""

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Fold these events into their tasks and workers and add them to the journal, all or nothing.

        One transaction. Order and repetition do not matter, so a retry after an error is safe: an event that is
        stored already changes nothing. An empty sequence writes nothing.
        Raises StoreUnavailable when nothing was saved and the caller may try again.
        """

    def describe(self, types: Sequence[TaskType]) -> None:
        """Store what workers say of their tasks; the newest word on a name counts. Safe beside ``commit``.

        Raises StoreUnavailable when nothing was saved.
        """

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete what ``retention`` no longer keeps, oldest first, at most a slice (about 100 ms) a call.

        Call again while ``more`` is true. A task's age counts from its first arrival; one that is not finished is
        deleted by its age only. Texts that nothing uses any more are forgotten. Workers that were not seen for
        ``max_age_s`` go, too; the newest journal batch stays, so that positions go on.
        """


class Retention(Struct, frozen=True, kw_only=True):
    """How long history is kept; ``None`` is without a bound. The tightest bound wins.

    A state in ``max_age_s_by_state`` has an age of its own, in place of ``max_age_s``. ``max_tasks`` counts those that
    are over.
    """

    max_age_s: float | None = None
    max_age_s_by_state: Mapping[str, float | None] = {}
    max_tasks: int | None = None
    max_bytes: int | None = None
    journal_age_s: float = 3_600.0
    by_minute_age_s: float | None = 7 * 86_400.0
    by_hour_age_s: float | None = 90 * 86_400.0
    by_day_age_s: float | None = 1_095 * 86_400.0
    """Figures outlive the tasks that they count: those of minutes, of hours and of days."""


class Pruned(Struct, frozen=True, kw_only=True):
    """What a slice of pruning deleted, and whether another one is due.

    ``terms`` are texts that no task and no figure uses, ``rollups`` rows of figures.
    """

    tasks: int = 0
    journal: int = 0
    terms: int = 0
    rollups: int = 0
    more: bool = False


class TaskType(Struct, frozen=True, kw_only=True):
    """What workers say of a task that they know. ``max_retries`` is ``None`` where it may retry for ever."""

    name: str
    max_retries: int | None


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
    """One committed batch: which tasks changed, and its events in the order of arrival."""

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


class Archived(Struct, frozen=True, kw_only=True):
    """A task as an archive keeps it: its record, and when it first arrived (epoch seconds)."""

    task: Task
    arrived_at: float


class ArchivePage(Struct, frozen=True, kw_only=True):
    """Some tasks in the order of arrival. ``next`` is the place to go on after, ``None`` at the end."""

    tasks: tuple[Archived, ...]
    next: int | None


class Places(Struct, frozen=True, kw_only=True):
    """Where tasks stand in the order of arrival. ``next`` is the place to go on after, ``None`` at the end."""

    places: tuple[int, ...]
    next: int | None


class Restored(Struct, frozen=True, kw_only=True):
    """What a batch from an archive did: tasks that were not stored, that learnt something, and that did neither."""

    new: int = 0
    changed: int = 0
    same: int = 0


class Deleted(Struct, frozen=True, kw_only=True):
    """What one slice deleted; ``done`` of the places that were named are dealt with, first to last."""

    tasks: int = 0
    done: int = 0


class TaskArchive(Protocol):
    """Whole tasks out and in. A *place* counts arrivals and names a task for as long as it is stored.

    Each read is a snapshot of its own that ends with the call: who reads slowly holds nothing up.
    """

    def newest_place(self) -> int:
        """Return the place of the task that arrived last, 0 where none is stored."""

    def archive(self, query: Query, *, after: int = 0, until: int | None = None, limit: int = 500) -> ArchivePage:
        """Return whole tasks that match, with ``after < place <= until``, oldest first.

        ``limit`` is 1 to 1,000. A page may hold fewer tasks, or none, and still not be the last: its time was over. It
        always comes further than ``after``; where that cannot be done in time, QueryTooSlow is raised.
        """

    def places(self, query: Query, *, after: int = 0, until: int | None = None, limit: int = 10_000) -> Places:
        """Return where tasks that match stand: ``archive`` without the records, for counting and deleting."""

    def restore(self, tasks: Sequence[Archived]) -> Restored:
        """Join these tasks with what is stored, all or nothing, as ``commit`` joins events.

        A task that is stored already learns what it did not know; twice the same changes nothing. New ones arrive
        now, after all others and in this order, and keep the age that they had. Raises StoreUnavailable when nothing
        was saved and the caller may try again.
        """

    def delete(self, places: Sequence[int]) -> Deleted:
        """Delete those of these tasks that are finished or lost, at most a slice (well under 100 ms) a call.

        Call again with the places that are not ``done``. One that is gone, waits or runs is passed over.
        """


class StoreCare(Protocol):
    """Looking after a store."""

    def problems(self) -> Sequence[str]:
        """Return what is wrong with what is stored, a sentence each; empty when it is sound.

        Reads all of it: seconds a million tasks. Nothing is changed, and this process writes nothing meanwhile.
        """


class GapStore(Protocol):
    """When events may have been missed. Its writing methods are safe beside ``commit``."""

    def keep_gaps(self, gaps: Sequence[Gap]) -> None:
        """Store gaps, all or nothing; one of the same kind, worker and start is replaced, which is how a gap ends.

        Raises StoreUnavailable when nothing was saved.
        """

    def gaps(  # what there is to choose by
        self,
        since: float,
        until: float,
        limit: int = 1_000,
        *,
        kinds: Collection[GapKind] = tuple(GapKind),
        workers: Collection[str] | None = None,
    ) -> builtins.list[Gap]:
        """Return the gaps that touch the interval (epoch seconds), the newest ``limit`` of them, oldest first.

        One that lasts touches all that comes after its start. Of ``kinds`` only; with ``workers``, gaps of single
        workers are those of these only.
        """

    def note_seen(self, at: float) -> None:
        """Store that a collector was at work at this instant, where no commit tells it. An older one counts not.

        Raises StoreUnavailable when nothing was saved.
        """

    def last_seen(self) -> float | None:
        """Return when a collector was last at work (its newest commit, or ``note_seen``); ``None`` before the first."""


class MetricsReader(Protocol):
    """The questions about what happened, from figures that are kept longer than the tasks. All periods are of UTC.

    The newest figures are those of the last commit. Every call has a time limit (QueryTooSlow).
    """

    def series(
        self,
        by: By,
        since: float,
        until: float,
        *,
        keys: Sequence[str] | None = None,
        top: int = 10,
        step_s: int | None = None,
    ) -> Series:
        """Return lines of figures along an interval (epoch seconds), all over the same points.

        Of ``keys``, at most 50 and in their order, or of the ``top`` busiest ones (at most 50), busiest first; by
        ``TOTAL`` there is one line. The step is the shortest with at most 400 points of which figures are kept, or
        ``step_s``, one of ``model.metrics.STEPS``, with at most 1,500. The ends are widened to whole steps.
        A point in which nothing was seen, because Umbel was not there or not linked, is ``None`` and not zero.
        Raises BadQuestion.
        """

    def totals(self, by: By, since: float, until: float) -> Totals:
        """Return the figures of each key over an interval (epoch seconds), at most 10,000, the busiest first.

        Raises BadQuestion when the interval is empty.
        """

    def counts_too_old(self) -> Mapping[Period, int]:
        """Return how many counts came after the figures of their minute, hour or day were no longer kept."""


class WorkerStore(Protocol):
    """The questions about workers."""

    def workers(self) -> builtins.list[Worker]:
        """Return all known workers by name, at most 10,000."""

    def running_by_worker(self) -> dict[str, int]:
        """Return how many stored tasks are STARTED on each worker."""


class Store(TaskWriter, TaskReader, TaskArchive, StoreCare, GapStore, MetricsReader, WorkerStore, Protocol):
    """All roles in one, opened and closed as one."""

    @property
    def masked_url(self) -> str:
        """The store's URL without its password."""

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice."""
