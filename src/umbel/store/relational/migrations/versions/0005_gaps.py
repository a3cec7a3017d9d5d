"""When events may have been missed, and when the collector was last at work.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two small tables."""
    op.create_table(
        "gap",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("worker", sa.Text, primary_key=True),
        sa.Column("since", sa.Double, primary_key=True, autoincrement=False),
        sa.Column("until", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("events", sa.BigInteger),
    )
    op.create_index("gap_by_since", "gap", ["since"])
    op.create_table(
        "collector",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seen_at", sa.Double, nullable=False),
    )
