"""What is learnt of a task in another way than by its events, as facts for the fold.

Everything here comes from outside (a result backend, the answers of workers) and may be of any shape: what makes no
sense is left out, and nothing raises. Arguments are left out, too: here they are the real ones, which a task may hide
from its events (``argsrepr``, ``kwargsrepr``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from umbel.model.events import (
    EARLIEST_TIMESTAMP,
    LATEST_TIMESTAMP,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TRACEBACK_LENGTH,
    Learnt,
    Source,
    cut,
)
from umbel.model.fold import epoch_of
from umbel.model.tasks import State, Task
from umbel.model.texts import clean, safe_repr

TOLD_LENGTH: Final = 1_024
"""Celery's own limit for the texts of an event (``celery.app.task.Task.resultrepr_maxsize``)."""
MOST_RETRIES: Final = 2**31

_ENDS: Final = frozenset({State.SUCCESS, State.FAILURE, State.REVOKED, State.REJECTED})
_TELLS_EXCEPTION: Final = frozenset({State.FAILURE, State.REVOKED, State.REJECTED, State.RETRY})


def from_backend(task_id: str, meta: Mapping[str, object], now: float) -> Learnt | None:
    """Return what a result backend holds of a task, ``None`` where that adds nothing.

    ``meta`` is what ``celery.backends.base.Backend._get_result_meta`` makes: ``status``, ``result``, ``traceback``,
    ``date_done`` (ISO 8601) and, with ``result_extended``, ``name``, ``worker``, ``retries`` and ``queue``. An end
    without ``date_done`` is stamped ``now`` (epoch seconds). A retry is of use only where it says which one it is; a
    start (``task_track_started``) says no time and is not taken.
    """
    status, retries = meta.get("status"), _natural(meta.get("retries"))
    is_end = isinstance(status, str) and status in _ENDS
    if not is_end and not (status == State.RETRY and retries is not None):
        return None
    state, result = State(str(status)), meta.get("result")
    return Learnt(
        uuid=task_id,
        state=state.value,
        source=Source.BACKEND.value,
        timestamp=_instant(meta.get("date_done")) or now,
        hostname=_name(meta.get("worker"), MAX_ID_LENGTH) or "",
        name=_name(meta.get("name")),
        retries=retries,
        queue=_name(meta.get("queue")),
        parent_id=_name(meta.get("parent_id"), MAX_ID_LENGTH),
        result=safe_text(result) if state is State.SUCCESS else None,
        exception=_exception(result) if state in _TELLS_EXCEPTION else None,
        traceback=_traceback(meta.get("traceback")),
    )


def on_worker(worker: str, request: Mapping[str, object], *, is_active: bool, now: float) -> Learnt | None:
    """Return what a worker's ``active``, ``reserved`` or ``scheduled`` list says of a task it holds at ``now``.

    ``request`` is ``celery.worker.request.Request.info``. A task that is active is stamped with its ``time_start``.
    ``None`` where it names no task.
    """
    task_id = _name(request.get("id"), MAX_ID_LENGTH)
    if task_id is None:
        return None
    started_at = _instant(request.get("time_start")) if is_active else None
    delivery = request.get("delivery_info")
    delivery = delivery if isinstance(delivery, Mapping) else {}
    return Learnt(
        uuid=task_id,
        state=State.STARTED.value if is_active else State.RECEIVED.value,
        source=Source.WORKER.value,
        timestamp=started_at or now,
        hostname=cut(clean(worker), MAX_ID_LENGTH) or "",
        name=_name(request.get("name")),
        exchange=_name(delivery.get("exchange")),
        routing_key=_name(delivery.get("routing_key")),
        queue=None if delivery.get("exchange") else _name(delivery.get("routing_key")),
    )


def judged_lost(task: Task, reason: str) -> Learnt:
    """Return the judgement that ``task`` is lost, for a ``reason`` in words.

    It is stamped with the newest stamp that the judge knew: anything newer revokes it, and two judges who knew the
    same judge the same.
    """
    return Learnt(
        uuid=task.id,
        state=State.LOST.value,
        source=Source.UMBEL.value,
        timestamp=max(mark.timestamp for mark in task.facts.marks),
        exception=cut(clean(reason), TOLD_LENGTH),
    )


def safe_text(value: object) -> str | None:
    """Return the repr of a value, cut as Celery cuts it for an event."""
    return cut(safe_repr(value), TOLD_LENGTH)


def _exception(value: object) -> str | None:
    """Return an exception as an event words it: ``ValueError('no')``.

    A backend that keeps JSON holds ``{"exc_type", "exc_message", "exc_module"}``, the message mostly as a list.
    """
    if not isinstance(value, Mapping):
        return None if value is None else safe_text(value)
    type_, message = value.get("exc_type"), value.get("exc_message")
    told = message if isinstance(message, list | tuple) else () if message is None else (message,)
    return cut(clean(f"{type_}({', '.join(map(safe_repr, told))})"), TOLD_LENGTH) if type_ else safe_text(value)


def _traceback(value: object) -> str | None:
    return cut(clean(value), MAX_TRACEBACK_LENGTH) if isinstance(value, str) and value else None


def _name(value: object, limit: int = MAX_NAME_LENGTH) -> str | None:
    return clean(value) if isinstance(value, str) and 0 < len(value) <= limit else None


def _natural(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < MOST_RETRIES else None


def _instant(value: object) -> float | None:
    """Return epoch seconds of an ISO 8601 text, a number or a ``datetime`` (UTC where it has no zone)."""
    value = value.isoformat() if isinstance(value, datetime) else value
    at = epoch_of(value) if isinstance(value, str) else value if type(value) in (int, float) else None
    if not isinstance(at, int | float) or not math.isfinite(at):
        return None
    return float(at) if EARLIEST_TIMESTAMP <= at <= LATEST_TIMESTAMP else None
