"""The migrations make what the tables say, and a store is migrated once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from umbel.store.relational.migrate import APPLICATION_ID, HEAD, KNOWN, _run
from umbel.store.relational.schema import metadata
from umbel.store.relational.sqlite import SqliteStore


def test_a_new_store_is_one_that_was_migrated(sqlite: SqliteStore, tmp_path: Path) -> None:
    """No table, column, index or first row differs; the conditions of partial indexes neither."""
    new = create_engine(f"sqlite:///{tmp_path / 'umbel.db'}")
    old = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with old.connect().execution_options(isolation_level="AUTOCOMMIT") as migrated, new.connect() as made:
        _run(migrated)
        assert compare_metadata(MigrationContext.configure(migrated), metadata) == []
        assert _schema_of(migrated) == _schema_of(made)
        assert _rows_of(migrated) == _rows_of(made)
    new.dispose()
    old.dispose()


def _schema_of(connection: Connection) -> dict[str, object]:
    """What SQLite says of each table and index: columns, types, keys, order, and conditions of indexes."""
    found: dict[str, object] = {}
    named = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    for kind, name, sql in connection.exec_driver_sql(named).all():
        facts = "table_xinfo" if kind == "table" else "index_xinfo"
        found[name] = [
            sorted(map(str, connection.exec_driver_sql(f"PRAGMA {facts}('{name}')"))),
            "WITHOUT ROWID" in sql,
            "AUTOINCREMENT" in sql,
            sorted(str(row[2:]) for row in connection.exec_driver_sql(f"PRAGMA index_list('{name}')")),
            sql.replace("task.", "") if kind == "index" else "",
        ]
    return found


def _rows_of(connection: Connection) -> dict[str, list[str]]:
    return {
        name: sorted(map(str, connection.exec_driver_sql(f"SELECT * FROM {name}")))  # noqa: S608  # our names
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    }


def test_the_known_schemas_are_those_of_the_files() -> None:
    """``HEAD`` and ``KNOWN`` are kept by hand, so that a start need not read the migrations."""
    config = Config()
    config.set_main_option("script_location", "umbel.store.relational:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    assert {script.revision for script in scripts.walk_revisions()} == KNOWN


def test_the_file_says_whose_it_is(sqlite: SqliteStore, tmp_path: Path) -> None:
    """WAL, our application id, the newest schema; pages can be given back."""
    connection = sqlite3.connect(tmp_path / "umbel.db")
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "application_id", "auto_vacuum")
    }
    assert pragmas == {"journal_mode": "wal", "application_id": APPLICATION_ID, "auto_vacuum": 2}
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    connection.close()


def test_a_reader_cannot_write(sqlite: SqliteStore) -> None:
    """What serves questions could not change a task if it tried."""
    lent = sqlite._reading.raw_connection()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        lent.cursor().execute("DELETE FROM task")
    lent.close()
