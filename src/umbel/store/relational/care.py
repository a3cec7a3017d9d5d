"""Looks through a whole store for what cannot be: the file, the counters, the dictionary, the bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from umbel.store.relational import counters
from umbel.store.relational.tables import BLOCK_BITS, NO_NAME

_TOLD: Final = 20
_STRAY: Final = """
SELECT count(*) FROM task WHERE {column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM term WHERE term.id = task.{column})
"""
_OUT_OF_BOUNDS: Final = f"""
SELECT count(*) FROM task LEFT JOIN block ON block.id = task.id >> {BLOCK_BITS}
WHERE coalesce(task.received_at, task.sent_at, task.started_at) IS NOT NULL AND (
  block.id IS NULL
  OR task.received_at NOT BETWEEN block.earliest AND block.latest
  OR task.finished_at NOT BETWEEN block.earliest AND block.latest
  OR task.runtime_s NOT BETWEEN block.shortest AND block.longest
)
"""  # noqa: S608  # our names


def problems(connection: Connection) -> list[str]:
    """Return what is wrong, a sentence each, in one snapshot. See ``StoreCare.problems``."""
    connection.exec_driver_sql("BEGIN")
    try:
        damaged = [*_damage(connection)]
        return damaged or [*_miscounts(connection), *_strays(connection), *_unbounded(connection)]
    finally:
        connection.exec_driver_sql("ROLLBACK")


def _damage(connection: Connection) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_TOLD})").scalars():
        if row != "ok":
            yield f"the file is damaged: {row}"


def _miscounts(connection: Connection) -> Iterator[str]:
    kept = {
        (None if name_id == NO_NAME else name_id, state): n
        for name_id, state, n in connection.exec_driver_sql("SELECT name_id, state, n FROM task_count WHERE n <> 0")
    }
    counted = counters.recount(connection)
    wrong = [key for key in kept.keys() | counted.keys() if kept.get(key, 0) != counted[key]]
    for name_id, state in wrong[:_TOLD]:
        name = connection.exec_driver_sql("SELECT text FROM term WHERE id = ?", (name_id,)).scalar()
        said = kept.get((name_id, state), 0)
        yield f"of {name!r} in {state} {said:,} are counted, and {counted[name_id, state]:,} are stored"
    if len(wrong) > _TOLD:
        yield f"{len(wrong) - _TOLD:,} more counts are wrong"


def _strays(connection: Connection) -> Iterator[str]:
    for column, what in (("name_id", "name"), ("worker_id", "worker"), ("queue_id", "queue")):
        n = connection.exec_driver_sql(_STRAY.format(column=column)).scalar_one()
        if n:
            yield f"{n:,} tasks have a {what} that is not in the dictionary"


def _unbounded(connection: Connection) -> Iterator[str]:
    n = connection.exec_driver_sql(_OUT_OF_BOUNDS).scalar_one()
    if n:
        yield f"{n:,} tasks lie outside of the bounds of their block, where a search by time does not find them"
