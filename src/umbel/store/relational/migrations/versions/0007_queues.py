"""Readings of queues and brokers.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the newest readings, and what they were."""
    op.create_table(
        "queue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("cluster", "name", name="queue_by_name"),
    )
    op.create_table(
        "broker",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "queue_reading",
        sa.Column("queue_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("step_s", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger) for name in ("ready", "unacked", "delayed", "consumers")),
        sa.Column("oldest_at", sa.Double),
        sa.Column("memory_bytes", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "broker_reading",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step_s", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("latency_s", sa.Double),
        sa.Column("connections", sa.BigInteger),
        sa.Column("memory_bytes", sa.BigInteger),
        sqlite_with_rowid=False,
    )
