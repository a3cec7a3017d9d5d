"""Tasks that run once and smoothly, without the full fold.

Nearly all tasks are sent, received, started and ended once, in one process and in the order of its clock. For those
``plain`` says what ``umbel.model.fold`` would, at a tenth of its cost, because it makes no marks and no record; of any
other it says nothing. A property test holds both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from umbel.model.events import KIND_BY_TYPE, TYPE_BY_KIND, Kind, TaskEvent
from umbel.model.fold import named_exception
from umbel.model.tasks import State
from umbel.store.relational.marks import encode
from umbel.store.relational.rows import Outline, Told

_SENT: Final = TYPE_BY_KIND[Kind.SENT]
_RECEIVED: Final = TYPE_BY_KIND[Kind.RECEIVED]
_STARTED: Final = TYPE_BY_KIND[Kind.STARTED]
_SUCCEEDED: Final = TYPE_BY_KIND[Kind.SUCCEEDED]
_FAILED: Final = TYPE_BY_KIND[Kind.FAILED]
_NUMBER: Final = {type_: int(KIND_BY_TYPE[type_]) for type_ in (_SENT, _RECEIVED, _STARTED, _SUCCEEDED, _FAILED)}
_PENDING: Final = State.PENDING.value
_WAS_RECEIVED: Final = State.RECEIVED.value
_RUNS: Final = State.STARTED.value
_SUCCESS: Final = State.SUCCESS.value
_FAILURE: Final = State.FAILURE.value

_place: Final = itemgetter(0, 1)
"""The order of packed marks: their stamp and kind."""
_WORKER: Final = 2
_REST: Final = 5


def plain(events: Sequence[TaskEvent]) -> Told | None:
    """Return what all events of a task say, ``None`` where the full fold is needed."""
    seen: dict[str, TaskEvent] = {}
    for event in events:
        type_ = event.type
        is_usual = _USUAL.get(type_)
        if is_usual is None or type_ in seen or not is_usual(event):
            return None
        seen[type_] = event
    received, ended = seen.get(_RECEIVED), seen.get(_SUCCEEDED) or seen.get(_FAILED)
    if received is None:
        return _waiting(events[0]) if len(seen) == 1 and _SENT in seen else None
    started = seen.get(_STARTED)
    if (_SUCCEEDED in seen and _FAILED in seen) or received.retries:
        return None
    if not (_follows(started, received) and _follows(ended, received)):
        return None
    return _run(seen.get(_SENT), received, started, ended)


# Whether an event carries nothing but what Celery gives to its kind (or texts that leave no mark).


def _is_usual_opening(event: TaskEvent) -> bool:
    return (
        event.extra is None
        and event.runtime is None
        and event.exception is None
        and event.traceback is None
        and event.terminated is None
        and event.signum is None
        and event.expired is None
        and event.requeue is None
    )


def _is_usual_sent(event: TaskEvent) -> bool:
    return not event.retries and _is_usual_opening(event)


def _is_usual_received(event: TaskEvent) -> bool:
    return event.queue is None and event.exchange is None and event.routing_key is None and _is_usual_opening(event)


def _is_usual_failure(event: TaskEvent) -> bool:
    return (
        event.extra is None
        and event.name is None
        and event.retries is None
        and event.root_id is None
        and event.parent_id is None
        and event.eta is None
        and event.expires is None
        and event.queue is None
        and event.exchange is None
        and event.routing_key is None
        and event.terminated is None
        and event.signum is None
        and event.expired is None
        and event.requeue is None
    )


def _is_usual_success(event: TaskEvent) -> bool:
    return event.exception is None and event.traceback is None and _is_usual_failure(event)


def _is_usual_start(event: TaskEvent) -> bool:
    return event.runtime is None and _is_usual_success(event)


_USUAL: Final = {
    _SENT: _is_usual_sent,
    _RECEIVED: _is_usual_received,
    _STARTED: _is_usual_start,
    _SUCCEEDED: _is_usual_success,
    _FAILED: _is_usual_failure,
}


def _follows(event: TaskEvent | None, received: TaskEvent) -> bool:
    """Whether ``event`` is of the same process and not before its receipt."""
    return event is None or (
        event.clock >= received.clock and event.pid == received.pid and event.hostname == received.hostname
    )


def _waiting(sent: TaskEvent) -> Told:
    outline = Outline(
        name=sent.name or None,
        worker=None,
        queue=sent.queue,
        retries=0,
        root_id=sent.root_id,
        parent_id=sent.parent_id,
        state=_PENDING,
        sent_at=sent.timestamp,
        received_at=None,
        started_at=None,
        finished_at=None,
        runtime_s=None,
        wait_s=None,
        exception=None,
    )
    return Told(outline, sent.args, sent.kwargs, None, encode(((sent.hostname,), (_sent(sent, 0),), False, None)))


def _run(sent: TaskEvent | None, received: TaskEvent, started: TaskEvent | None, end: TaskEvent | None) -> Told:
    marks = [_received(received)]
    workers = [received.hostname]
    sent_at = received.sent_at
    started_at = wait_s = finished_at = runtime_s = exception = result = None
    state = _WAS_RECEIVED
    if sent is not None:
        sent_at = sent.timestamp
        workers.append(sent.hostname)
        marks.append(_sent(sent, 1))
    if started is not None:
        state = _RUNS
        started_at = started.timestamp
        wait_s = None if sent_at is None else max(0.0, started_at - sent_at)
        marks.append(_mark(started))
    if end is not None:
        finished_at, runtime_s = _ended(started_at, end)
        marks.append(_ending(end))
        if end.type == _SUCCEEDED:
            state = _SUCCESS
            result = end.result
        else:
            state = _FAILURE
            exception = named_exception(end.exception, end.traceback)
    if len(marks) > 1:
        marks.sort(key=_place)
    outline = Outline(
        received.name or None,
        received.hostname,
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
        wait_s,
        exception or None,
    )
    row: tuple[Any, ...] = (workers, marks, False, None)
    facts = encode(row if received.arguments is None else (*row, received.arguments))
    return Told(outline, received.args, received.kwargs, result, facts)


def _ended(started_at: float | None, end: TaskEvent) -> tuple[float, float | None]:
    """When it ended and how long it ran: a late stamp gives way to the start and the run time."""
    runtime_s = end.runtime
    if started_at is None:
        return end.timestamp, runtime_s
    if runtime_s is None:
        return end.timestamp, max(0.0, end.timestamp - started_at)
    return min(end.timestamp, started_at + runtime_s), runtime_s


def _mark(event: TaskEvent) -> list[Any]:
    """Return the identity of a mark, as ``marks`` packs it."""
    return [event.timestamp, _NUMBER[event.type], 0, event.pid, event.clock]


def _opening(event: TaskEvent) -> list[Any]:
    rest: dict[str, Any] = {}
    if event.name is not None:
        rest["n"] = event.name
    if event.retries is not None:
        rest["r"] = event.retries
    if event.root_id is not None:
        rest["o"] = event.root_id if event.root_id != event.uuid else True
    if event.parent_id is not None:
        rest["a"] = event.parent_id
    if event.eta is not None:
        rest["e"] = event.eta
    if event.expires is not None:
        rest["x"] = event.expires
    return [*_mark(event), rest]


def _received(event: TaskEvent) -> list[Any]:
    mark = _opening(event)
    if event.sent_at is not None:
        mark[_REST]["i"] = event.sent_at
    return mark


def _sent(event: TaskEvent, worker: int) -> list[Any]:
    mark = _opening(event)
    mark[_WORKER] = worker
    rest: dict[str, Any] = mark[_REST]
    if event.queue is not None:
        rest["q"] = event.queue
    if event.exchange is not None:
        rest["h"] = event.exchange
    if event.routing_key is not None:
        rest["g"] = event.routing_key
    return mark


def _ending(event: TaskEvent) -> list[Any]:
    rest: dict[str, Any] = {}
    if event.runtime is not None:
        rest["u"] = event.runtime
    if event.type == _FAILED:
        exception = named_exception(event.exception, event.traceback)
        if exception is not None:
            rest["z"] = exception
        if event.traceback is not None:
            rest["b"] = event.traceback
    if event.cpu_s is not None:
        rest["l"] = event.cpu_s
    if event.peak_memory_bytes is not None:
        rest["v"] = event.peak_memory_bytes
    return [*_mark(event), rest] if rest else _mark(event)
