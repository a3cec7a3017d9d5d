"""Brings a store to the schema that this program knows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from umbel.store.protocols import StoreBroken
from umbel.store.relational.schema import make

HEAD: Final = "0013"
KNOWN: Final = frozenset(f"{number:04d}" for number in range(1, int(HEAD) + 1))
"""Every schema that ``migrations`` can start from, and the newest one. A test compares them with the files."""

APPLICATION_ID: Final = 0x556D626C
"""What SQLite's header calls our files: "Umbl"."""


def migrate(connection: Connection, url: str) -> None:
    """Migrate an SQLite store to ``HEAD`` in one transaction; cheap where that is done already.

    Raises StoreBroken for another program's database and for a newer schema than this program knows.
    """
    if _schema(connection, url) == HEAD:
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        schema = _schema(connection, url)  # another process may have been faster
        if schema is None:
            make(connection, HEAD)
        elif schema != HEAD:
            _run(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


def must_be_ours(connection: Connection, url: str) -> None:
    """Raise StoreBroken for another program's database and for a newer schema. Reads, and writes nothing."""
    _schema(connection, url)


def must_be_current(connection: Connection, url: str) -> None:
    """Raise StoreBroken unless the store has the newest schema. Reads, and writes nothing."""
    schema = _schema(connection, url)
    if schema != HEAD:
        raise StoreBroken(f"store {url}: it has schema {schema}, and this needs {HEAD}; run `umbel db upgrade` first")


def _schema(connection: Connection, url: str) -> str | None:
    tables = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    owner = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if owner != APPLICATION_ID or "alembic_version" not in tables:
        raise StoreBroken(f"store {url}: this is another program's database; give Umbel a file of its own")
    schema: str = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    if schema not in KNOWN:
        raise StoreBroken(
            f"store {url}: it has schema {schema}, and this Umbel knows up to {HEAD}; "
            "a newer Umbel wrote it, so upgrade Umbel or restore a backup"
        )
    return schema


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # a tenth of a second and 9 MiB that most starts do not need
    from alembic.config import Config  # noqa: PLC0415  # the same

    config = Config()
    config.set_main_option("script_location", "umbel.store.relational:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
