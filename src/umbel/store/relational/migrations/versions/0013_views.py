"""Saved views.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a small table."""
    op.create_table(
        "saved_view",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("view_id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("sort", sa.Text),
        sa.Column("columns", sa.Text),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_index("saved_view_by_owner", "saved_view", ["owner"])
