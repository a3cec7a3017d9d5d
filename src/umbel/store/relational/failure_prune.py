"""Deletes counts of failures that are kept no longer, and groups of which nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from umbel.model.failures import EXACT_UP_TO, HOUR_S, WINDOWS
from umbel.model.rollups import Period
from umbel.store.protocols import Retention

MINUTES_KEPT_S: Final = EXACT_UP_TO + HOUR_S
"""Minutes are read for the short windows only."""
_RAISE: Final = (
    "UPDATE failure_bound SET kept_from = :bound WHERE period = :period AND (kept_from < :bound OR kept_from > :now)"
)
_OLDEST: Final = "SELECT min(start) FROM failure_count WHERE period = ?"
_DELETE: Final = "DELETE FROM failure_count WHERE period = ? AND start = ?"
_FORGET: Final = (
    "DELETE FROM failure_group WHERE id IN (SELECT id FROM failure_group WHERE last_at < ? AND NOT EXISTS "
    "(SELECT 1 FROM failure_task WHERE group_id = failure_group.id) ORDER BY last_at LIMIT 100)"
)


class FailurePruner:
    """Runs inside the writer's transaction."""

    def __init__(self, connection: Connection, elapsed: Callable[[], float]) -> None:
        self._connection = connection
        self._elapsed = elapsed

    def slice(self, retention: Retention, now: float, end: float) -> bool:
        """Delete until ``end`` of the stopwatch. Return whether more is due."""
        hours_s = retention.by_hour_age_s
        more = self._counts(Period.MINUTE, now - MINUTES_KEPT_S, now, end)
        if hours_s is not None and not more:
            hours_s = max(hours_s, float(WINDOWS[-1] + HOUR_S))
            more = self._counts(Period.HOUR, now - hours_s, now, end)
            self._connection.exec_driver_sql(_FORGET, (now - hours_s,))
        return more

    def _counts(self, period: Period, before: float, now: float, end: float) -> bool:
        bound = int(before) // period.seconds * period.seconds
        self._connection.exec_driver_sql(_RAISE, {"bound": bound, "period": int(period), "now": int(now)})
        while (start := self._connection.exec_driver_sql(_OLDEST, (int(period),)).scalar()) is not None:
            if start >= bound:
                break
            self._connection.exec_driver_sql(_DELETE, (int(period), start))
            if self._elapsed() >= end:
                return True
        return False
