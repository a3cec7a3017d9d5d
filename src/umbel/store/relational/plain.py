"""Tasks that run once and smoothly, without the full fold.

Nearly all tasks are sent, received, started and ended once, in one process and in the order of its clock. For those
``plain`` says what ``umbel.model.fold`` would, at a fifth of its cost; of any other it says nothing. A property test
holds both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from umbel.model.events import Kind, TaskEvent
from umbel.model.fold import mark_of
from umbel.model.tasks import Facts, Mark, State
from umbel.store.relational.rows import Outline

_STATE_BY_END: Final[dict[Kind, str]] = {Kind.SUCCEEDED: State.SUCCESS.value, Kind.FAILED: State.FAILURE.value}
_RECEIVED: Final = State.RECEIVED.value
_STARTED: Final = State.STARTED.value
_order: Final = attrgetter("timestamp", "kind")


class _Run:
    """The marks of one attempt by what they are."""

    __slots__ = ("end", "received", "sent", "started")

    def __init__(self) -> None:
        self.sent: Mark | None = None
        self.received: Mark | None = None
        self.started: Mark | None = None
        self.end: Mark | None = None

    def take(self, mark: Mark) -> bool:
        """Keep ``mark`` unless its place is taken or it has none in a plain run."""
        kind = mark.kind
        if kind is Kind.RECEIVED and self.received is None:
            self.received = mark
        elif kind is Kind.STARTED and self.started is None:
            self.started = mark
        elif (kind is Kind.SUCCEEDED or kind is Kind.FAILED) and self.end is None:
            self.end = mark
        elif kind is Kind.SENT and self.sent is None:
            self.sent = mark
        else:
            return False
        return True

    def is_plain(self) -> bool:
        received, sent = self.received, self.sent
        if received is None or received.retries or (sent is not None and sent.retries):
            return False
        worker, pid, clock = received.worker, received.pid, received.clock
        for mark in (self.started, self.end):
            if mark is not None and (mark.worker != worker or mark.pid != pid or mark.clock < clock):
                return False
        return True


def plain(known: Facts | None, events: Sequence[TaskEvent]) -> tuple[Facts, Outline] | None:
    """Return the facts of ``known`` and ``events`` and what they say, ``None`` where the full fold is needed."""
    run = _Run()
    args = kwargs = result = None
    if known is not None:
        if known.cut or known.progress is not None or not all(map(run.take, known.marks)):
            return None
        args, kwargs, result = known.args, known.kwargs, known.result
    marks = [] if known is None else list(known.marks)
    for event in events:
        mark = mark_of(event)
        if event.extra is not None or not run.take(mark):
            return None
        marks.append(mark)
        kind = mark.kind
        if kind is Kind.RECEIVED or (kind is Kind.SENT and run.received is None):
            args, kwargs = event.args, event.kwargs
        elif kind is Kind.SUCCEEDED:
            result = event.result
    if not run.is_plain():
        return None
    marks.sort(key=_order)
    facts = Facts(id=events[0].uuid, marks=tuple(marks), args=args, kwargs=kwargs, result=result)
    return facts, _outline(run)


def _outline(run: _Run) -> Outline:
    sent, received, started, end = run.sent, run.received, run.started, run.end
    assert received is not None  # noqa: S101  # for the type checker: ``is_plain`` has looked
    started_at = None if started is None else started.timestamp
    sent_at = None if sent is None else sent.timestamp
    finished_at = runtime_s = exception = None
    if end is None:
        state = _RECEIVED if started is None else _STARTED
    else:
        state = _STATE_BY_END[end.kind]
        finished_at, runtime_s = _end(started_at, end)
        if end.kind is Kind.FAILED:
            exception = end.exception or None
    return Outline(
        received.name or None,
        state,
        received.worker,
        None if sent is None else sent.queue,
        0,
        sent_at,
        received.timestamp,
        started_at,
        finished_at,
        runtime_s,
        None if sent_at is None or started_at is None else max(0.0, started_at - sent_at),
        received.root_id,
        received.parent_id,
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
