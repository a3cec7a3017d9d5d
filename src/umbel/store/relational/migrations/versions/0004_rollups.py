"""Figures a minute, an hour and a day. They begin with what is stored from now on.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SUMS = ("received", "started", "succeeded", "failed", "retried", "revoked", "rejected", "wait_us", "run_us")
_PERIODS = (1, 2, 3)


def upgrade() -> None:
    """Add the tables, and to each task when it was last heard of; that takes no time however many there are."""
    op.add_column("task", sa.Column("heard_at", sa.Double))
    op.create_table(
        "rollup",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("dimension", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key_id", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _SUMS),
        sa.Column("wait", sa.LargeBinary),
        sa.Column("run", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    days = sa.text("period = 3")
    op.create_index("rollup_by_key", "rollup", ["key_id"], sqlite_where=days, postgresql_where=days)
    bound = op.create_table(
        "rollup_bound",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kept_from", sa.BigInteger, nullable=False),
        sa.Column("too_old", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(bound, [{"cluster": 1, "period": period, "kept_from": 0, "too_old": 0} for period in _PERIODS])
