"""The tables of a relational store, as SQLAlchemy Core sees them. ``migrations`` makes them; a test compares both.

``task.id`` counts the tasks in their order of arrival. It is not Celery's id, which is ``task.task_id``.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from umbel.model.rollups import Figure

DEFAULT_CLUSTER: Final = 1
"""One Celery deployment. There is one so far; it is part of every identity, so that a second needs no rewrite."""

NO_NAME: Final = 0
"""Stands for ``task.name_id IS NULL`` in ``task_count``, whose key takes no null."""

BLOCK_BITS: Final = 12
"""A block is 4,096 tasks that arrived one after the other: ``task.id >> BLOCK_BITS``."""

ROLLUP_SUMS: Final = (*(figure.name.lower() for figure in Figure), "wait_us", "run_us")
"""What ``rollup`` counts, and sums of durations in microseconds."""

metadata: Final = MetaData()

_RowId: Final = BigInteger().with_variant(Integer, "sqlite")

term: Final = Table(
    "term",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("cluster", "kind", "text", name="term_by_text"),
)
"""The few texts that many tasks share: names, workers, queues (see ``TermKind``)."""

task: Final = Table(
    "task",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("arrived_at", Double, nullable=False),
    Column("name_id", BigInteger),
    Column("state", Text, nullable=False),
    Column("worker_id", BigInteger),
    Column("queue_id", BigInteger),
    Column("retries", BigInteger, nullable=False),
    Column("sent_at", Double),
    Column("received_at", Double),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("runtime_s", Double),
    Column("wait_s", Double),
    Column("root_id", Text),
    Column("parent_id", Text),
    Column("args", Text),
    Column("kwargs", Text),
    Column("result", Text),
    Column("exception", Text),
    Column("facts", LargeBinary, nullable=False),
    Column("heard_at", Double),
    UniqueConstraint("task_id", "cluster", name="task_by_task_id"),
)
"""A row a task: the columns that questions need, the long texts, and ``facts`` (see ``rows``) for the rest.

``heard_at`` is when the row last changed, by our clock; ``NULL`` where an archive brought the task back:
it was counted in ``rollup`` when it happened, what happens to it later is added, and nothing of it is taken back.
"""


def _partial(name: str, columns: tuple[str, ...], where: str) -> Index:
    condition = text(where)
    return Index(name, *(task.c[column] for column in columns), sqlite_where=condition, postgresql_where=condition)


Index("task_by_name", task.c.name_id, task.c.id)
Index("task_by_worker", task.c.worker_id, task.c.id)
_partial("task_by_state", ("state", "id", "runtime_s", "worker_id"), "state <> 'SUCCESS'")
_partial("task_by_name_and_state", ("name_id", "state", "id", "runtime_s"), "state <> 'SUCCESS'")
_partial("task_by_queue", ("queue_id", "id"), "queue_id IS NOT NULL")
_partial("task_by_retries", ("retries", "id"), "retries > 0")
_partial("task_by_runtime", ("id", "runtime_s", "name_id"), "runtime_s IS NOT NULL")
_partial("task_by_parent", ("parent_id", "id"), "parent_id IS NOT NULL")
_partial("task_by_root", ("root_id", "id"), "root_id <> task_id")

task_count: Final = Table(
    "task_count",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("name_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
"""Exact counts, changed in the transaction that changes the tasks, and never counted anew."""

task_type: Final = Table(
    "task_type",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("max_retries", BigInteger),
)
"""What workers say of the tasks that they know."""

block: Final = Table(
    "block",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=False),
    Column("earliest", Double),
    Column("latest", Double),
    Column("shortest", Double),
    Column("longest", Double),
)
"""Bounds of what a block of tasks holds: any of its instants, and its run times. They only ever widen."""

worker: Final = Table(
    "worker",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("seen_at", Double, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
"""A worker's ``model.workers.Worker``, as MessagePack."""

journal: Final = Table(
    "journal",
    metadata,
    Column("seq", _RowId, primary_key=True),
    Column("committed_at", Double, nullable=False),
    Column("events", Integer, nullable=False),
    Column("touched", LargeBinary, nullable=False),
    Column("raw", LargeBinary),
    Column("raw_complete", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""A row a commit. ``touched`` names its tasks and workers; ``raw`` holds its first events (see ``journal``)."""

gap: Final = Table(
    "gap",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("since", Double, primary_key=True, autoincrement=False),
    Column("until", Double),
    Column("reason", Text, nullable=False),
    Column("events", BigInteger),
)
"""When events may have been missed (see ``model.gaps``). ``worker`` is "" where it is about all of them."""
Index("gap_by_since", gap.c.since)

collector: Final = Table(
    "collector",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", Double, nullable=False),
)
"""When a collector was last at work and had nothing to commit."""

rollup: Final = Table(
    "rollup",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("dimension", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("key_id", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in ROLLUP_SUMS),
    Column("wait", LargeBinary),
    Column("run", LargeBinary),
    sqlite_with_rowid=False,
)
"""Figures of one minute, hour or day (see ``rollups``). ``start`` is in epoch seconds, ``key_id`` a term's number."""

NAMED_ONLY: Final = "key_id > 0"
Index("rollup_by_key", rollup.c.key_id, sqlite_where=text(NAMED_ONLY), postgresql_where=text(NAMED_ONLY))
"""Says whether a term is still needed: a name outlives its tasks as long as any figure tells of it.

Of every period: days may be kept for less time than minutes, and a name may have had no place of its own in a day.
"""

rollup_bound: Final = Table(
    "rollup_bound",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("kept_from", BigInteger, nullable=False),
    Column("too_old", BigInteger, nullable=False),
)
"""From which instant on rollups are kept, and how many counts were of before it. That bound only ever rises."""
