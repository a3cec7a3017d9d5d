"""The tables of schedules."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text, text

from umbel.store.relational.tables import metadata

schedule_entry: Final = Table(
    "schedule_entry",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("is_archived", Boolean, nullable=False),
    Column("is_troubled", Boolean, nullable=False),
    Column("next_due_at", Double),
    Column("record", LargeBinary, nullable=False),
    Column("standing", LargeBinary),
)
"""``record`` is a ``model.schedules.Entry`` and ``standing`` its ``Standing``, as MessagePack."""

schedule_run: Final = Table(
    "schedule_run",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("entry_id", Text, primary_key=True),
    Column("due_at", Double, primary_key=True, autoincrement=False),
    Column("verdict", Text, nullable=False),
    Column("look_at", Double),
    Column("record", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""A row a due time: ``record`` is a ``model.schedules.Run``, as MessagePack."""

TO_JUDGE: Final = "look_at IS NOT NULL"
IN_TROUBLE: Final = "verdict IN ('missed', 'not_picked_up', 'too_long', 'failed', 'expired', 'duplicate')"
Index(
    "schedule_run_to_judge",
    schedule_run.c.look_at,
    sqlite_where=text(TO_JUDGE),
    postgresql_where=text(TO_JUDGE),
)
Index(
    "schedule_run_in_trouble",
    schedule_run.c.due_at,
    schedule_run.c.verdict,
    sqlite_where=text(IN_TROUBLE),
    postgresql_where=text(IN_TROUBLE),
)

schedule_beat: Final = Table(
    "schedule_beat",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("client", Text, primary_key=True),
    Column("last_at", Double, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
"""The processes that sent scheduled tasks."""

schedule_source: Final = Table(
    "schedule_source",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("record", LargeBinary, nullable=False),
)
"""How reading each source went."""
