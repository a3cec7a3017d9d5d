"""What workers say of the tasks that they know.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; it fills as workers answer."""
    op.create_table(
        "task_type",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("max_retries", sa.BigInteger),
    )
