"""A task is a fold of its events: a pure function of the *set* of them.

``merge`` is commutative, associative and idempotent, and ``fold(record, event)`` is ``merge`` with the record of that
one event. So replays, duplicates, late events and two collectors change nothing. ``docs/task-states.md`` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from umbel.model.attempts import WRAPPED_EXCEPTION, attempts_of
from umbel.model.events import KIND_BY_TYPE, PROGRESS_TYPE, Kind, Learnt, TaskEvent
from umbel.model.tasks import TERMINAL_STATES, Attempt, Facts, Mark, MarkKey, Progress, State, Task

MARKS_PER_KIND: Final = 32
"""Of each kind the newest 32 marks and the oldest one are kept, which bounds a task that retries for ever."""
TRACEBACKS_KEPT: Final = 2

_SOLO_RETRY: Final = re.compile(r"Retry\(Retry\(\.\.\.\), (?!None, )(.*), [^,()]*\)", re.DOTALL)
_FAILING: Final = (Kind.FAILED, Kind.RETRIED)
_MEASURED: Final = (Kind.SUCCEEDED, Kind.FAILED, Kind.RETRIED, Kind.REJECTED)


def fold(record: Task | None, event: TaskEvent) -> Task:
    """Return ``record`` with what ``event`` adds."""
    facts = facts_of([event])
    return read(join(record.facts, facts) if record else facts)


def fold_all(events: Iterable[TaskEvent]) -> Task:
    """Return the record of at least one event, all of the same task, in any order."""
    return read(facts_of(events))


def merge(one: Task, other: Task) -> Task:
    """Return the record of all events that either record has seen."""
    return read(join(one.facts, other.facts))


def facts_of(events: Iterable[TaskEvent]) -> Facts:
    """Return the facts that a non-empty set of events of one task leaves."""
    gathered = [(mark_of(event), event) for event in events]
    marks, is_cut = _bounded(mark for mark, _ in gathered)
    return Facts(
        id=gathered[0][1].uuid,
        marks=marks,
        cut=is_cut,
        args=_text(gathered, _argument_rank, "args"),
        kwargs=_text(gathered, _argument_rank, "kwargs"),
        result=_text(gathered, _result_rank, "result"),
        progress=_newest_progress(gathered),
        arguments=_text(gathered, _argument_rank, "arguments"),
    )


def join(one: Facts, other: Facts) -> Facts:
    """Return the union of two sets of facts of the same task."""
    marks, is_cut = _bounded((*one.marks, *other.marks))
    argument_ranks = _best(one.marks, _argument_rank), _best(other.marks, _argument_rank)
    result_ranks = _best(one.marks, _result_rank), _best(other.marks, _result_rank)
    return Facts(
        id=one.id,
        marks=marks,
        cut=is_cut or one.cut or other.cut,
        args=_newer(argument_ranks, (one.args, other.args)),
        kwargs=_newer(argument_ranks, (one.kwargs, other.kwargs)),
        result=_newer(result_ranks, (one.result, other.result)),
        progress=max((one.progress, other.progress), key=_progress_order),
        arguments=_newer(argument_ranks, (one.arguments, other.arguments)),
    )


def mark_of(event: TaskEvent) -> Mark:
    """Return what ``event`` leaves in its task."""
    learnt = event if isinstance(event, Learnt) else None
    kind = KIND_BY_TYPE.get(event.type, Kind.CUSTOM) if learnt is None else Kind.LEARNT
    return Mark(
        timestamp=event.timestamp,
        kind=kind,
        worker=event.hostname,
        pid=event.pid,
        clock=event.clock,
        type=event.type if kind is Kind.CUSTOM else None if learnt is None else learnt.state,
        name=event.name,
        retries=event.retries,
        root_id=event.root_id,
        parent_id=event.parent_id,
        eta=event.eta,
        expires=event.expires,
        queue=event.queue,
        exchange=event.exchange,
        routing_key=event.routing_key,
        runtime_s=event.runtime,
        exception=named_exception(event.exception, event.traceback),
        traceback=event.traceback,
        terminated=event.terminated,
        signum=event.signum,
        expired=event.expired,
        requeue=event.requeue,
        source=None if learnt is None else learnt.source,
        sent_at=event.sent_at if kind is Kind.RECEIVED else None,
        cpu_s=event.cpu_s if kind in _MEASURED else None,
        peak_memory_bytes=event.peak_memory_bytes if kind in _MEASURED else None,
    )


def named_exception(exception: str | None, traceback: str | None) -> str | None:
    """Return the exception by its class.

    Since Celery 5.3 what the worker's main process raises (a hard time limit, a lost child) reads
    ``ExceptionWithTraceback()``, and only the last line of its traceback names it. A solo worker wraps the cause of a
    retry: ``Retry(Retry(...), KeyError('k'), 3)``.
    """
    if exception is None:
        return None
    wrapped = _SOLO_RETRY.fullmatch(exception)
    if wrapped:
        return wrapped.group(1)
    if exception != WRAPPED_EXCEPTION or not traceback:
        return exception
    lines = [line.strip() for line in traceback.splitlines() if line.strip()]
    last = lines[-1].strip('"') if lines else ""
    return last if last and WRAPPED_EXCEPTION not in last else exception


# What of the facts is kept: each rule reads the set only, so that it does not matter when it is applied.


def _bounded(marks: Iterable[Mark]) -> tuple[tuple[Mark, ...], bool]:
    by_key: dict[MarkKey, Mark] = {}
    for mark in marks:
        known = by_key.get(mark.key)
        by_key[mark.key] = mark if known is None or known == mark else max(known, mark, key=_fullness)
    ordered = _with_newest_progress(sorted(by_key.items()))
    kept = ordered if len(ordered) <= MARKS_PER_KIND else _newest_of_each_kind(ordered)
    return _without_old_tracebacks([mark for _, mark in kept]), len(kept) < len(ordered)


def _with_newest_progress(ordered: list[tuple[MarkKey, Mark]]) -> list[tuple[MarkKey, Mark]]:
    """Leave out all reports of progress but the newest: each says what the one before said, and there may be many."""
    reports = [item for item in ordered if item[1].kind is Kind.CUSTOM and item[1].type == PROGRESS_TYPE]
    if len(reports) <= 1:
        return ordered
    old = {key for key, _ in reports[:-1]}
    return [item for item in ordered if item[0] not in old]


def _newest_of_each_kind(ordered: list[tuple[MarkKey, Mark]]) -> list[tuple[MarkKey, Mark]]:
    by_kind: dict[Kind, list[tuple[MarkKey, Mark]]] = {}
    for item in ordered:
        by_kind.setdefault(item[1].kind, []).append(item)
    kept: list[tuple[MarkKey, Mark]] = []
    for items in by_kind.values():
        newest = items[-MARKS_PER_KIND:]
        kept += newest if newest[0] is items[0] else [items[0], *newest]
    return sorted(kept, key=lambda item: item[0])


def _without_old_tracebacks(marks: list[Mark]) -> tuple[Mark, ...]:
    failing = [index for index, mark in enumerate(marks) if mark.kind in _FAILING]
    for index in failing[:-TRACEBACKS_KEPT]:
        if marks[index].traceback is not None:
            marks[index] = replace(marks[index], traceback=None)
    return tuple(marks)


def _fullness(mark: Mark) -> tuple[tuple[bool, str], ...]:
    """Order two marks of one identity that differ. The traceback comes last: an older mark may have lost its own."""
    values = [getattr(mark, name) for name in Mark.__struct_fields__ if name != "traceback"]
    values.append(mark.traceback)
    return tuple((value is not None, repr(value)) for value in values)


_Rank = tuple[int, MarkKey]
_RankOf = Callable[[Mark], _Rank | None]


def _argument_rank(mark: Mark) -> _Rank | None:
    if mark.kind in (Kind.RECEIVED, Kind.SENT):
        return (int(mark.kind), mark.key)
    return (-1, mark.key) if mark.kind is Kind.LEARNT and mark.type != State.LOST else None


def _result_rank(mark: Mark) -> _Rank | None:
    if mark.kind is Kind.SUCCEEDED:
        return (0, mark.key)
    return (-1, mark.key) if mark.kind is Kind.LEARNT and mark.type == State.SUCCESS else None


def _best(marks: Iterable[Mark], rank: _RankOf) -> _Rank | None:
    return max((r for r in map(rank, marks) if r is not None), default=None)


def _text(gathered: list[tuple[Mark, TaskEvent]], rank: _RankOf, field: str) -> str | None:
    ranked = [(rank(mark), getattr(event, field)) for mark, event in gathered]
    ranked = [(place, _text_order(text)) for place, text in ranked if place is not None]
    return max(ranked)[1][1] if ranked and max(ranked)[1][0] else None


def _text_order(text: str | None) -> tuple[bool, str]:
    return (text is not None, text or "")


def _newer(ranks: tuple[_Rank | None, _Rank | None], texts: tuple[str | None, str | None]) -> str | None:
    one, other = ranks
    if one == other:
        return max(texts, key=_text_order)
    if one is None or (other is not None and other > one):
        return texts[1]
    return texts[0]


def _newest_progress(gathered: list[tuple[Mark, TaskEvent]]) -> Progress | None:
    said = [Progress(key=mark.key, fields=event.extra) for mark, event in gathered if event.extra is not None]
    return max(said, key=_progress_order, default=None)


def _progress_order(progress: Progress | None) -> tuple[object, ...]:
    return () if progress is None else (progress.key, repr(progress.fields))


# What the facts say.


def read(facts: Facts) -> Task:
    """Return the record that ``facts`` amount to. Pure, and total for any facts with at least one mark."""
    marks = facts.marks
    attempts = attempts_of(marks)
    state = _state(attempts, facts)
    lost = _lost(marks) if state not in TERMINAL_STATES else None
    first = attempts[0] if attempts else _NOTHING
    last = attempts[-1] if attempts else _NOTHING
    ran = next((a for a in reversed(attempts) if a.started_at or a.ended_at), last)
    ended = next((a for a in reversed(attempts) if a.is_terminal), last)
    sent = next((mark for mark in reversed(marks) if mark.kind is Kind.SENT), None)
    learnt = next((mark for mark in reversed(marks) if mark.kind is Kind.LEARNT and mark.type != State.LOST), None)
    origin = next((mark for mark in reversed(marks) if mark.kind is Kind.RECEIVED), sent or learnt)
    routed = sent or learnt
    finished = state in TERMINAL_STATES
    shown = ended if finished else ran
    sent_at = _earliest(a.sent_at for a in attempts)
    received_at = _earliest(a.received_at for a in attempts)
    first_start = first.started_at
    return Task(
        facts=facts,
        name=next((a.name for a in reversed(attempts) if a.name), None),
        state=state if lost is None else State.LOST,
        retries=last.retries,
        worker=(shown if finished else last).worker or ran.worker,
        pid=(shown if finished else last).pid or ran.pid,
        client=sent.worker if sent else None,
        queue=routed.queue if routed else None,
        exchange=routed.exchange if routed else None,
        routing_key=routed.routing_key if routed else None,
        eta=epoch_of(last.eta),
        expires=epoch_of(last.expires),
        root_id=origin.root_id if origin else None,
        parent_id=origin.parent_id if origin else None,
        sent_at=sent_at,
        received_at=received_at,
        started_at=shown.started_at,
        finished_at=ended.ended_at if finished else None,
        updated_at=_updated_at(marks, attempts),
        runtime_s=shown.runtime_s,
        wait_s=_between(sent_at, first_start),
        pickup_s=_between(received_at, first_start),
        exception=shown.exception if state in _TELLS_EXCEPTION else None,
        traceback=shown.traceback if state in _TELLS_EXCEPTION else None,
        attempts=attempts,
        learnt_from=(shown if finished else last).learnt_from,
        lost_because=None if lost is None else lost.exception or "nothing was heard of it",
        cpu_s=shown.cpu_s,
        peak_memory_bytes=shown.peak_memory_bytes,
    )


_NOTHING: Final = Attempt(retries=0)
_TELLS_EXCEPTION: Final = (State.FAILURE, State.RETRY, State.REVOKED, State.REJECTED)


def _state(attempts: tuple[Attempt, ...], facts: Facts) -> str:
    if not attempts:
        return _custom_state(facts) or State.STARTED
    last = attempts[-1]
    if last.outcome is not None:
        return last.outcome
    finished = _finished_beside(attempts)
    if finished is not None:
        return finished
    if last.started_at is not None:
        return _custom_state(facts) or State.STARTED
    if last.received_at is not None:
        return State.RETRY if last.retries and last.eta else State.RECEIVED
    return State.RETRY if last.retries else State.PENDING


def _finished_beside(attempts: tuple[Attempt, ...]) -> str | None:
    """The outcome of an attempt that ended while a second delivery of it was already on its way."""
    last = attempts[-1]
    opened = min(at for at in (last.sent_at, last.received_at, last.started_at) if at is not None)
    for attempt in reversed(attempts[:-1]):
        ended = attempt.ended_at is not None and attempt.retries == last.retries and opened <= attempt.ended_at
        if ended and attempt.is_terminal:
            return attempt.outcome
    return None


def _custom_state(facts: Facts) -> str | None:
    """A custom event names a state, unless it reports progress (``task-progress``) or takes one of Celery's names."""
    custom = next((mark for mark in reversed(facts.marks) if mark.kind is Kind.CUSTOM), None)
    if custom is None or custom.type is None or custom.type == PROGRESS_TYPE:
        return None
    name = custom.type.removeprefix("task-").replace("-", "_").upper()
    return None if name in State.__members__ else name


def _lost(marks: Iterable[Mark]) -> Mark | None:
    """The judgement that it is lost, unless anything newer is known than what the judge knew."""
    newest = lost = None
    for mark in marks:
        if mark.kind is Kind.LEARNT and mark.type == State.LOST:
            lost = mark
        else:
            newest = mark
    stands = lost is not None and (newest is None or newest.timestamp <= lost.timestamp)
    return lost if stands else None


def _updated_at(marks: tuple[Mark, ...], attempts: tuple[Attempt, ...]) -> float:
    """The newest stamp that counts: what was learnt does not where an event told the same."""
    stamps = [mark.timestamp for mark in marks if mark.kind is not Kind.LEARNT]
    for attempt in attempts:
        if attempt.learnt_from is not None:
            told = (attempt.ended_at, attempt.started_at, attempt.received_at)
            stamps += [at for at in told if at is not None]
    return max(stamps, default=marks[-1].timestamp)


def _earliest(instants: Iterable[float | None]) -> float | None:
    return min((at for at in instants if at is not None), default=None)


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else max(0.0, end - start)


def epoch_of(text: str | None) -> float | None:
    """Return the epoch seconds of an ISO 8601 text (UTC where it has no zone), ``None`` where it is none."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
