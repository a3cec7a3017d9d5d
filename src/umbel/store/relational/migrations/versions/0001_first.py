"""The first schema: tasks, their counts and bounds, workers, journal.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of an empty store."""
    op.create_table(
        "term",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("cluster", "kind", "text", name="term_by_text"),
    )
    _create_task()
    op.create_table(
        "task_count",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "block",
        sa.Column("id", _ROW_ID, primary_key=True, autoincrement=False),
        sa.Column("earliest", sa.Double),
        sa.Column("latest", sa.Double),
        sa.Column("shortest", sa.Double),
        sa.Column("longest", sa.Double),
    )
    op.create_table(
        "worker",
        sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("seq", _ROW_ID, primary_key=True),
        sa.Column("committed_at", sa.Double, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("touched", sa.LargeBinary, nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("raw_complete", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("arrived_at", sa.Double, nullable=False),
        sa.Column("name_id", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("worker_id", sa.BigInteger),
        sa.Column("queue_id", sa.BigInteger),
        sa.Column("retries", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.Double),
        sa.Column("received_at", sa.Double),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("runtime_s", sa.Double),
        sa.Column("wait_s", sa.Double),
        sa.Column("root_id", sa.Text),
        sa.Column("parent_id", sa.Text),
        sa.Column("args", sa.Text),
        sa.Column("kwargs", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("exception", sa.Text),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("task_id", "cluster", name="task_by_task_id"),
    )
    op.create_index("task_by_name", "task", ["name_id", "id"])
    op.create_index("task_by_worker", "task", ["worker_id", "id"])
    _create_partial("task_by_state", ["state", "id"], "state <> 'SUCCESS'")
    _create_partial("task_by_queue", ["queue_id", "id"], "queue_id IS NOT NULL")
    _create_partial("task_by_retries", ["retries", "id"], "retries > 0")
    _create_partial("task_by_parent", ["parent_id", "id"], "parent_id IS NOT NULL")
    _create_partial("task_by_root", ["root_id", "id"], "root_id <> task_id")


def _create_partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "task", columns, sqlite_where=condition, postgresql_where=condition)
