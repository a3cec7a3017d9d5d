"""How far a task is, by what it says itself: ``update_state``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from celery.app.task import Task

FIELDS: Final = 20
_TEXT: Final = 200
_BIGGEST: Final = 2**53

Hear = Callable[[Any, Any, Any, Any], object]
"""Is given the task, and the ``task_id``, ``state`` and ``meta`` that it passed. It must not raise."""


def listen(hear: Hear) -> None:
    """Have ``hear`` called after each ``update_state``. A second call takes the place of the first.

    Celery has no signal for it, so the one method that all tasks share is wrapped.
    """
    plain = getattr(Task.update_state, "__wrapped__", Task.update_state)

    @wraps(plain)
    def update_state(self: Any, task_id: Any = None, state: Any = None, meta: Any = None, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's own method
        result = plain(self, task_id, state, meta, **kwargs)
        hear(self, task_id, state, meta)
        return result

    Task.update_state = update_state  # type: ignore[method-assign]  # as Celery has no signal for it


def fields_of(meta: object) -> dict[str, Any]:
    """Return what of ``meta`` is told: numbers, truths and short texts; a number alone is ``progress``."""
    if isinstance(meta, int | float) and not isinstance(meta, bool):
        return {"progress": _scalar(meta)}
    if not isinstance(meta, Mapping):
        return {}
    told = {key[:_TEXT]: _scalar(value) for key, value in list(meta.items())[:FIELDS] if isinstance(key, str)}
    return {key: value for key, value in told.items() if value is not None}


def _scalar(value: object) -> Any:  # noqa: ANN401 - what JSON has
    if isinstance(value, str):
        return value[:_TEXT].encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _BIGGEST else None
    return value if isinstance(value, float) and math.isfinite(value) else None
