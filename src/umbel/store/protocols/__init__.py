"""The contract of every store, by role. ``tests/store/contract`` is the same text as tests.

All calls block and may be made from any thread. A writer is used by one thread at a time.

Texts hold no NUL character and no lone surrogate, and integers fit in 64 bits: the decoder sees to it. A store that
meets an event which it cannot keep raises an error that is no ``StoreError``: the same call would fail for ever, so
the caller leaves that event out.
"""

from __future__ import annotations

from typing import Protocol

from umbel.store.protocols.archive import Archived, ArchivePage, Deleted, Places, Restored, StoreCare, TaskArchive
from umbel.store.protocols.audit import AuditPage, AuditStore
from umbel.store.protocols.errors import BadCursor, BadQuestion, QueryTooSlow, StoreBroken, StoreError, StoreUnavailable
from umbel.store.protocols.failures import FailureStore
from umbel.store.protocols.families import FamilyReader
from umbel.store.protocols.gaps import GapStore
from umbel.store.protocols.heard import HeardBatch, HeardReader
from umbel.store.protocols.inspection import InspectionStore
from umbel.store.protocols.metrics import MetricsReader
from umbel.store.protocols.queues import QueueStore
from umbel.store.protocols.reading import CountKind, JournalBatch, JournalSpan, NameCount, Sort, TaskList, TaskReader
from umbel.store.protocols.schedules import EntryPage, ScheduleStore
from umbel.store.protocols.summaries import TaskSummaries
from umbel.store.protocols.views import ViewStore
from umbel.store.protocols.workers import WorkerStore
from umbel.store.protocols.writing import Arrival, Commit, Pruned, Retention, TaskType, TaskWriter

__all__ = [
    "ArchivePage",
    "Archived",
    "Arrival",
    "AuditPage",
    "AuditStore",
    "BadCursor",
    "BadQuestion",
    "Commit",
    "CountKind",
    "Deleted",
    "EntryPage",
    "FailureStore",
    "FamilyReader",
    "GapStore",
    "HeardBatch",
    "HeardReader",
    "InspectionStore",
    "JournalBatch",
    "JournalSpan",
    "MetricsReader",
    "NameCount",
    "Places",
    "Pruned",
    "QueryTooSlow",
    "QueueStore",
    "Restored",
    "Retention",
    "ScheduleStore",
    "Sort",
    "Store",
    "StoreBroken",
    "StoreCare",
    "StoreError",
    "StoreUnavailable",
    "TaskArchive",
    "TaskList",
    "TaskReader",
    "TaskSummaries",
    "TaskType",
    "TaskWriter",
    "ViewStore",
    "WorkerStore",
]


class Store(TaskWriter, TaskReader, TaskArchive, StoreCare, GapStore, MetricsReader, WorkerStore, Protocol):
    """All roles in one, opened and closed as one."""

    @property
    def masked_url(self) -> str:
        """The store's URL without its password."""

    @property
    def audit(self) -> AuditStore:
        """Who did what."""

    @property
    def failures(self) -> FailureStore:
        """Groups of tasks that failed in the same way."""

    @property
    def heard(self) -> HeardReader:
        """What workers said, word for word."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers said when they were asked."""

    @property
    def summaries(self) -> TaskSummaries:
        """Counts of what a search finds."""

    @property
    def families(self) -> FamilyReader:
        """Tasks that belong together."""

    @property
    def saved_views(self) -> ViewStore:
        """Searches with a name."""

    @property
    def queues(self) -> QueueStore:
        """What was read of queues and of the broker."""

    @property
    def schedules(self) -> ScheduleStore:
        """What should run and when, and what became of it."""

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice."""
