"""Commands as ``celery.worker.control`` takes them (Celery 5.2 to 5.7)."""

from __future__ import annotations

from typing import Any

from umbel.model.commands import (
    AddConsumer,
    Autoscale,
    CancelConsumer,
    PoolGrow,
    PoolShrink,
    RateLimit,
    Revoke,
    Terminate,
    TimeLimit,
    ToWorkers,
    name_of,
)

Remote = ToWorkers | Revoke | Terminate


def remote_name(command: Remote) -> str:
    """Return what the worker calls it; ``terminate`` is a way to revoke there."""
    return "revoke" if isinstance(command, Terminate) else name_of(command)


def remote_arguments(command: Remote) -> dict[str, Any]:  # noqa: PLR0911 - a case a command
    """Return its arguments there."""
    match command:
        case Revoke():
            return {"task_id": command.ids}
        case Terminate():
            return {"task_id": command.ids, "terminate": True, "signal": f"SIG{command.signal}"}
        case PoolGrow() | PoolShrink():
            return {"n": command.by}
        case Autoscale():
            return {"max": command.most, "min": command.least}
        case AddConsumer():
            kind, key = command.exchange_type, command.routing_key
            return {"queue": command.queue, "exchange": command.exchange, "exchange_type": kind, "routing_key": key}
        case CancelConsumer():
            return {"queue": command.queue}
        case RateLimit():
            return {"task_name": command.task, "rate_limit": command.rate}
        case TimeLimit():
            return {"task_name": command.task, "soft": command.soft_s, "hard": command.hard_s}
        case _:
            return {}
