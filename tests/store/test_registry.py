"""A store is opened by its URL, and each way that goes wrong is said clearly."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from umbel.store.protocols import StoreBroken, StoreError
from umbel.store.registry import open_store, schema_of
from umbel.store.relational.migrate import HEAD
from umbel.store.relational.sqlite import SqliteStore


def test_a_url_and_a_path_open_the_same_store(tmp_path: Path) -> None:
    """``sqlite:////path``, a plain path, and spaces or percent signs in either."""
    path = tmp_path / "my data 100%" / "umbel.db"
    store = open_store(str(path))
    store.close()
    url = f"sqlite:///{str(path).replace('%', '%25')}"
    again = open_store(url)
    assert again.masked_url == store.masked_url
    assert path.exists()
    again.close()
    again.close()


def test_synchronous_is_chosen_in_the_url(tmp_path: Path) -> None:
    """``full`` syncs each commit; anything else but ``normal`` is refused with what exists."""
    open_store(f"sqlite:///{tmp_path}/a.db?synchronous=full").close()
    for option in ("synchronous=never", "sync=full"):
        with pytest.raises(StoreError, match="synchronous=normal"):
            open_store(f"sqlite:///{tmp_path}/a.db?{option}")


@pytest.mark.parametrize("url", ["mysql://u:secret@host/db", "oracle+x://u:secret@host/db?password=secret"])
def test_an_unknown_store_is_named_without_its_password(url: str) -> None:
    """The message lists what exists."""
    with pytest.raises(StoreError, match="sqlite:////absolute/path") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)
    assert "***" in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://host/path"])
def test_sqlite_needs_a_path(url: str) -> None:
    """A URL that looks like a server's is a mistake."""
    with pytest.raises(StoreError, match="needs a path"):
        open_store(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """It is said, and the file is left alone."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreBroken, match=r"notes\.txt: it is not an SQLite database"):
        open_store(str(path))
    assert path.read_text() == "not a database " * 100


def test_another_programs_database(tmp_path: Path) -> None:
    """Its tables are not touched."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    with pytest.raises(StoreBroken, match="another program's database"):
        open_store(str(path))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_newer_schema(tmp_path: Path) -> None:
    """What a newer Umbel wrote is not guessed at."""
    path = tmp_path / "umbel.db"
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreBroken, match="schema 9999.*upgrade Umbel"):
        open_store(str(path))


def test_a_directory_where_the_file_should_be(tmp_path: Path) -> None:
    """A directory is no database."""
    with pytest.raises(StoreBroken, match="cannot be opened"):
        open_store(str(tmp_path))


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreBroken, match="directory"):
        open_store(str(tmp_path / "file" / "umbel.db"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """The message says what to look at."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreBroken, match="permissions|cannot be opened"):
            open_store(str(tmp_path / "umbel.db"))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("ending", "setting", "level"), [("", "normal", 1), ("", "full", 2), ("?synchronous=normal", "full", 1)]
)
def test_what_a_commit_waits_for(tmp_path: Path, ending: str, setting: str, level: int) -> None:
    """The setting holds; what the URL says outweighs it."""
    store = open_store(f"sqlite:///{tmp_path / 'umbel.db'}{ending}", synchronous=setting)
    assert isinstance(store, SqliteStore)
    assert store._connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == level
    store.close()


def test_a_store_that_must_be_there(tmp_path: Path) -> None:
    """Nothing is made, and nothing is migrated by who only wants to look."""
    path = tmp_path / "umbel.db"
    with pytest.raises(StoreBroken, match="it is not there"):
        open_store(str(path), make=False)
    assert (list(tmp_path.iterdir()), schema_of(str(path))[0]) == ([], None)
    open_store(str(path)).close()
    assert schema_of(str(path)) == (HEAD, HEAD)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreBroken, match="it has schema 0001, and this needs .*umbel db upgrade"):
        open_store(str(path), make=False)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """A question after the end is an error, not a wait."""
    store = open_store(str(tmp_path / "umbel.db"))
    store.close()
    with pytest.raises(StoreBroken, match="closed"):
        store.counts()
    with pytest.raises(StoreBroken, match="closed"):
        store.commit([])
