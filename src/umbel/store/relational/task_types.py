"""The task types' rows: what workers say of the tasks that they know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from umbel.store.protocols import TaskType
from umbel.store.relational.engine import write_transaction
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import DEFAULT_CLUSTER, task_type

TYPES_AT_MOST: Final = 10_000
_UPSERT: Final = """
INSERT INTO task_type (cluster, name, max_retries) VALUES (?, ?, ?)
ON CONFLICT (cluster, name) DO UPDATE SET max_retries = excluded.max_retries
"""


def write(connection: Connection, types: Sequence[TaskType]) -> None:
    """Store these, all or nothing."""
    if types:
        with write_transaction(connection):
            rows = [(DEFAULT_CLUSTER, one.name, one.max_retries) for one in types]
            connection.exec_driver_sql(_UPSERT, rows)


def read_all(reader: Reader) -> dict[str, TaskType]:
    """Return them by name."""
    rows = reader.ask(select(task_type.c.name, task_type.c.max_retries).order_by(task_type.c.name).limit(TYPES_AT_MOST))
    return {name: TaskType(name=name, max_retries=max_retries) for name, max_retries in rows}
