"""What a state cannot say: one sentence about a task, with its evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.tasks import REDELIVERED, REPLACED, State, Task
from umbel.model.workers import LAG_MARGIN_S, Worker, WorkerState

_QUIET_HEARTBEATS: Final = 2
"""Full heartbeats without an active task after which a task that 'runs' is known to have ended."""


LOST: Final = frozenset({"orphaned", "ended_unseen"})
"""Verdicts on tasks whose state says that they run, and that do not. In time they are looked up, or become LOST."""


class Severity(StrEnum):
    """How much a verdict asks of the reader."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Verdict(Struct, frozen=True, kw_only=True):
    """A stable ``code`` and a sentence."""

    code: str
    text: str
    severity: Severity = Severity.INFO


def verdict_of(task: Task, worker: Worker | None, liveness: WorkerState | None, now: float) -> Verdict | None:
    """Return the most telling verdict on ``task``, ``None`` where its state says it all.

    ``worker`` is the record of ``task.worker`` and ``liveness`` its state at ``now`` (epoch seconds), both ``None``
    where that worker is not known.
    """
    if task.lost_because is not None:
        return Verdict(code="lost", text=task.lost_because, severity=Severity.CRITICAL)
    if task.state == State.STARTED and worker is not None:
        lost = _lost_its_worker(task, worker, liveness)
        if lost is not None:
            return lost
    return _of_its_end(task) or _of_its_deliveries(task) or _of_its_wait(task, now)


def _lost_its_worker(task: Task, worker: Worker, liveness: WorkerState | None) -> Verdict | None:
    started_at = task.started_at or task.updated_at
    if worker.pid != task.pid and (worker.online_since or 0.0) > started_at:
        return Verdict(
            code="orphaned",
            text=f"{worker.name} was restarted while this ran, and no end was reported",
            severity=Severity.CRITICAL,
        )
    if liveness is WorkerState.OFFLINE:
        return Verdict(
            code="orphaned",
            text=f"{worker.name} went offline while this ran, and no end was reported",
            severity=Severity.CRITICAL,
        )
    quiet_after = started_at + _QUIET_HEARTBEATS * (worker.freq_s or 2.0) + LAG_MARGIN_S
    if worker.active == 0 and (worker.last_heartbeat_at or 0.0) > quiet_after:
        return Verdict(
            code="ended_unseen",
            text=f"{worker.name} no longer runs it: it ended without a last event (Ignore, or a lost event)",
            severity=Severity.WARNING,
        )
    return None


def _of_its_end(task: Task) -> Verdict | None:
    if task.state == State.REVOKED and any(attempt.expired for attempt in task.attempts):
        return Verdict(
            code="expired_unrun", text="It expired before a worker could start it", severity=Severity.WARNING
        )
    return None


def _of_its_deliveries(task: Task) -> Verdict | None:
    again = sum(attempt.outcome == REDELIVERED for attempt in task.attempts)
    if again:
        text = f"It was delivered {again + 1} times: a worker was lost, or it outlived the visibility timeout"
        return Verdict(code="redelivered", text=text, severity=Severity.WARNING)
    replaced = next((attempt for attempt in task.attempts if attempt.outcome == REPLACED), None)
    if replaced is not None:
        return Verdict(code="replaced", text=f"{replaced.name} replaced itself with {task.name}")
    return None


def _of_its_wait(task: Task, now: float) -> Verdict | None:
    if task.state == State.RETRY:
        return Verdict(code="retried", text=f"Retry {task.retries} waits for its time")
    if task.state == State.RECEIVED and task.eta is not None and task.eta > now:
        return Verdict(code="held_until_eta", text=f"{task.worker} holds it until its ETA")
    if task.state == State.SUCCESS and task.retries:
        return Verdict(code="retried", text=f"It succeeded on attempt {task.retries + 1}")
    return None
