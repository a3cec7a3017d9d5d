"""What workers and the result backend say of a task, and what follows from it. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from umbel.control.inspect import Answers, Command, Inspector
from umbel.control.results import Found
from umbel.model import learnt
from umbel.model.events import Learnt
from umbel.model.tasks import Attempt, State, Task
from umbel.model.workers import Worker, WorkerState, liveness

STALE_S: Final = 5.0
"""A result that is older than the newest attempt by more than this is of an earlier run."""
REQUESTS_AT_MOST: Final = 100_000
"""So many that wait at workers are kept; those that run, which are few, all are."""

_LISTS: Final = ("scheduled", "reserved", "active")
"""In the order in which a task goes through them: one that moves on meanwhile is seen twice, and never missed."""
_NOT_STARTED: Final = frozenset({State.PENDING, State.RECEIVED, State.RETRY})


class _Sighting(Struct, frozen=True):
    worker: str
    request: dict[str, Any]
    is_active: bool


class Held(Struct, frozen=True, kw_only=True):
    """What workers hold: tasks by id, and the names of those of which all lists are in ``tasks``, whole."""

    tasks: dict[str, _Sighting] = {}
    answered: frozenset[str] = frozenset()


class Grace(Struct, frozen=True, kw_only=True):
    """For how long nothing must have been heard of a task that is found nowhere, before it is lost (seconds).

    ``held_s`` is for one that was received and never started: its broker gives it to another worker, on Redis after
    the visibility timeout, which is an hour by default. And for one whose worker fell silent and did not say that it
    stops: a solo worker sends nothing while it is busy.
    """

    running_s: float = 60.0
    held_s: float = 2 * 3_600.0


class Evidence(Struct, frozen=True, kw_only=True):
    """All that is known at ``now`` (epoch seconds), beside the events. ``workers`` are the store's, by name.

    ``seeing_since`` is when the link to the broker was made: silence counts from there.
    """

    held: Held
    workers: dict[str, Worker]
    results: Found
    why_no_results: str | None
    seeing_since: float
    now: float
    grace: Grace = Grace()


def held_by_workers(inspector: Inspector, alive: Collection[str]) -> Held:
    """Ask all workers for their lists, and wait for those ``alive``. Raises CannotAsk."""
    return held_in(inspector.ask([Command(name=name) for name in _LISTS], alive, to_all=True))


def held_in(answers: Sequence[Answers]) -> Held:
    """Return what workers hold by their answers to ``scheduled``, ``reserved`` and ``active``, in this order."""
    tasks: dict[str, _Sighting] = {}
    unsure = {name for answer in answers for name in answer.twice}
    for name, answer in zip(_LISTS, answers, strict=True):
        for sighting in _sightings(answer, is_active=name == "active"):
            task_id = sighting.request.get("id")
            if not isinstance(task_id, str):
                continue
            if sighting.is_active or task_id in tasks or len(tasks) < REQUESTS_AT_MOST:
                tasks[task_id] = sighting
            else:
                unsure.add(sighting.worker)
    answered = [{name for name, told in answer.told.items() if isinstance(told, list)} for answer in answers]
    return Held(tasks=tasks, answered=frozenset(set.intersection(*answered) - unsure))


def _sightings(answer: Answers, *, is_active: bool) -> list[_Sighting]:
    found: list[_Sighting] = []
    for worker, told in answer.told.items():
        for item in told if isinstance(told, list) else ():
            inner = item.get("request", item) if isinstance(item, Mapping) else None
            if isinstance(inner, Mapping):
                found.append(_Sighting(worker, dict(inner), is_active))
    return found


def what_is_new(task: Task, evidence: Evidence) -> Learnt | None:
    """Return what a result or a worker tells of an unfinished task that its record does not say."""
    meta = evidence.results.metas.get(task.id)
    end = None if meta is None else learnt.from_backend(task.id, meta, evidence.now)
    if end is not None and _is_of_this_run(task, end):
        return end
    return _seen_at_a_worker(task, evidence)


def _is_of_this_run(task: Task, end: Learnt) -> bool:
    if end.state == State.RETRY:
        return any(one.retries == end.retries and one.outcome is None for one in task.attempts)
    last = task.attempts[-1] if task.attempts else None
    began = [at for at in (last.received_at, last.started_at) if at is not None] if last else []
    return not began or end.timestamp >= min(began) - STALE_S


def _seen_at_a_worker(task: Task, evidence: Evidence) -> Learnt | None:
    sighting = evidence.held.tasks.get(task.id)
    if sighting is None:
        return None
    told = learnt.on_worker(sighting.worker, sighting.request, is_active=sighting.is_active, now=evidence.now)
    if told is None:
        return None
    if task.state == State.LOST:
        return replace(told, timestamp=evidence.now)  # a sign of life counts from when it was seen
    is_new = task.state in _NOT_STARTED if sighting.is_active else task.state == State.PENDING
    return told if is_new else None


def reason_to_give_up(task: Task, evidence: Evidence) -> str | None:
    """Return why ``task`` is lost, ``None`` while it may run, wait, or be told of by somebody who was not heard.

    A task that no worker has received waits in a queue, however long.
    """
    last = task.attempts[-1] if task.attempts else None
    if task.state == State.LOST or task.id in evidence.held.tasks or last is None or not _was_taken(last):
        return None
    results = evidence.results
    if evidence.why_no_results is None and task.id not in results.looked_up | results.refused:
        return None
    grace_s = evidence.grace.held_s if last.started_at is None else evidence.grace.running_s
    expected_at = max(task.updated_at, task.eta or 0.0 if last.started_at is None else 0.0)
    if evidence.now - expected_at < grace_s:
        return None
    gone = _why_gone(task, last, evidence, grace_s)
    return None if gone is None else f"{gone}; {_of_results(task, evidence)}"


def _of_results(task: Task, evidence: Evidence) -> str:
    if task.id in evidence.results.refused:
        return "its id is none that the result backend can be asked for"
    return evidence.why_no_results or "the result backend knows no end of it"


def _was_taken(last: Attempt) -> bool:
    """Whether a worker had it: and has not handed it back."""
    return last.outcome is None and (last.received_at is not None or last.started_at is not None)


def _why_gone(task: Task, last: Attempt, evidence: Evidence, grace_s: float) -> str | None:
    name = task.worker
    worker = evidence.workers.get(name or "")
    ran = "this ran" if last.started_at is not None else "it held this"
    if worker is None:
        is_sure = evidence.now - evidence.seeing_since >= grace_s
        return f"{name or 'its worker'} is not known any more" if is_sure else None
    if worker.name in evidence.held.answered:
        if task.pid is not None and worker.pid not in (None, task.pid):
            return f"{worker.name} was restarted while {ran}"
        return f"{worker.name} does not list it any more"
    state, _ = liveness(worker, evidence.now, seeing_since=evidence.seeing_since)
    silent_since = max(worker.last_seen_at, evidence.seeing_since)
    patient_s = grace_s if _has_surely_stopped(worker, task) else max(grace_s, evidence.grace.held_s)
    if state is WorkerState.OFFLINE and evidence.now - silent_since >= patient_s:
        return f"{worker.name} went offline while {ran}"
    return None


def _has_surely_stopped(worker: Worker, task: Task) -> bool:
    """Whether the process that had ``task`` said so, or another one has come since. Silence alone is no sign of it."""
    has_said_so = worker.offline_at is not None and worker.offline_at >= (worker.last_heartbeat_at or 0.0)
    return has_said_so or (task.pid is not None and worker.pid not in (None, task.pid))
