"""A task as a row, and back.

Columns repeat what questions need. The record itself is rebuilt from ``facts`` (its marks, see ``marks``) and the
texts beside it, by the one fold: what a store returns is what the fold says today.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from umbel.model.events import Kind
from umbel.model.fold import read
from umbel.model.tasks import Facts, Mark, Task
from umbel.store.relational.marks import pack, unpack
from umbel.store.relational.tables import task

RECORD_COLUMNS: Final = (task.c.task_id, task.c.args, task.c.kwargs, task.c.result, task.c.facts)
"""What a record is rebuilt from, in the order of ``facts_from``."""


Texts = tuple[str | None, str | None, str | None]
Family = tuple[int, str | None, str | None]
Times = tuple[float | None, float | None, float | None, float | None, float | None, float | None]


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


class Told(NamedTuple):
    """What a task is, as the columns of its row; a bare tuple, because one is made for each task of a batch.

    ``names`` are texts where the row has terms: of its name, its worker and its queue. ``family`` is its retries, root
    and parent; ``times`` are ``sent_at``, ``received_at``, ``started_at``, ``finished_at``, ``runtime_s``, ``wait_s``.
    ``facts`` are its marks as ``marks.pack`` writes them, ``retried_at`` when it was retried (epoch seconds).
    """

    names: Texts
    family: Family
    state: str
    times: Times
    exception: str | None
    args: str | None
    kwargs: str | None
    result: str | None
    facts: bytes
    retried_at: tuple[float, ...] = ()


def told_of(facts: Facts) -> Told:
    """Return what facts say, by the full fold."""
    record = read(facts)
    return Told(
        names=(record.name, record.worker, record.queue),
        family=(record.retries, record.root_id, record.parent_id),
        state=record.state,
        times=(
            record.sent_at,
            record.received_at,
            record.started_at,
            record.finished_at,
            record.runtime_s,
            record.wait_s,
        ),
        exception=record.exception,
        args=facts.args,
        kwargs=facts.kwargs,
        result=facts.result,
        facts=pack(facts),
        retried_at=_retries(facts.marks),
    )


def retried_at(stored: bytes) -> tuple[float, ...]:
    """Return ``Told.retried_at`` of the column ``facts``."""
    return _retries(unpack("", stored).marks)


def _retries(marks: tuple[Mark, ...]) -> tuple[float, ...]:
    return tuple(mark.timestamp for mark in marks if mark.kind is Kind.RETRIED)
