"""Deletes rollups that are kept no longer: whole minutes, hours and days, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from umbel.model.rollups import Period
from umbel.store.protocols import Retention
from umbel.store.relational.rollup_rows import Dimension, by_kind
from umbel.store.relational.tables import DEFAULT_CLUSTER

_OLDEST: Final = by_kind("SELECT min(start) FROM rollup WHERE {kind}")
_DELETE: Final = by_kind("DELETE FROM rollup WHERE {kind} AND start = ?")
_RAISE: Final = (
    "UPDATE rollup_bound SET kept_from = :bound "  # noqa: S608  # our names
    f"WHERE cluster = {DEFAULT_CLUSTER} AND period = :period AND (kept_from < :bound OR kept_from > :now)"
)


class RollupPruner:
    """Raises the bound of each period and deletes what lies before it. Runs inside the writer's transaction.

    A bound is never lowered, or what happened before it would be counted in part; only one that stands in the future
    is: a clock that was wrong has set it.
    """

    def __init__(self, connection: Connection, elapsed: Callable[[], float]) -> None:
        self._connection = connection
        self._elapsed = elapsed

    def slice(self, retention: Retention, now: float, end: float) -> tuple[int, bool]:
        """Delete until ``end`` of the stopwatch, and at least one row's time. Return how many, and if more is due."""
        deleted = 0
        ages = {
            Period.MINUTE: retention.by_minute_age_s,
            Period.HOUR: retention.by_hour_age_s,
            Period.DAY: retention.by_day_age_s,
        }
        for period, age_s in ages.items():
            if age_s is None:
                continue
            bound = int(now - age_s) // period.seconds * period.seconds
            self._connection.exec_driver_sql(_RAISE, {"bound": bound, "period": int(period), "now": int(now)})
            for dimension in Dimension:
                while (start := self._oldest(period, dimension)) is not None and start < bound:
                    deleted += self._connection.exec_driver_sql(_DELETE[period, dimension], (start,)).rowcount
                    if self._elapsed() >= end:
                        return deleted, True
        return deleted, False

    def _oldest(self, period: Period, dimension: Dimension) -> int | None:
        start: int | None = self._connection.exec_driver_sql(_OLDEST[period, dimension]).scalar()
        return start
