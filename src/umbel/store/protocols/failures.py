"""Groups of failed tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from umbel.model.failures import Decision, FailureDetail, FailureGroup


class FailureStore(Protocol):
    """The groups of tasks that failed in the same way (``model.fingerprint``), and what people decided about them.

    ``commit`` fills them: a group counts each task once, in the minute of its end, however often it is told. Failures
    that an archive brings back belong to their group and are counted in none. Decisions are safe beside ``commit``.
    A group goes when none of its tasks is stored and none of its hours is kept any more.
    """

    def groups(self, now: float, limit: int = 1_000) -> list[FailureGroup]:
        """Return the groups that failed last, newest first, at most ``limit``, with their counts up to ``now``."""

    def by_decision(self) -> Mapping[Decision, int]:
        """Return how many groups there are of each kind; one that failed after it was resolved is open."""

    def group(self, group_id: str, now: float) -> FailureDetail | None:
        """Return one group with its newest tasks, ``None`` where there is none."""

    def decide(self, group_id: str, decision: Decision, *, at: float, by: str | None, note: str | None) -> bool:
        """Store what was decided; return whether there is such a group. Raises StoreUnavailable."""
