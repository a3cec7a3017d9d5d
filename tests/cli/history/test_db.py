"""``umbel db``: what is sound and what is not, what goes, which schema there is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.history.conftest import Run


def spoil(path: Path, statement: str) -> None:
    """Change the file behind the store's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(statement)


def test_a_sound_store(run: Run, filled: Path) -> None:
    """It says so, with schema and size."""
    result = run("db", "check", "--store", str(filled))
    assert result.exit_code == 0, result.output
    assert "100 tasks" in result.stdout
    assert result.stdout.endswith("It is sound.\n")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE task_count SET n = n + 7", "are counted, and"),
        ("DELETE FROM task WHERE id % 2 = 0", "are counted, and"),
        ("DELETE FROM term WHERE kind = 2", "100 tasks have a worker that is not in the dictionary"),
        ("UPDATE block SET latest = earliest", "tasks lie outside of the bounds of their block"),
    ],
)
def test_an_unsound_store(run: Run, filled: Path, statement: str, says: str) -> None:
    """Each kind of damage is told in words, and the exit code says that there is some."""
    spoil(filled, statement)
    result = run("db", "check", "--store", str(filled))
    assert (result.exit_code, says in result.stdout) == (1, True), result.output


def test_a_damaged_file(run: Run, filled: Path) -> None:
    """Bytes that the disk lost are found, or the file is no database any more: never a traceback."""
    run("db", "check", "--store", str(filled))
    data = bytearray(filled.read_bytes())
    data[20_000:60_000] = bytes(40_000)
    filled.write_bytes(data)
    result = run("db", "check", "--store", str(filled))
    assert result.exit_code == 1
    assert "damaged" in result.output
    assert "Traceback" not in result.output


def test_prune(run: Run, filled: Path) -> None:
    """The same rules as a server's, now."""
    result = run("db", "prune", "--store", str(filled), "--keep-days=0", "--keep-tasks=30")
    assert (result.exit_code, "are left" in result.stderr) == (0, True), result.output
    again = run("db", "prune", "--store", str(filled), "--keep-days=0", "--keep-tasks=30")
    assert again.stderr.startswith("Deleted 0 tasks, ")
    assert run("db", "check", "--store", str(filled)).exit_code == 0


def figures_of(path: Path) -> int:
    """How many rows of figures there are."""
    with closing(sqlite3.connect(path)) as file:
        (rows,) = file.execute("SELECT count(*) FROM rollup").fetchone()
    return int(rows)


def test_prune_keeps_figures_as_it_is_told(run: Run, filled: Path) -> None:
    """How long figures are kept is set as for a server, and how many went is said."""
    spoil(filled, "UPDATE rollup_bound SET kept_from = 0")
    spoil(filled, "UPDATE rollup SET start = start % 86400")
    kept = figures_of(filled)
    forever = ["--keep-by-minute=0", "--keep-by-hour=0", "--keep-by-day=0"]
    result = run("db", "prune", "--store", str(filled), "--keep-days=0", *forever)
    assert (result.exit_code, "figures" in result.stderr) == (0, False), result.output
    assert figures_of(filled) == kept > 0
    gone = run("db", "prune", "--store", str(filled), "--keep-days=0")
    assert (gone.exit_code, f"and {kept:,} rows of figures, " in gone.stderr) == (0, True), gone.output
    assert figures_of(filled) == 0


def test_upgrade(run: Run, tmp_path: Path) -> None:
    """It makes a store, and has nothing to do the second time."""
    assert "made, now schema" in run("db", "upgrade", "--store=new.db").stdout
    assert "is the newest" in run("db", "upgrade", "--store=new.db").stdout
    spoil(tmp_path / "new.db", "UPDATE alembic_version SET version_num = '9999'")
    result = run("db", "upgrade", "--store=new.db")
    assert (result.exit_code, "a newer Umbel wrote it" in result.stderr) == (1, True)


def of_another_program(path: Path) -> None:
    """Make a database that is not ours."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE theirs (id)")


@pytest.mark.parametrize("command", ["check", "prune", "upgrade"])
@pytest.mark.parametrize("make", [of_another_program, Path.touch])
def test_what_is_not_ours_is_left_as_it_was(
    run: Run, tmp_path: Path, command: str, make: Callable[[Path], None]
) -> None:
    """Another program's file keeps its every byte, and an empty one stays empty unless a store is asked for."""
    path = tmp_path / "other.db"
    make(path)
    before = path.read_bytes()
    result = run("db", command, "--store=other.db")
    if before or command != "upgrade":
        assert (result.exit_code, "Error: " in result.stderr) == (1, True), result.output
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]
    else:
        assert result.exit_code == 0, result.output


def test_a_check_changes_nothing(run: Run, filled: Path) -> None:
    """The file is the same afterwards, and nothing is left beside it."""
    before = filled.read_bytes()
    assert run("db", "check", "--store", str(filled)).exit_code == 0
    assert filled.read_bytes() == before
    assert list(filled.parent.iterdir()) == [filled]


@pytest.mark.parametrize("command", ["check", "prune"])
def test_nothing_is_made(run: Run, tmp_path: Path, command: str) -> None:
    """Who mistypes a path is told so, and no empty store appears there."""
    result = run("db", command, "--store=tpyo.db")
    assert (result.exit_code, "it is not there" in result.stderr) == (1, True)
    assert not (tmp_path / "tpyo.db").exists()
