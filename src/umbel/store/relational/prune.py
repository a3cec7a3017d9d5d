"""Retention: deletes the oldest rows in slices short enough for a collector that waits to commit."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from umbel.model.tasks import OVER_STATES
from umbel.store.protocols import Deleted, Pruned, Retention
from umbel.store.relational import blocks, counters, gaps, inspection, row_ids
from umbel.store.relational.ages import Aged, Row, Stretch
from umbel.store.relational.counters import CountKey
from umbel.store.relational.failure_prune import FailurePruner
from umbel.store.relational.failures import FAILED, forget_tasks
from umbel.store.relational.many import delete_by_id
from umbel.store.relational.pace import Pace
from umbel.store.relational.rollup_prune import RollupPruner
from umbel.store.relational.unused import UnusedTerms

SLICE_S: Final = 0.02
"""What a slice may take before its commit, whatever ``pace`` allows: looking for what must go takes time, too."""
_BATCHES_AT_ONCE: Final = 50
_VACUUM_PAGES: Final = 500
_WORTH_A_VACUUM: Final = 0.25
"""Free pages are used again; only where they are a quarter of the file are they given back."""

_LOOKED_AT: Final = 1_000
"""Rows that one look for old or finished tasks reads; where none is among them, the next look goes on after them."""
_COLUMNS: Final = "id, name_id, state, arrived_at"
_OLDEST: Final = f"SELECT {_COLUMNS} FROM task WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608  # our names
_WALKED: Final = 2_000
"""Places that one step of the walk passes: about 2 MB, which a slow disk reads within a slice."""
_NEXT: Final = "SELECT min(id) FROM task WHERE id > ?"
_LAST: Final = "SELECT max(id) FROM task WHERE id <= ?"
_OLD: Final = f"SELECT {_COLUMNS} FROM task WHERE id BETWEEN ? AND ? AND arrived_at < ? ORDER BY id"  # noqa: S608  # our names
_BATCHES_KEPT: Final = 100
"""The newest batches of the journal, which a lack of room leaves alone."""


class Pruner:
    """Deletes what retention does not keep, and what a person wants gone. Runs inside the writer's transaction."""

    def __init__(self, connection: Connection, elapsed: Callable[[], float]) -> None:
        self._connection = connection
        self._elapsed = elapsed
        self._aged = Aged(self._look, self._walk)
        self._unused = UnusedTerms(connection)
        self._rollups = RollupPruner(connection, elapsed)
        self._failures = FailurePruner(connection, elapsed)
        self.pace = Pace()
        self._looked_to = 0
        """Rows up to this one are tasks that only age can delete; 0 again when a run of slices has ended."""

    def slice(self, retention: Retention, now: float) -> Pruned:
        """Delete as much as ``pace`` allows, for about ``SLICE_S``."""
        end = self._elapsed() + SLICE_S
        journal, more_journal = self._prune_journal(retention, now)
        tasks, more = self._prune_tasks(retention, now, end)
        if retention.max_age_s is not None:
            self._prune_workers(now - retention.max_age_s)
            gaps.forget_before(self._connection, now - retention.max_age_s)
            inspection.forget_before(self._connection, now - retention.max_age_s)
        if tasks:
            self._tidy()
        rollups, more_rollups = self._rollups.slice(retention, now, end)
        if rollups:
            self._unused.expect()
        more_failures = self._failures.slice(retention, now, end)
        more = more or more_rollups or more_failures
        terms, more_terms = (0, False) if more else self._unused.slice()
        return Pruned(
            tasks=tasks,
            journal=journal,
            terms=terms,
            rollups=rollups,
            more=more or more_journal or more_terms,
        )

    def delete(self, places: Sequence[int]) -> Deleted:
        """Delete those of the first of these rows that are over."""
        some = places[: self.pace.rows]
        marks = ", ".join("?" * len(some))
        named = f"SELECT {_COLUMNS} FROM task WHERE id IN ({marks})"  # noqa: S608  # our names
        rows = [Row(*row) for row in self._connection.exec_driver_sql(named, tuple(some))]
        finished = [row for row in rows if row.state in OVER_STATES]
        self._delete(finished)
        if finished:
            self._tidy()
        return Deleted(tasks=len(finished), done=len(some))

    def _prune_tasks(self, retention: Retention, now: float, end: float) -> tuple[int, bool]:
        deleted = 0
        while self._elapsed() < end and deleted < self.pace.rows:
            rows = self._due(retention, now, self.pace.rows - deleted)
            if rows is None:
                self._looked_to = 0
                return deleted, False
            self._delete(rows)
            deleted += len(rows)
        return deleted, True

    def _due(self, retention: Retention, now: float, limit: int) -> Sequence[Row] | None:
        """Return some of the oldest rows that must go, none where a look found none, ``None`` at the end."""
        rows = self._aged.next(retention, now, limit)
        if rows is not None:
            return rows
        excess = self._excess(retention)
        return self._finished(min(excess, limit)) if excess > 0 else None

    def _excess(self, retention: Retention) -> int:
        excess = 0
        if retention.max_tasks is not None:
            excess = counters.finished(self._connection) - retention.max_tasks
        return max(excess, self.pace.rows) if self._is_too_large(retention) else excess

    def _is_too_large(self, retention: Retention) -> bool:
        return retention.max_bytes is not None and used_bytes(self._connection) > retention.max_bytes

    def _finished(self, limit: int) -> Sequence[Row] | None:
        rows = self._look(self._looked_to)
        if not rows:
            return None
        finished = [row for row in rows if row.state in OVER_STATES][:limit]
        self._looked_to = finished[0].row_id - 1 if finished else rows[-1].row_id
        return finished

    def _look(self, after: int) -> Sequence[Row]:
        return [Row(*row) for row in self._connection.exec_driver_sql(_OLDEST, (after, _LOOKED_AT))]

    def _walk(self, after: int, before: float) -> Stretch | None:
        first: int | None = self._connection.exec_driver_sql(_NEXT, (after,)).scalar()
        if first is None:
            return None
        # The rows that are stored, not the places: an id that is yet to be given must not be passed.
        last: int = self._connection.exec_driver_sql(_LAST, (first + _WALKED - 1,)).scalar_one()
        old = [Row(*row) for row in self._connection.exec_driver_sql(_OLD, (first, last, before))]
        return Stretch(old, last)

    def _delete(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        delete_by_id(self._connection, "task", (row.row_id for row in rows))
        row_ids.keep(self._connection, max(row.row_id for row in rows))
        forget_tasks(self._connection, [row.row_id for row in rows if row.state == FAILED])
        gone: Counter[CountKey] = Counter((row.name_id, row.state) for row in rows)
        counters.add(self._connection, {key: -n for key, n in gone.items()})
        self._unused.expect()

    def _prune_journal(self, retention: Retention, now: float) -> tuple[int, bool]:
        """Delete old batches; the newest one stays, so that the last position is never forgotten."""
        rows = self._old_batches(now - retention.journal_age_s, 1)
        if not rows and self._is_too_large(retention):
            rows = self._old_batches(now, _BATCHES_KEPT)
        delete_by_id(self._connection, "journal", rows, "seq")
        return len(rows), len(rows) == _BATCHES_AT_ONCE

    def _old_batches(self, before: float, kept: int) -> list[int]:
        """Return those of the oldest batches that were committed before this instant, but the newest ``kept``."""
        oldest = (
            "SELECT seq, committed_at FROM journal WHERE seq <= (SELECT max(seq) FROM journal) - ? ORDER BY seq LIMIT ?"
        )
        rows = self._connection.exec_driver_sql(oldest, (kept, _BATCHES_AT_ONCE))
        return [seq for seq, committed_at in rows if committed_at < before]

    def _prune_workers(self, before: float) -> None:
        self._connection.exec_driver_sql("DELETE FROM worker WHERE seen_at < ?", (before,))

    def _tidy(self) -> None:
        counters.drop_empty(self._connection)
        oldest: int | None = self._connection.exec_driver_sql("SELECT min(id) FROM task").scalar()
        blocks.drop_before(self._connection, 2**62 if oldest is None else oldest)


def used_bytes(connection: Connection) -> int:
    """Return the bytes of the pages that hold something: a freed page is used again before the file grows."""
    pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    free: int = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    size: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return (pages - free) * size


def give_back(connection: Connection) -> None:
    """Give some free pages back to the disk, where they are many. Outside of a transaction."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    if free > max(_VACUUM_PAGES, pages * _WORTH_A_VACUUM):
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # for the type checker: the engine makes it
        driver.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()  # a page a step
