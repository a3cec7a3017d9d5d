"""Whole tasks out of a store and into it, and looking after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from umbel.model.search import Query
from umbel.model.tasks import Task


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
