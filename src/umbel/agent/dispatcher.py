"""Celery's own event dispatcher, whose events say a little more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from umbel.agent.desk import TOLD_MORE

Added = Callable[[str, str], dict[str, Any] | None]
"""Returns the fields to add to an event of this type about this task; it must not raise."""


def telling(base: type, added: Added) -> type:
    """Return ``base``, a class of event dispatchers, that adds these fields (``celery.events.dispatcher``)."""

    class Dispatcher(base):  # type: ignore[misc]  # known at run time only
        def send(self, type: str, *args: Any, **fields: Any) -> Any:  # noqa: A002, ANN401 - Celery's own method
            if type in TOLD_MORE and "uuid" in fields:
                more = added(type, fields["uuid"])
                if more:
                    fields.update(more)
            return super().send(type, *args, **fields)

    return Dispatcher
