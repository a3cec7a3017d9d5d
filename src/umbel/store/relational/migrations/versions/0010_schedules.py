"""Entries of schedules and their expected runs.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TO_JUDGE = sa.text("look_at IS NOT NULL")
_IN_TROUBLE = sa.text("verdict IN ('missed', 'not_picked_up', 'too_long', 'failed', 'expired', 'duplicate')")


def upgrade() -> None:
    """Add the four tables."""
    op.create_table(
        "schedule_entry",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("is_archived", sa.Boolean, nullable=False),
        sa.Column("is_troubled", sa.Boolean, nullable=False),
        sa.Column("next_due_at", sa.Double),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("standing", sa.LargeBinary),
    )
    op.create_table(
        "schedule_run",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("due_at", sa.Double, primary_key=True, autoincrement=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("look_at", sa.Double),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "schedule_run_to_judge", "schedule_run", ["look_at"], sqlite_where=_TO_JUDGE, postgresql_where=_TO_JUDGE
    )
    op.create_index(
        "schedule_run_in_trouble",
        "schedule_run",
        ["due_at", "verdict"],
        sqlite_where=_IN_TROUBLE,
        postgresql_where=_IN_TROUBLE,
    )
    op.create_table(
        "schedule_beat",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "schedule_source",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
