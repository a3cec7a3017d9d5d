"""The tables of groups of failures."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from umbel.store.relational.tables import metadata

_RowId = BigInteger().with_variant(Integer, "sqlite")

failure_group = Table(
    "failure_group",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("place", Text),
    Column("exception", Text),
    Column("traceback", Text),
    Column("names", LargeBinary, nullable=False),
    Column("names_cut", Boolean, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_at", Double),
    Column("decided_by", Text),
    Column("note", Text),
    UniqueConstraint("fingerprint", "cluster", name="failure_group_by_fingerprint"),
)
"""A row a group. ``names`` is MessagePack: the first names of its tasks."""
Index("failure_group_by_last", failure_group.c.last_at)

failure_task = Table(
    "failure_task",
    metadata,
    Column("row_id", _RowId, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, nullable=False),
    Column("minute", BigInteger, nullable=False),
)
"""A row a stored task that failed: its group, and the minute (of 1970) in which it counts there, 0 where in none."""
Index("failure_task_by_group", failure_task.c.group_id, failure_task.c.row_id)

failure_count = Table(
    "failure_count",
    metadata,
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Failures of a group in one minute or hour (``model.rollups.Period``); ``start`` is in epoch seconds."""

failure_bound = Table(
    "failure_bound",
    metadata,
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("kept_from", BigInteger, nullable=False),
)
"""From which instant on counts are kept. It only ever rises."""
