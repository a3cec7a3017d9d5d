"""The tables of what workers said when they were asked."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from umbel.store.relational.tables import metadata

_RowId: Final = BigInteger().with_variant(Integer, "sqlite")

inspection: Final = Table(
    "inspection",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("summary", LargeBinary, nullable=False),
    Column("lists", LargeBinary),
    Column("setup", LargeBinary),
    UniqueConstraint("cluster", "name", name="inspection_by_name"),
)
"""A row a worker: its ``Summary``, ``Lists`` and ``Setup`` (see ``model.inspection``) as MessagePack."""

inspection_point: Final = Table(
    "inspection_point",
    metadata,
    Column("worker_id", BigInteger, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("active", Double),
    Column("slots", Double),
    Column("done", BigInteger),
    Column("cpu", Double),
    Column("memory", BigInteger),
    Column("load", Double),
    sqlite_with_rowid=False,
)
"""How a worker was in a step of 10 or 60 seconds from ``start`` on (epoch seconds); ``n`` looks are in it."""
Index("inspection_point_by_start", inspection_point.c.step, inspection_point.c.start)

inspection_process: Final = Table(
    "inspection_process",
    metadata,
    Column("worker_id", BigInteger, primary_key=True, autoincrement=False),
    Column("started_at", Double, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, nullable=False),
    Column("last_at", Double, nullable=False),
)
"""The processes that were seen under a worker's name."""
