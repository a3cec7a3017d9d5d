"""Nothing that goes wrong in the agent gets out of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from celery.exceptions import SoftTimeLimitExceeded

P = ParamSpec("P")
R = TypeVar("R")

FAULT_LENGTH: Final = 200

log: Final = logging.getLogger("umbel.agent")


class Guard:
    """Counts the agent's own errors, and says the first one in the worker's log."""

    def __init__(self) -> None:
        self.faults = 0
        self.fault: str | None = None

    def around(self, hook: Callable[P, R]) -> Callable[P, R | None]:
        """Return ``hook`` so that it returns ``None`` where it fails.

        A soft time limit is raised wherever the task happens to be, here as well: that one is the task's.
        """

        @wraps(hook)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
            try:
                return hook(*args, **kwargs)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:  # noqa: BLE001 - the edge: no fault of ours may be the task's
                self.note(error)
                return None

        return guarded

    def note(self, error: BaseException) -> None:
        """Count an error."""
        self.faults += 1
        first, self.fault = self.fault is None, _said(error)
        if first:
            log.warning("Umbel's agent failed, tasks go on: %s", self.fault)


def _said(error: Any) -> str:  # noqa: ANN401 - any error, also one that cannot say what it is
    try:
        return f"{type(error).__name__}: {error}"[:FAULT_LENGTH]
    except Exception:  # noqa: BLE001 - as above
        return type(error).__name__
