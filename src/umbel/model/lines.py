"""Events as lines for people: ``[13:45:26] Task send_customer_sms[abc123de] succeeded in 2.1s``.

The time is left to who shows the line, because it is of the reader's zone. ``tests/model/lines.json`` is the table that
this and the browser's side are tested against.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from umbel.model.events import KIND_BY_TYPE, Event, Kind, Learnt, TaskEvent, WorkerEvent, cut
from umbel.model.fold import named_exception

SHORT_ID: Final = 8
REST_AT_MOST: Final = 300
WORKER: Final = "worker"
"""The kind of a line about a worker; the others are of ``Kind`` in lower case."""
_SILENT: Final = "worker-heartbeat"


class Line(Struct, frozen=True, kw_only=True):
    """One event as a line. ``at`` is in epoch seconds; ``kind`` says how to colour it.

    ``name`` is the task's, ``None`` where no event told it; of a worker's line it is ``None`` and ``task_id`` too.
    ``verb`` and ``rest`` end the line: ``succeeded``, `` in 2.1s``.
    """

    at: float
    kind: str
    worker: str
    task_id: str | None
    name: str | None
    verb: str
    rest: str = ""


def line_of(event: Event, name: str | None) -> Line | None:
    """Return the line of an event of the task of this name; ``None`` for heartbeats, which would drown all else."""
    if isinstance(event, WorkerEvent):
        return None if event.type == _SILENT else _worker_line(event)
    verb, rest = _learnt(event) if isinstance(event, Learnt) else _told(event)
    kind = Kind.LEARNT if isinstance(event, Learnt) else KIND_BY_TYPE.get(event.type, Kind.CUSTOM)
    return Line(
        at=event.timestamp,
        kind=kind.name.lower(),
        worker=event.hostname,
        task_id=event.uuid,
        name=event.name or name,
        verb=verb,
        rest=cut(rest, REST_AT_MOST) or "",
    )


def text_of(line: Line) -> str:
    """Return the line without its time."""
    if line.task_id is None:
        return f"Worker {line.worker} {line.verb}{line.rest}"
    return f"Task {line.name or '(unknown)'}[{line.task_id[:SHORT_ID]}] {line.verb}{line.rest}"


def seconds(value: float) -> str:
    """Return a duration as a log line writes it: ``2.1s``, ``0.004s``, ``312s``."""
    if value < 0.1:  # noqa: PLR2004  # what one decimal would round to nothing
        return f"{value:.3f}s"
    return f"{value:.1f}s" if value < 100 else f"{value:.0f}s"  # noqa: PLR2004  # more digits are noise


def _worker_line(event: WorkerEvent) -> Line:
    verb = event.type.removeprefix("worker-")
    return Line(at=event.timestamp, kind=WORKER, worker=event.hostname, task_id=None, name=None, verb=f"is {verb}")


def _told(event: TaskEvent) -> tuple[str, str]:
    kind = KIND_BY_TYPE.get(event.type)
    cause = named_exception(event.exception, event.traceback)
    because = f": {' '.join(cause.split())}" if cause else ""
    if kind is None:
        return f"says {event.type.removeprefix('task-')}", _fields(event.extra)
    return kind.name.lower(), _rest(kind, event) if kind in _WITH_MORE else because


_WITH_MORE: Final = (Kind.SENT, Kind.RECEIVED, Kind.SUCCEEDED, Kind.REVOKED, Kind.REJECTED)


def _rest(kind: Kind, event: TaskEvent) -> str:
    rest = {
        Kind.SENT: event.queue and f" to {event.queue}",
        Kind.RECEIVED: event.retries and f", retry {event.retries}",
        Kind.SUCCEEDED: event.runtime is not None and f" in {seconds(event.runtime)}",
        Kind.REVOKED: " as expired" if event.expired else " while it ran" if event.terminated else "",
        Kind.REJECTED: event.requeue and " and put back",
    }[kind]
    return rest or ""


def _learnt(event: Learnt) -> tuple[str, str]:
    return f"is {event.state}", f", told by the {event.source}"


def _fields(extra: dict[str, Any] | None) -> str:
    told = ", ".join(f"{name}={value!r}" for name, value in list((extra or {}).items())[:8])
    return f": {told[:REST_AT_MOST]}" if told else ""
