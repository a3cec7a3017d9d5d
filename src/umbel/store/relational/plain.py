"""Tasks that run once and smoothly, without the full fold.

Nearly all tasks are sent, received, started and ended once, in one process and in the order of its clock. For those
``plain`` says what ``umbel.model.fold`` would, at a fifth of its cost; of any other it says nothing. A property test
holds both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from umbel.model.events import TYPE_BY_KIND, Kind, TaskEvent
from umbel.model.fold import mark_of
from umbel.model.tasks import Facts, Mark, State
from umbel.store.relational.rows import Outline

_START: Final = TYPE_BY_KIND[Kind.STARTED]
_SUCCESS: Final = State.SUCCESS.value
_FAILURE: Final = State.FAILURE.value
_RECEIVED: Final = State.RECEIVED.value
_STARTED: Final = State.STARTED.value
_order: Final = attrgetter("timestamp", "kind")


def plain(known: Facts | None, events: Sequence[TaskEvent]) -> tuple[Facts, Outline] | None:
    """Return the facts of ``known`` and ``events`` and what they say, ``None`` where the full fold is needed."""
    args = kwargs = result = None
    marks: list[Mark] = []
    if known is not None:
        if known.cut or known.progress is not None:
            return None
        args, kwargs, result = known.args, known.kwargs, known.result
        marks.extend(known.marks)
    was_received = any(mark.kind is Kind.RECEIVED for mark in marks)
    for event in events:
        mark = _mark(event)
        if mark is None:
            return None
        marks.append(mark)
        kind = mark.kind
        if kind is Kind.RECEIVED:
            args, kwargs = event.args, event.kwargs
            was_received = True
        elif kind is Kind.SENT and not was_received:
            args, kwargs = event.args, event.kwargs
        elif kind is Kind.SUCCEEDED:
            result = event.result
    outline = _outline(marks)
    if outline is None:
        return None
    if len(marks) > 1:
        marks.sort(key=_order)
    return Facts(id=events[0].uuid, marks=tuple(marks), args=args, kwargs=kwargs, result=result), outline


def _mark(event: TaskEvent) -> Mark | None:
    """Return what ``mark_of`` does, sooner for a start; ``None`` for what is not part of a plain run."""
    if event.extra is not None:
        return None
    if event.type == _START and _is_bare(event):
        return Mark(
            timestamp=event.timestamp, kind=Kind.STARTED, worker=event.hostname, pid=event.pid, clock=event.clock
        )
    return mark_of(event)


def _is_bare(event: TaskEvent) -> bool:
    """Whether it carries nothing but its identity (and texts that leave no mark)."""
    return (
        event.name is None
        and event.retries is None
        and event.root_id is None
        and event.parent_id is None
        and event.eta is None
        and event.expires is None
        and event.queue is None
        and event.exchange is None
        and event.routing_key is None
        and event.runtime is None
        and event.exception is None
        and event.traceback is None
        and event.terminated is None
        and event.signum is None
        and event.expired is None
        and event.requeue is None
    )


def _outline(marks: list[Mark]) -> Outline | None:
    """Return the columns of a plain run; ``None`` where a kind is there twice, or one that it has not."""
    sent = received = started = end = None
    for mark in marks:
        kind = mark.kind
        if kind is Kind.RECEIVED and received is None:
            received = mark
        elif kind is Kind.STARTED and started is None:
            started = mark
        elif (kind is Kind.SUCCEEDED or kind is Kind.FAILED) and end is None:
            end = mark
        elif kind is Kind.SENT and sent is None and not mark.retries:
            sent = mark
        else:
            return None
    if received is None or received.retries or not (_follows(started, received) and _follows(end, received)):
        return None
    return _columns(sent, received, started, end)


def _follows(mark: Mark | None, received: Mark) -> bool:
    """Whether ``mark`` is of the same process and not before its receipt."""
    return mark is None or (
        mark.clock >= received.clock and mark.pid == received.pid and mark.worker == received.worker
    )


def _columns(sent: Mark | None, received: Mark, started: Mark | None, end: Mark | None) -> Outline:
    started_at = None if started is None else started.timestamp
    sent_at = None if sent is None else sent.timestamp
    finished_at = runtime_s = exception = None
    if end is None:
        state = _RECEIVED if started is None else _STARTED
    else:
        finished_at, runtime_s = _end(started_at, end)
        state = _SUCCESS if end.kind is Kind.SUCCEEDED else _FAILURE
        if state is _FAILURE:
            exception = end.exception or None
    return Outline(
        received.name or None,
        received.worker,
        None if sent is None else sent.queue,
        0,
        received.root_id,
        received.parent_id,
        state,
        sent_at,
        received.timestamp,
        started_at,
        finished_at,
        runtime_s,
        None if sent_at is None or started_at is None else max(0.0, started_at - sent_at),
        exception,
    )


def _end(started_at: float | None, end: Mark) -> tuple[float, float | None]:
    """When it ended and how long it ran: a late stamp gives way to the start and the run time."""
    runtime_s = end.runtime_s
    if started_at is None:
        return end.timestamp, runtime_s
    if runtime_s is None:
        return end.timestamp, max(0.0, end.timestamp - started_at)
    return min(end.timestamp, started_at + runtime_s), runtime_s
