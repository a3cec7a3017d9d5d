"""The tables of what was read of queues and of the broker."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, LargeBinary, Table, Text, UniqueConstraint

from umbel.store.relational.tables import metadata

queue: Final = Table(
    "queue",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("cluster", "name", name="queue_by_name"),
)
"""A queue's newest ``model.queues.QueueReading``, as MessagePack. ``seen_at`` is when that last changed."""

broker: Final = Table(
    "broker",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
)
"""The newest ``model.queues.BrokerReading``, as MessagePack."""

queue_reading: Final = Table(
    "queue_reading",
    metadata,
    Column("queue_id", BigInteger, primary_key=True, autoincrement=False),
    Column("step_s", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("ready", BigInteger),
    Column("unacked", BigInteger),
    Column("delayed", BigInteger),
    Column("consumers", BigInteger),
    Column("oldest_at", Double),
    Column("memory_bytes", BigInteger),
    sqlite_with_rowid=False,
)
"""A queue in one step (10 s or a minute); left out where all is as in the row before it (see ``queue_steps``)."""

broker_reading: Final = Table(
    "broker_reading",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("step_s", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("latency_s", Double),
    Column("connections", BigInteger),
    Column("memory_bytes", BigInteger),
    sqlite_with_rowid=False,
)
"""The broker in one step. There is a row for each step in which it was read, and none for any other."""
