"""Which event belongs to which attempt.

Only ``task-sent`` and ``task-received`` carry ``retries``; all other events are told apart by the process that sent
them and its logical clock. Celery announces the receipt of a retry *before* the retry itself, so arrival order and
stamps across workers say nothing: attempts are ordered by ``retries``. What was learnt in another way than by events
is placed last, and only where no event told the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

from msgspec.structs import replace

from umbel.model.events import Kind
from umbel.model.tasks import REDELIVERED, REPLACED, Attempt, Mark, State

OUTCOME_BY_KIND: Final[dict[Kind, State]] = {
    Kind.SUCCEEDED: State.SUCCESS,
    Kind.FAILED: State.FAILURE,
    Kind.RETRIED: State.RETRY,
    Kind.CANCELLED: State.RETRY,
    Kind.REVOKED: State.REVOKED,
    Kind.REJECTED: State.REJECTED,
}
_OUTCOME_RANK: Final = (State.RETRY, State.FAILURE, State.SUCCESS, State.REVOKED, State.REJECTED)
_HANDED_BACK: Final = (Kind.RETRIED, Kind.CANCELLED)
_LEARNT_STEPS: Final = frozenset({State.RECEIVED, State.STARTED, *_OUTCOME_RANK})
WRAPPED_EXCEPTION: Final = "ExceptionWithTraceback()"


class _Delivery:
    """An attempt while its marks are being gathered."""

    __slots__ = ("ends", "learnt", "received", "retries", "sent", "started")

    def __init__(self, *, received: Mark | None = None, retries: int | None = None) -> None:
        self.received = received
        self.retries = retries
        self.sent: Mark | None = None
        self.started: Mark | None = None
        self.ends: list[Mark] = []
        self.learnt: Mark | None = None

    def learn(self, mark: Mark) -> None:
        """Take what no event told. Of two ends that were learnt the newer one counts."""
        self.learnt = self.learnt or mark
        if mark.type == State.STARTED:
            self.started = self.started or mark
        elif mark.type == State.RECEIVED:
            self.received = self.received or (None if self.worker_marks() else mark)
        elif all(end.kind is Kind.LEARNT for end in self.ends):
            self.ends = [mark]

    def was_handed_back_before(self, mark: Mark) -> bool:
        """Whether it ended in a retry before ``mark``, which must be of an attempt after it."""
        if not self.ends or mark.type == State.RETRY or mark.retries is not None:
            return False
        return all(_outcome(end) == State.RETRY and end.timestamp < mark.timestamp for end in self.ends)

    def marks(self) -> list[Mark]:
        return [mark for mark in (self.sent, self.received, self.started, *self.ends) if mark is not None]

    def worker_marks(self) -> list[Mark]:
        return [mark for mark in (self.received, self.started, *self.ends) if mark is not None]

    def opened_before(self, mark: Mark) -> bool:
        """Whether the same process opened it before it sent ``mark``."""
        opener = self.received or self.started
        return opener is not None and opener.process == mark.process and opener.clock <= mark.clock


def attempts_of(marks: Sequence[Mark]) -> tuple[Attempt, ...]:
    """Return the attempts that ``marks`` (in their order) tell of, first to last."""
    by_kind: dict[Kind, list[Mark]] = {}
    for mark in marks:
        by_kind.setdefault(mark.kind, []).append(mark)
    deliveries = [_Delivery(received=mark, retries=mark.retries or 0) for mark in by_kind.get(Kind.RECEIVED, ())]
    deliveries.sort(key=_order_of_receipt)
    _place_starts(deliveries, by_kind.get(Kind.STARTED, ()))
    _place_ends(deliveries, [mark for mark in marks if mark.kind in OUTCOME_BY_KIND])
    _place_sent(deliveries, by_kind.get(Kind.SENT, ()))
    deliveries = _in_order(deliveries)
    _place_learnt(deliveries, by_kind.get(Kind.LEARNT, ()))
    return _finish(deliveries)


def _order_of_receipt(delivery: _Delivery) -> tuple[int, tuple[object, ...]]:
    return (delivery.retries or 0, delivery.received.key if delivery.received else ())


def _place_starts(deliveries: list[_Delivery], starts: Iterable[Mark]) -> None:
    for mark in starts:
        for delivery in deliveries:
            if delivery.started is None and delivery.opened_before(mark):
                delivery.started = mark
                break
        else:
            delivery = _Delivery()
            delivery.started = mark
            deliveries.append(delivery)


def _place_ends(deliveries: list[_Delivery], ends: Iterable[Mark]) -> None:
    """A retry ends the oldest open attempt of its process, anything else the newest."""
    for mark in ends:
        mine = [delivery for delivery in deliveries if delivery.opened_before(mark)]
        still_open = [delivery for delivery in mine if not delivery.ends]
        if still_open:
            still_open[0 if mark.kind in _HANDED_BACK else -1].ends.append(mark)
        elif mine:
            mine[-1].ends.append(mark)
        else:
            _place_lone_end(deliveries, mark)


def _place_lone_end(deliveries: list[_Delivery], mark: Mark) -> None:
    for delivery in deliveries:
        if delivery.received is None and delivery.started is None and delivery.ends[0].process == mark.process:
            delivery.ends.append(mark)
            return
    delivery = _Delivery()
    delivery.ends.append(mark)
    deliveries.append(delivery)


def _place_sent(deliveries: list[_Delivery], sent: Iterable[Mark]) -> None:
    for mark in sent:
        retries = mark.retries or 0
        home = _first(d for d in deliveries if d.retries == retries and d.sent is None)
        home = home or _first(d for d in deliveries if d.retries is None and d.sent is None)
        if home is None and any(d.retries == retries for d in deliveries):
            continue
        if home is None:
            home = _Delivery()
            deliveries.append(home)
        home.retries = retries
        home.sent = mark


def _place_learnt(deliveries: list[_Delivery], learnt: Iterable[Mark]) -> None:
    """Fill in what no event told: in the attempt with its retries, else in the last one that had begun by then."""
    for mark in learnt:
        if mark.type not in _LEARNT_STEPS:
            continue
        alike = [d for d in deliveries if mark.retries is None or d.retries == mark.retries]
        home = next((d for d in reversed(alike) if min(d.marks(), key=_stamp).timestamp <= mark.timestamp), None)
        home = home or _first(alike)
        if home is None or home.was_handed_back_before(mark):
            home = _Delivery(retries=mark.retries or (0 if home is None else (home.retries or 0) + 1))
            deliveries.append(home)
        home.learn(mark)
    deliveries.sort(key=lambda delivery: delivery.retries or 0)


def _stamp(mark: Mark) -> float:
    return mark.timestamp


def _first(deliveries: Iterable[_Delivery]) -> _Delivery | None:
    return next(iter(deliveries), None)


def _in_order(deliveries: list[_Delivery]) -> list[_Delivery]:
    """Sort by retries; an attempt whose receipt was not seen takes the retries of those before it."""
    stamps = {id(delivery): min(mark.key for mark in delivery.marks()) for delivery in deliveries}
    known = [delivery for delivery in deliveries if delivery.retries is not None]
    for delivery in deliveries:
        if delivery.retries is None:
            earlier = [d.retries or 0 for d in known if stamps[id(d)] <= stamps[id(delivery)]]
            delivery.retries = max(earlier, default=0)
    return sorted(deliveries, key=lambda delivery: (delivery.retries or 0, stamps[id(delivery)]))


def _finish(deliveries: list[_Delivery]) -> tuple[Attempt, ...]:
    attempts = [_attempt(delivery) for delivery in deliveries]
    return tuple(_closed_by_next(*pair) for pair in zip_longest(attempts, attempts[1:]))


def _closed_by_next(attempt: Attempt, following: Attempt | None) -> Attempt:
    """An attempt without an end that another one follows was retried, replaced or delivered again."""
    if attempt.outcome is not None or following is None:
        return attempt
    if following.retries > attempt.retries:
        outcome: str = State.RETRY
    elif following.name and attempt.name and following.name != attempt.name:
        outcome = REPLACED
    else:
        outcome = REDELIVERED
    return replace(attempt, outcome=outcome)


def _attempt(delivery: _Delivery) -> Attempt:
    opener = delivery.received or delivery.sent or delivery.learnt
    end = _deciding_end(delivery.ends)
    step = end or delivery.started or delivery.received
    worker, pid = _process_of(delivery.worker_marks())
    told = _telling_end(delivery.ends)
    started_at = delivery.started.timestamp if delivery.started else None
    sent_at = delivery.sent.timestamp if delivery.sent else delivery.received.sent_at if delivery.received else None
    ended_at, runtime_s = _end_times(delivery.started, end)
    return Attempt(
        retries=delivery.retries or 0,
        name=opener.name if opener else None,
        worker=worker,
        pid=pid,
        eta=opener.eta if opener else None,
        expires=opener.expires if opener else None,
        sent_at=sent_at,
        received_at=delivery.received.timestamp if delivery.received else None,
        started_at=started_at,
        ended_at=ended_at,
        runtime_s=runtime_s,
        outcome=_outcome(end) if end else None,
        exception=told.exception if told else None,
        traceback=told.traceback if told else None,
        expired=any(mark.expired for mark in delivery.ends),
        learnt_from=step.source if step else None,
        cpu_s=next((mark.cpu_s for mark in delivery.ends if mark.cpu_s is not None), None),
        peak_memory_bytes=next((mark.peak_memory_bytes for mark in delivery.ends if mark.peak_memory_bytes), None),
    )


def _process_of(marks: list[Mark]) -> tuple[str | None, int | None]:
    """The worker that had it last and the process there. What was learnt may know no worker, and knows no process."""
    worker = next((mark.worker for mark in reversed(marks) if mark.worker or mark.kind is not Kind.LEARNT), None)
    seen = (mark.pid for mark in reversed(marks) if mark.worker == worker and mark.kind is not Kind.LEARNT)
    return worker, next(seen, None)


def _outcome(end: Mark) -> State:
    return State(end.type) if end.kind is Kind.LEARNT and end.type else OUTCOME_BY_KIND[end.kind]


def _deciding_end(ends: list[Mark]) -> Mark | None:
    """The end that decides: a hard time limit reports two failures, a ``Reject`` a failure and then a rejection."""
    if not ends:
        return None
    best = max(_OUTCOME_RANK.index(_outcome(mark)) for mark in ends)
    return next(mark for mark in ends if _OUTCOME_RANK.index(_outcome(mark)) == best)


def _telling_end(ends: list[Mark]) -> Mark | None:
    """The end whose exception says most: the first one that names its class, else the first with any."""
    told = [mark for mark in ends if mark.exception]
    return next((mark for mark in told if mark.exception != WRAPPED_EXCEPTION), told[0] if told else None)


def _end_times(started: Mark | None, end: Mark | None) -> tuple[float | None, float | None]:
    """When it ended and how long it ran. An event that waited out a lost link carries a late stamp.

    On one host it never ended before it started, though its clock was set back meanwhile.
    """
    if end is None:
        return None, None
    runtime_s = end.runtime_s
    same_host = started is not None and end.worker in (started.worker, "")
    if started is None or not same_host:
        return end.timestamp, runtime_s
    latest = end.timestamp if runtime_s is None else min(end.timestamp, started.timestamp + runtime_s)
    ended_at = max(started.timestamp, latest)
    return ended_at, ended_at - started.timestamp if runtime_s is None else runtime_s
