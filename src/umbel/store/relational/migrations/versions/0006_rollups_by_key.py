"""Figures of every period by their key: what says that a name is still needed.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the index, which held figures of days only; that takes seconds a million rows."""
    op.drop_index("rollup_by_key", "rollup")
    named = sa.text("key_id > 0")
    op.create_index("rollup_by_key", "rollup", ["key_id"], sqlite_where=named, postgresql_where=named)
