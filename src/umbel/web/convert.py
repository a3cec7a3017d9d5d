"""From the model to the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from umbel.model import tasks as model
from umbel.model.events import ELLIPSIS, TYPE_BY_KIND, Kind
from umbel.model.fold import epoch_of
from umbel.model.verdicts import Verdict
from umbel.model.workers import Worker, WorkerState, is_beating
from umbel.web import schemas

ROW_TEXT_LENGTH: Final = 240
"""Characters of a text that a list shows."""
_ROW_TEXTS: Final = ("args", "kwargs", "result", "exception")
_NOT_FIELDS: Final = frozenset({"timestamp", "kind", "worker", "pid", "clock", "type", "traceback"})

VerdictOf = Callable[[model.Task], Verdict | None]


def instant(epoch_s: float | None) -> datetime | None:
    """Return epoch seconds as an instant in UTC; ``None``, and what no calendar holds, as ``None``."""
    if epoch_s is None:
        return None
    try:
        return datetime.fromtimestamp(epoch_s, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def epoch(at: datetime) -> float:
    """Return an instant as epoch seconds; one without a zone is UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def known_instant(epoch_s: float) -> datetime:
    """Return epoch seconds, known to be in range, as an instant in UTC."""
    return datetime.fromtimestamp(epoch_s, UTC)


def task_row(task: model.Task, verdict: Verdict | None, max_retries: int | None) -> schemas.TaskRow:
    """Return ``task`` as a list shows it."""
    fields = _task_fields(task, verdict, max_retries)
    cut = [name for name in _ROW_TEXTS if len(fields[name] or "") > ROW_TEXT_LENGTH]
    for name in cut:
        fields[name] = fields[name][: ROW_TEXT_LENGTH - 1] + ELLIPSIS
    return schemas.TaskRow(**fields, cut=cut)


def task_detail(
    task: model.Task,
    verdict: Verdict | None,
    max_retries: int | None,
    relatives: Relatives,
    gaps: list[schemas.Gap],
) -> schemas.TaskDetail:
    """Return all that is known of ``task``."""
    return schemas.TaskDetail(
        **_task_fields(task, verdict, max_retries),
        exchange=task.exchange,
        routing_key=task.routing_key,
        client=task.client,
        traceback=task.traceback,
        arguments=_arguments(task.facts.arguments),
        attempts=[_attempt(number, attempt) for number, attempt in enumerate(task.attempts, start=1)],
        events=[_event(mark) for mark in task.facts.marks],
        events_cut=task.facts.cut,
        root=relatives.root,
        parent=relatives.parent,
        children=relatives.children,
        gaps=gaps,
    )


class Relatives:
    """The tasks that a task page links to. A task that is its own root or parent has none of these."""

    def __init__(self, task: model.Task, known: dict[str, model.Task], children: list[model.Task]) -> None:
        self.root = self._ref(task, task.root_id, known)
        self.parent = self._ref(task, task.parent_id, known)
        self.children = [schemas.TaskRef(id=child.id, name=child.name, state=child.state) for child in children]

    @staticmethod
    def _ref(task: model.Task, other_id: str | None, known: dict[str, model.Task]) -> schemas.TaskRef | None:
        if other_id is None or other_id == task.id:
            return None
        other = known.get(other_id)
        if other is None:
            return schemas.TaskRef(id=other_id)
        return schemas.TaskRef(id=other.id, name=other.name, state=other.state)


def worker(record: Worker, state: WorkerState, reason: str, running: int | None) -> schemas.Worker:
    """Return a worker with its liveness and how many stored tasks it runs."""
    is_told = state is WorkerState.ONLINE and is_beating(record)
    return schemas.Worker(
        name=record.name,
        state=state.value,
        reason=reason,
        pid=record.pid,
        first_seen_at=instant(record.first_seen_at),
        online_since=instant(record.online_since),
        last_heartbeat_at=instant(record.last_heartbeat_at),
        last_event_at=instant(record.last_event_at),
        freq_s=record.freq_s,
        active=record.active if is_told else None,
        processed=record.processed,
        loadavg=list(record.loadavg) if record.loadavg and is_told else None,
        software=record.software,
        software_version=record.software_version,
        system=record.system,
        clock_offset_s=record.clock_offset_s,
        running=running,
        restarts=record.restarts,
    )


def _task_fields(task: model.Task, verdict: Verdict | None, max_retries: int | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.name,
        "state": task.state,
        "verdict": _verdict(verdict),
        "worker": task.worker,
        "queue": task.queue,
        "args": task.args,
        "kwargs": task.kwargs,
        "result": task.result,
        "exception": task.exception,
        "retries": task.retries,
        "max_retries": max_retries,
        "eta": instant(task.eta),
        "expires": instant(task.expires),
        "sent_at": instant(task.sent_at),
        "received_at": instant(task.received_at),
        "started_at": instant(task.started_at),
        "finished_at": instant(task.finished_at),
        "updated_at": known_instant(task.updated_at),
        "runtime_s": task.runtime_s,
        "wait_s": task.wait_s,
        "pickup_s": task.pickup_s,
        "root_id": task.root_id,
        "parent_id": task.parent_id,
        "learnt_from": task.learnt_from,
        "progress": task.facts.progress.fields if task.facts.progress else None,
        "cpu_s": task.cpu_s,
        "peak_memory_bytes": task.peak_memory_bytes,
    }


def _arguments(text: str | None) -> schemas.TaskArguments | None:
    """Return what the agent told; ``None`` where it did not, or it makes no sense: it came from outside."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=schemas.TaskArguments)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _verdict(verdict: Verdict | None) -> schemas.Verdict | None:
    if verdict is None:
        return None
    return schemas.Verdict(code=verdict.code, text=verdict.text, severity=verdict.severity.value)


def _attempt(number: int, attempt: model.Attempt) -> schemas.Attempt:
    return schemas.Attempt(
        number=number,
        retries=attempt.retries,
        name=attempt.name,
        worker=attempt.worker,
        pid=attempt.pid,
        eta=_iso(attempt.eta),
        sent_at=instant(attempt.sent_at),
        received_at=instant(attempt.received_at),
        started_at=instant(attempt.started_at),
        ended_at=instant(attempt.ended_at),
        runtime_s=attempt.runtime_s,
        outcome=attempt.outcome,
        exception=attempt.exception,
        traceback=attempt.traceback,
        learnt_from=attempt.learnt_from,
        cpu_s=attempt.cpu_s,
        peak_memory_bytes=attempt.peak_memory_bytes,
    )


def _event(mark: model.Mark) -> schemas.TaskEvent:
    fields = {name: getattr(mark, name) for name in model.Mark.__struct_fields__ if name not in _NOT_FIELDS}
    if mark.kind is Kind.LEARNT:
        fields["state"] = mark.type
    return schemas.TaskEvent(
        type=TYPE_BY_KIND.get(mark.kind) or mark.type or "",
        at=known_instant(mark.timestamp),
        worker=mark.worker,
        pid=mark.pid,
        clock=mark.clock,
        fields={name: value for name, value in fields.items() if value is not None},
    )


def _iso(text: str | None) -> datetime | None:
    return instant(epoch_of(text))
