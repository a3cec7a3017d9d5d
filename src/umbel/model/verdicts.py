"""What a state cannot say: one sentence about a task, with its evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.tasks import REDELIVERED, REPLACED, State, Task
from umbel.model.workers import LAG_MARGIN_S, Worker, WorkerState

_QUIET_HEARTBEATS: Final = 2
"""Full heartbeats without an active task after which a task that 'runs' is known to have ended."""


WAITING_LONG_S: Final = 300.0
"""A task that no worker has taken for so long waits too long."""
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


class Sides(Struct, frozen=True, kw_only=True):
    """What the workers that live know and consume; ``None`` where not all of them told.

    A task that waits for ``waiting_long_s`` waits too long.
    """

    registered: frozenset[str] | None = None
    consumed: frozenset[str] | None = None
    waiting_long_s: float = WAITING_LONG_S

    def is_unregistered(self, name: str | None) -> bool:
        """Whether it is known that no worker knows a task. Celery's own are known to all, and told by none."""
        if self.registered is None or name is None or name.startswith("celery."):
            return False
        return name not in self.registered

    def is_unconsumed(self, queue: str | None) -> bool:
        """Whether it is known that no worker consumes a queue."""
        return self.consumed is not None and queue is not None and queue not in self.consumed


NOTHING_TOLD: Final = Sides()


def verdict_of(
    task: Task, worker: Worker | None, liveness: WorkerState | None, now: float, sides: Sides = NOTHING_TOLD
) -> Verdict | None:
    """Return the most telling verdict on ``task``, ``None`` where its state says it all.

    ``worker`` is the record of ``task.worker`` and ``liveness`` its state at ``now`` (epoch seconds), both ``None``
    where that worker is not known. ``sides`` is what all workers know and consume.
    """
    if task.lost_because is not None:
        return Verdict(code="lost", text=task.lost_because, severity=Severity.CRITICAL)
    if task.state == State.STARTED and worker is not None:
        lost = _lost_its_worker(task, worker, liveness)
        if lost is not None:
            return lost
    return _of_its_end(task) or _never_to_run(task, sides) or _of_its_deliveries(task) or _of_its_wait(task, now, sides)


def _never_to_run(task: Task, sides: Sides) -> Verdict | None:
    """Tell of one that waits and that nobody will run as things are."""
    if task.state != State.PENDING:
        return None
    if sides.is_unconsumed(task.queue):
        text = f"No worker that lives consumes the queue {task.queue}"
        return Verdict(code="unconsumed", text=text, severity=Severity.CRITICAL)
    if sides.is_unregistered(task.name):
        text = f"No worker that lives knows {task.name}: the one that takes it will refuse it"
        return Verdict(code="unregistered", text=text, severity=Severity.CRITICAL)
    return None


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
    idle_at = idle_since(worker)
    if idle_at is not None and started_at < idle_at:
        return Verdict(
            code="ended_unseen",
            text=f"{worker.name} no longer runs it: it ended without a last event (Ignore, or a lost event)",
            severity=Severity.WARNING,
        )
    return None


def idle_since(worker: Worker) -> float | None:
    """Return up to when (its clock) what it began must have ended, because it runs nothing now; ``None`` if it does."""
    if worker.active != 0 or worker.last_heartbeat_at is None:
        return None
    return worker.last_heartbeat_at - _QUIET_HEARTBEATS * (worker.freq_s or 2.0) - LAG_MARGIN_S


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


def _of_its_wait(task: Task, now: float, sides: Sides) -> Verdict | None:
    if task.state == State.RETRY:
        return Verdict(code="retried", text=f"Retry {task.retries} waits for its time")
    if task.state == State.RECEIVED and task.eta is not None and task.eta > now:
        return Verdict(code="held_until_eta", text=f"{task.worker} holds it until its ETA")
    if task.state == State.PENDING:
        return _too_long(task, now, sides)
    if task.state == State.SUCCESS and task.retries:
        return Verdict(code="retried", text=f"It succeeded on attempt {task.retries + 1}")
    return None


def _too_long(task: Task, now: float, sides: Sides) -> Verdict | None:
    since = max(task.sent_at or task.updated_at, task.eta or 0.0)
    if now - since < sides.waiting_long_s:
        return None
    where = f" in {task.queue}" if task.queue else ""
    minutes = (now - since) / 60
    span = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004 - two hours read better in hours
    return Verdict(code="waiting_long", text=f"It has waited{where} for {span}", severity=Severity.WARNING)
