"""The migrations make what the tables say, and a store is migrated once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from umbel.store.relational.migrate import APPLICATION_ID, HEAD, KNOWN
from umbel.store.relational.sqlite import SqliteStore
from umbel.store.relational.tables import metadata


def test_the_migrated_schema_is_that_of_the_tables(sqlite: SqliteStore, tmp_path: Path) -> None:
    """No table, column or index differs; the conditions of partial indexes neither."""
    engine = create_engine(f"sqlite:///{tmp_path / 'umbel.db'}")
    other = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other)
    with engine.connect() as migrated, other.connect() as made:
        assert compare_metadata(MigrationContext.configure(migrated), metadata) == []
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        found = [(name, sql.replace("task.", "")) for name, sql in migrated.exec_driver_sql(indexes)]
        assert found == [(name, sql.replace("task.", "")) for name, sql in made.exec_driver_sql(indexes)]
    engine.dispose()
    other.dispose()


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
