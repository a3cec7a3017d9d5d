"""Gaps in the shapes of the API: which of them a task may have been missed in."""

from __future__ import annotations

from typing import Final

from umbel.model.gaps import Gap
from umbel.model.tasks import Task
from umbel.store.protocols import GapStore
from umbel.web import convert, schemas

GAPS_OF_A_TASK: Final = 20


def gap(one: Gap) -> schemas.Gap:
    """Return a gap in the shape of the API."""
    return schemas.Gap(
        kind=one.kind.value,
        since=convert.known_instant(one.since),
        until=convert.instant(one.until),
        reason=one.reason,
        worker=one.worker,
        events=one.events,
    )


def of_task(store: GapStore, task: Task, now: float) -> list[schemas.Gap]:
    """Return the newest gaps that touch the life of ``task``, oldest first: those of all, and of its workers."""
    began = min(mark.timestamp for mark in task.facts.marks)
    ended = now if task.finished_at is None else task.finished_at
    workers = {attempt.worker for attempt in task.attempts if attempt.worker is not None}
    return [gap(one) for one in store.gaps(began, max(began, ended), GAPS_OF_A_TASK, workers=workers)]


def open_now(store: GapStore, now: float) -> list[schemas.Gap]:
    """Return the gaps that last."""
    return [gap(one) for one in store.gaps(now, now) if not one.is_over]
