"""Retention: deletes the oldest rows in slices short enough for a collector that waits to commit."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from umbel.model.tasks import TERMINAL_STATES
from umbel.store.protocols import Pruned, Retention
from umbel.store.relational import blocks, counters
from umbel.store.relational.counters import CountKey

SLICE_S: Final = 0.02
"""The commit that follows takes three times as long: ids are random, so each deleted row changes a page of its own."""
_ROWS_AT_ONCE: Final = 250
_BATCHES_AT_ONCE: Final = 50
_VACUUM_PAGES: Final = 500
_WORTH_A_VACUUM: Final = 0.25
"""Free pages are used again; only where they are a quarter of the file are they given back."""

_FINISHED: Final = f"state IN ({', '.join(repr(state.value) for state in sorted(TERMINAL_STATES))})"
_OLDEST: Final = "SELECT id, name_id, state FROM task WHERE id > ? AND {where} ORDER BY id LIMIT ?"

_Row = tuple[int, int | None, str]


class Pruner:
    """Deletes what retention does not keep. Called by the writer, inside its transaction."""

    def __init__(self, connection: Connection, elapsed: Callable[[], float]) -> None:
        self._connection = connection
        self._elapsed = elapsed
        self._finished_from = 0
        """Rows up to this one are unfinished tasks that only age can delete: where to look on."""

    def slice(self, retention: Retention, now: float) -> Pruned:
        """Delete for about ``SLICE_S``. Must run inside a transaction."""
        end = self._elapsed() + SLICE_S
        journal = more_journal = 0
        tasks, more = self._prune_tasks(retention, now, end)
        if self._elapsed() < end:
            journal, more_journal = self._prune_journal(now - retention.journal_age_s)
        if retention.max_age_s is not None:
            self._prune_workers(now - retention.max_age_s)
        if tasks:
            self._tidy()
        return Pruned(tasks=tasks, journal=journal, more=more or bool(more_journal))

    def _prune_tasks(self, retention: Retention, now: float, end: float) -> tuple[int, bool]:
        deleted = 0
        while rows := self._due(retention, now):
            self._delete(rows)
            deleted += len(rows)
            if self._elapsed() >= end:
                return deleted, True
        return deleted, False

    def _due(self, retention: Retention, now: float) -> Sequence[_Row]:
        """Return some of the oldest rows that must go."""
        if retention.max_age_s is not None:
            rows = self._oldest(0, "arrived_at < ?", _ROWS_AT_ONCE, now - retention.max_age_s)
            if rows:
                return rows
        excess = self._excess(retention)
        return self._oldest_finished(min(excess, _ROWS_AT_ONCE)) if excess > 0 else ()

    def _excess(self, retention: Retention) -> int:
        excess = 0
        if retention.max_tasks is not None:
            excess = counters.total(self._connection) - retention.max_tasks
        if retention.max_bytes is not None and used_bytes(self._connection) > retention.max_bytes:
            excess = max(excess, _ROWS_AT_ONCE)
        return excess

    def _oldest_finished(self, limit: int) -> Sequence[_Row]:
        rows = self._oldest(self._finished_from, _FINISHED, limit)
        if rows:
            self._finished_from = rows[0][0] - 1
        return rows

    def _oldest(self, after: int, where: str, limit: int, *values: float) -> Sequence[_Row]:
        sql = _OLDEST.format(where=where)
        rows = self._connection.exec_driver_sql(sql, (after, *values, limit)).all()
        return [(row_id, name_id, state) for row_id, name_id, state in rows]

    def _delete(self, rows: Sequence[_Row]) -> None:
        self._connection.exec_driver_sql("DELETE FROM task WHERE id = ?", [(row_id,) for row_id, _, _ in rows])
        gone: Counter[CountKey] = Counter((name_id, state) for _, name_id, state in rows)
        counters.add(self._connection, {key: -n for key, n in gone.items()})

    def _prune_journal(self, before: float) -> tuple[int, int]:
        """Delete old batches; the newest one stays, so that the last position is never forgotten."""
        old = (
            "SELECT seq FROM journal WHERE committed_at < ? AND seq < (SELECT max(seq) FROM journal) "
            "ORDER BY seq LIMIT ?"
        )
        rows = self._connection.exec_driver_sql(old, (before, _BATCHES_AT_ONCE)).all()
        if rows:
            self._connection.exec_driver_sql("DELETE FROM journal WHERE seq = ?", [tuple(row) for row in rows])
        return len(rows), len(rows) == _BATCHES_AT_ONCE

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
