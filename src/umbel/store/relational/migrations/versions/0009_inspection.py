"""What workers said of themselves, and their history.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table for the newest word of each worker, one for points of its history, one for its processes."""
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "inspection",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("summary", sa.LargeBinary, nullable=False),
        sa.Column("lists", sa.LargeBinary),
        sa.Column("setup", sa.LargeBinary),
        sa.UniqueConstraint("cluster", "name", name="inspection_by_name"),
    )
    op.create_table(
        "inspection_point",
        sa.Column("worker_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("active", sa.Double),
        sa.Column("slots", sa.Double),
        sa.Column("done", sa.BigInteger),
        sa.Column("cpu", sa.Double),
        sa.Column("memory", sa.BigInteger),
        sa.Column("load", sa.Double),
        sqlite_with_rowid=False,
    )
    op.create_index("inspection_point_by_start", "inspection_point", ["step", "start"])
    op.create_table(
        "inspection_process",
        sa.Column("worker_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("started_at", sa.Double, primary_key=True, autoincrement=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
    )
