"""The questions about workers."""

from __future__ import annotations

import builtins
from typing import Protocol

from umbel.model.workers import Worker


class WorkerStore(Protocol):
    """The questions about workers."""

    def workers(self) -> builtins.list[Worker]:
        """Return all known workers by name, at most 10,000."""

    def running_by_worker(self) -> dict[str, int]:
        """Return how many stored tasks are STARTED on each worker."""
