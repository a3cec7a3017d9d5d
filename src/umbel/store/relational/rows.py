"""A task as a row, and back.

Columns repeat what questions need. The record itself is rebuilt from ``facts`` (its marks, see ``marks``) and the
texts beside it, by the one fold: what a store returns is what the fold says today.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from msgspec import Struct

from umbel.model.events import Kind
from umbel.model.fold import read
from umbel.model.tasks import Facts, Mark, Task
from umbel.store.relational.marks import pack, unpack
from umbel.store.relational.tables import task

RECORD_COLUMNS: Final = (task.c.task_id, task.c.args, task.c.kwargs, task.c.result, task.c.facts)
"""What a record is rebuilt from, in the order of ``facts_from``."""


def facts_from(task_id: str, args: str | None, kwargs: str | None, result: str | None, stored: bytes) -> Facts:
    """Return the facts of a row."""
    known = unpack(task_id, stored)
    return Facts(
        id=task_id,
        marks=known.marks,
        cut=known.cut,
        args=args,
        kwargs=kwargs,
        result=result,
        progress=known.progress,
        arguments=known.arguments,
    )


def task_from(row: tuple[Any, ...]) -> Task:
    """Return the record of a row of ``RECORD_COLUMNS``."""
    return read(facts_from(*row))


class Outline(Struct, frozen=True, gc=False):
    """What the columns of a row say, with texts where the row has terms."""

    name: str | None
    worker: str | None
    queue: str | None
    retries: int
    root_id: str | None
    parent_id: str | None
    state: str
    sent_at: float | None
    received_at: float | None
    started_at: float | None
    finished_at: float | None
    runtime_s: float | None
    wait_s: float | None
    exception: str | None


def outline_of(record: Task) -> Outline:
    """Return the columns of a record."""
    return Outline(
        name=record.name,
        state=record.state,
        worker=record.worker,
        queue=record.queue,
        retries=record.retries,
        sent_at=record.sent_at,
        received_at=record.received_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
        runtime_s=record.runtime_s,
        wait_s=record.wait_s,
        root_id=record.root_id,
        parent_id=record.parent_id,
        exception=record.exception,
    )


class Told(NamedTuple):
    """What a task is: the columns of its row, its long texts and its marks as ``marks.pack`` writes them.

    ``retried_at`` are the instants at which it was retried (epoch seconds).
    """

    outline: Outline
    args: str | None
    kwargs: str | None
    result: str | None
    facts: bytes
    retried_at: tuple[float, ...] = ()


def told_of(facts: Facts) -> Told:
    """Return what facts say, by the full fold."""
    return Told(outline_of(read(facts)), facts.args, facts.kwargs, facts.result, pack(facts), _retries(facts.marks))


def retried_at(stored: bytes) -> tuple[float, ...]:
    """Return ``Told.retried_at`` of the column ``facts``."""
    return _retries(unpack("", stored).marks)


def _retries(marks: tuple[Mark, ...]) -> tuple[float, ...]:
    return tuple(mark.timestamp for mark in marks if mark.kind is Kind.RETRIED)
