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
from umbel.store.relational.rows import Told

_SENT: Final = TYPE_BY_KIND[Kind.SENT]
_RECEIVED: Final = TYPE_BY_KIND[Kind.RECEIVED]
_STARTED: Final = TYPE_BY_KIND[Kind.STARTED]
_SUCCEEDED: Final = TYPE_BY_KIND[Kind.SUCCEEDED]
_FAILED: Final = TYPE_BY_KIND[Kind.FAILED]
_NUMBER: Final = {type_: int(KIND_BY_TYPE[type_]) for type_ in (_SENT, _RECEIVED, _STARTED, _SUCCEEDED, _FAILED)}
_SENT_KIND: Final = _NUMBER[_SENT]
_RECEIVED_KIND: Final = _NUMBER[_RECEIVED]
_STARTED_KIND: Final = _NUMBER[_STARTED]
_PENDING: Final = State.PENDING.value
_WAS_RECEIVED: Final = State.RECEIVED.value
_RUNS: Final = State.STARTED.value
_SUCCESS: Final = State.SUCCESS.value
_FAILURE: Final = State.FAILURE.value

_place: Final = itemgetter(0, 1)
"""The order of packed marks: their stamp and kind."""

_Mark = tuple[Any, ...]


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


def _is_usual_sent(event: TaskEvent) -> bool:
    return (
        not event.retries
        and event.extra is None
        and event.runtime is None
        and event.exception is None
        and event.traceback is None
        and event.terminated is None
        and event.signum is None
        and event.expired is None
        and event.requeue is None
    )


def _is_usual_received(event: TaskEvent) -> bool:
    return (
        event.queue is None
        and event.exchange is None
        and event.routing_key is None
        and event.extra is None
        and event.runtime is None
        and event.exception is None
        and event.traceback is None
        and event.terminated is None
        and event.signum is None
        and event.expired is None
        and event.requeue is None
    )


def _is_usual_start(event: TaskEvent) -> bool:
    return (
        event.runtime is None
        and event.exception is None
        and event.traceback is None
        and event.extra is None
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
    return Told(
        (sent.name or None, None, sent.queue),
        (0, sent.root_id, sent.parent_id),
        _PENDING,
        (sent.timestamp, None, None, None, None, None),
        None,
        sent.args,
        sent.kwargs,
        None,
        _packed([sent.hostname], [_sent(sent, 0)], sent.arguments),
    )


def _run(sent: TaskEvent | None, received: TaskEvent, started: TaskEvent | None, end: TaskEvent | None) -> Told:
    marks = [_received(received)]
    workers = [received.hostname]
    sent_at = received.sent_at
    started_at = wait_s = finished_at = runtime_s = exception = result = queue = None
    state = _WAS_RECEIVED
    if sent is not None:
        sent_at = sent.timestamp
        queue = sent.queue
        workers.append(sent.hostname)
        marks.append(_sent(sent, 1))
    if started is not None:
        state = _RUNS
        started_at = started.timestamp
        wait_s = None if sent_at is None else max(0.0, started_at - sent_at)
        marks.append((started_at, _STARTED_KIND, 0, started.pid, started.clock))
    if end is not None:
        finished_at, runtime_s = _ended(started_at, end)
        if end.type == _SUCCEEDED:
            state = _SUCCESS
            result = end.result
        else:
            state = _FAILURE
            exception = named_exception(end.exception, end.traceback)
        marks.append(_ending(end, exception))
    if len(marks) > 1:
        marks.sort(key=_place)
    return Told(
        (received.name or None, received.hostname, queue),
        (0, received.root_id, received.parent_id),
        state,
        (sent_at, received.timestamp, started_at, finished_at, runtime_s, wait_s),
        exception or None,
        received.args,
        received.kwargs,
        result,
        _packed(workers, marks, received.arguments),
    )


def _ended(started_at: float | None, end: TaskEvent) -> tuple[float, float | None]:
    """When it ended and how long it ran: a late stamp gives way to the start and the run time."""
    runtime_s = end.runtime
    if started_at is None:
        return end.timestamp, runtime_s
    latest = end.timestamp if runtime_s is None else min(end.timestamp, started_at + runtime_s)
    ended_at = max(started_at, latest)
    return ended_at, ended_at - started_at if runtime_s is None else runtime_s


def _packed(workers: list[str], marks: list[_Mark], arguments: str | None) -> bytes:
    row = (workers, marks, False, None)
    return encode(row if arguments is None else (*row, arguments))


# Marks as ``marks`` packs them: stamp, kind, worker, pid, clock, and what else they hold by its short name.


def _opening(event: TaskEvent) -> dict[str, Any]:
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
    return rest


def _received(event: TaskEvent) -> _Mark:
    rest = _opening(event)
    if event.sent_at is not None:
        rest["i"] = event.sent_at
    return (event.timestamp, _RECEIVED_KIND, 0, event.pid, event.clock, rest)


def _sent(event: TaskEvent, worker: int) -> _Mark:
    rest = _opening(event)
    if event.queue is not None:
        rest["q"] = event.queue
    if event.exchange is not None:
        rest["h"] = event.exchange
    if event.routing_key is not None:
        rest["g"] = event.routing_key
    return (event.timestamp, _SENT_KIND, worker, event.pid, event.clock, rest)


def _ending(event: TaskEvent, exception: str | None) -> _Mark:
    rest: dict[str, Any] = {}
    if event.runtime is not None:
        rest["u"] = event.runtime
    if exception is not None:
        rest["z"] = exception
    if event.traceback is not None:
        rest["b"] = event.traceback
    if event.cpu_s is not None:
        rest["l"] = event.cpu_s
    if event.peak_memory_bytes is not None:
        rest["v"] = event.peak_memory_bytes
    identity = (event.timestamp, _NUMBER[event.type], 0, event.pid, event.clock)
    return (*identity, rest) if rest else identity
