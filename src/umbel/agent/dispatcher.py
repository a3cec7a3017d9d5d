"""Celery's own event dispatcher, whose events say a little more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Added = Callable[[str, str], dict[str, Any] | None]
"""Returns the fields to add to an event of this type about this task; it must not raise."""


def telling(base: type, added: Added) -> type:
    """Return ``base``, a class of event dispatchers, that adds these fields (``celery.events.dispatcher``)."""

    class Dispatcher(base):  # type: ignore[misc]  # known at run time only
        def send(self, type: str, *args: Any, **fields: Any) -> Any:  # noqa: A002, ANN401 - Celery's own method
            if type[:5] == "task-" and "uuid" in fields:
                fields.update(added(type, fields["uuid"]) or {})
            return super().send(type, *args, **fields)

    return Dispatcher
