"""Exact counts by name and state. They change with the tasks, so that no read counts them anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, func, select

from umbel.model.tasks import OVER_STATES
from umbel.store.protocols import NameCount
from umbel.store.relational.many import Insert
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import DEFAULT_CLUSTER, NO_NAME, task_count, term

NAMES_AT_MOST: Final = 10_000

CountKey = tuple[int | None, str]
"""A task's ``name_id`` and state."""

_ADD: Final = Insert("""
INSERT INTO task_count (cluster, name_id, state, n) VALUES (?, ?, ?, ?)
ON CONFLICT (cluster, name_id, state) DO UPDATE SET n = n + excluded.n
""")
_OVER: Final = tuple(sorted(OVER_STATES))
_FINISHED: Final = f"SELECT coalesce(sum(n), 0) FROM task_count WHERE state IN ({', '.join('?' * len(_OVER))})"  # noqa: S608  # our names


def add(connection: Connection, changes: Mapping[CountKey, int]) -> None:
    """Change the counts by these differences."""
    rows = [
        (DEFAULT_CLUSTER, NO_NAME if name_id is None else name_id, state, n)
        for (name_id, state), n in changes.items()
        if n
    ]
    _ADD.write(connection, rows)


def drop_empty(connection: Connection) -> None:
    """Delete the rows of names and states that no task has any more."""
    connection.exec_driver_sql("DELETE FROM task_count WHERE n = 0")


def total(connection: Connection) -> int:
    """Return the number of stored tasks."""
    n: int = connection.exec_driver_sql("SELECT coalesce(sum(n), 0) FROM task_count").scalar_one()
    return n


def finished(connection: Connection) -> int:
    """Return the number of stored tasks that are over."""
    n: int = connection.exec_driver_sql(_FINISHED, _OVER).scalar_one()
    return n


def by_name(reader: Reader) -> list[NameCount]:
    """Return the counts of the names with the most tasks, most first."""
    most = (
        select(task_count.c.name_id, func.sum(task_count.c.n).label("tasks"))
        .group_by(task_count.c.name_id)
        .having(func.sum(task_count.c.n) > 0)
        .order_by(func.sum(task_count.c.n).desc(), task_count.c.name_id)
        .limit(NAMES_AT_MOST)
        .subquery()
    )
    rows = reader.ask(
        select(term.c.text, task_count.c.name_id, task_count.c.state, task_count.c.n)
        .select_from(most)
        .join(task_count, task_count.c.name_id == most.c.name_id)
        .outerjoin(term, term.c.id == task_count.c.name_id)
        .where(task_count.c.n > 0)
        .order_by(most.c.tasks.desc(), most.c.name_id)
    )
    counts: dict[int, NameCount] = {}
    for text, name_id, state, n in rows:
        counts.setdefault(name_id, NameCount(name=text, by_state={})).by_state[state] = n
    return list(counts.values())


def recount(connection: Connection) -> Counter[CountKey]:
    """Count the tasks themselves: what the counters must say. For tests and ``umbel db check``."""
    rows = connection.exec_driver_sql("SELECT name_id, state, count(*) FROM task GROUP BY name_id, state")
    return Counter({(name_id, state): n for name_id, state, n in rows})
