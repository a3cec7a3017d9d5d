"""Groups of failures. They begin with what fails from now on.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PERIODS = (1, 2)


def upgrade() -> None:
    """Add four tables."""
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "failure_group",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("exception", sa.Text),
        sa.Column("traceback", sa.Text),
        sa.Column("names", sa.LargeBinary, nullable=False),
        sa.Column("names_cut", sa.Boolean, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Double),
        sa.Column("decided_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.UniqueConstraint("fingerprint", "cluster", name="failure_group_by_fingerprint"),
    )
    op.create_index("failure_group_by_last", "failure_group", ["last_at"])
    op.create_table(
        "failure_task",
        sa.Column("row_id", row_id, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.BigInteger, nullable=False),
        sa.Column("minute", sa.BigInteger, nullable=False),
    )
    op.create_index("failure_task_by_group", "failure_task", ["group_id", "row_id"])
    op.create_table(
        "failure_count",
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    bound = op.create_table(
        "failure_bound",
        sa.Column("period", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kept_from", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(bound, [{"period": period, "kept_from": 0} for period in _PERIODS])
