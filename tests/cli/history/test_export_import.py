"""``umbel export`` and ``umbel import``, as a person types them."""

from __future__ import annotations

import csv
import gzip
import io
import os
import threading
from pathlib import Path

import pytest

from tests.cli.history.conftest import Run
from tests.store.support import arrivals
from tests.support.events import a_task_that_succeeded
from umbel.model.search import EVERYTHING
from umbel.model.tasks import Task
from umbel.store.registry import open_store


def tasks_of(path: Path) -> tuple[Task, ...]:
    """All tasks of a store, newest first."""
    store = open_store(str(path), make=False)
    try:
        return store.list(EVERYTHING, limit=1_000).tasks
    finally:
        store.close()


@pytest.mark.parametrize("name", ["all.ndjson", "all.ndjson.gz"])
def test_out_and_in_again(run: Run, filled: Path, tmp_path: Path, name: str) -> None:
    """Every task, in its order; what was done is said; a second import changes nothing."""
    exported = run("export", "--store", str(filled), "-o", name)
    assert (exported.exit_code, exported.stderr) == (0, f"Exported 100 tasks to {name}\n")
    imported = run("import", name, "--store=new.db", "--keep-days=0")
    assert (imported.exit_code, imported.stderr) == (0, "Imported 100 tasks: 100 new, 0 changed, 0 known\n")
    assert tasks_of(tmp_path / "new.db") == tasks_of(filled)
    again = run("import", name, "--store=new.db")
    assert (again.exit_code, again.stderr) == (0, "Imported 100 tasks: 0 new, 0 changed, 100 known\n")


def test_through_a_pipe(run: Run, filled: Path, tmp_path: Path) -> None:
    """Standard output to standard input."""
    exported = run("export", "--store", str(filled), "--quiet")
    assert exported.stderr == ""
    assert run("import", "-", "--store=new.db", data=exported.stdout_bytes).exit_code == 0
    assert tasks_of(tmp_path / "new.db") == tasks_of(filled)


def test_a_search_as_csv(run: Run, filled: Path, tmp_path: Path) -> None:
    """The words are one search; the ending says the format."""
    assert run("export", "state:failure", "name:mail.send", "--store", str(filled), "-o", "some.csv.gz").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(gzip.decompress((tmp_path / "some.csv.gz").read_bytes()).decode())))
    wanted = [task for task in tasks_of(filled) if task.state == "FAILURE" and task.name == "mail.send"]
    assert [row["id"] for row in rows] == [task.id for task in reversed(wanted)]
    assert wanted


def test_between_two_times(run: Run, filled: Path) -> None:
    """--since is part of it, --until is not; a search with OR stays in its own brackets."""
    all_of = run("export", "--store", str(filled), "--since=2000-01-01", "--until=2099-01-01", "--format=csv")
    none = run("export", "state:success OR state:failure", "--store", str(filled), "--since=2099-01-01", "--format=csv")
    assert (all_of.stdout_bytes.count(b"\r\n"), none.stdout_bytes.count(b"\r\n")) == (101, 1)


def test_the_age_is_told(run: Run, filled: Path) -> None:
    """Who imports an old archive hears what retention will do."""
    run("export", "--store", str(filled), "-o", "all.ndjson")
    told = run("import", "all.ndjson", "--store=new.db").stderr
    assert "keep_days=30 deletes those that are older" in told
    assert "a server deletes those that were there before" in told


def test_bad_lines_are_told(run: Run, filled: Path) -> None:
    """By number; the others are imported; the exit code says that it is not all."""
    data = run("export", "--store", str(filled)).stdout_bytes.splitlines(keepends=True)
    data[1:1] = [b"{}\n"] * 25
    told = run("import", "-", "--store=new.db", data=b"".join(data))
    assert told.exit_code == 1
    assert told.stderr.count("is left out:") == 20
    assert "Line 2 is left out: " in told.stderr
    assert "100 new, 0 changed, 0 known; 25 lines left out" in told.stderr


def test_a_cut_off_archive_is_told(run: Run, filled: Path, tmp_path: Path) -> None:
    """Plain or packed, what is there is imported, and that it is not all is said."""
    run("export", "--store", str(filled), "-o", "all.ndjson.gz")
    whole = (tmp_path / "all.ndjson.gz").read_bytes()
    (tmp_path / "half.gz").write_bytes(whole[: len(whole) // 2])
    told = run("import", "half.gz", "--store=new.db")
    assert told.exit_code == 1
    assert "is cut off or damaged" in told.stderr
    assert "it was cut off" in told.stderr


def test_a_damaged_archive_is_told(run: Run, tmp_path: Path) -> None:
    """Packed bytes that the disk changed end the import in a sentence, with what is stored already."""
    path = tmp_path / "umbel.db"
    store = open_store(str(path))
    store.commit(arrivals(event for n in range(1_500) for event in a_task_that_succeeded(f"{n * 7919:x}", n)))
    store.close()
    lines = run("export", "--store", str(path)).stdout_bytes.splitlines(keepends=True)
    sound, header, no_block = gzip.compress(b"".join(lines[:1_101])), gzip.compress(b"")[:10], b"\x07" * 100
    (tmp_path / "bad.gz").write_bytes(sound + header + no_block)
    told = run("import", "bad.gz", "--store=new.db")
    assert (told.exit_code, told.exception.__class__) == (1, SystemExit), told.output
    assert "bad.gz is cut off or damaged: Error -3" in told.stderr
    assert "Imported 1,000 tasks: 1,000 new" in told.stderr
    assert "1,000 tasks" in run("db", "check", "--store=new.db").stdout


def test_hostile_names(run: Run, filled: Path) -> None:
    """A file's name is any text; so is a task's id."""
    store = open_store(str(filled))
    store.commit(arrivals(a_task_that_succeeded("../../etc/\u202epasswd\n=1")))
    store.close()
    for name in ("a b'\".ndjson", "--x.ndjson", "\N{SNOWMAN}.ndjson"):
        assert run("export", "--store", str(filled), f"--output={name}").exit_code == 0, name
        assert run("import", "--store=new.db", "--", name).exit_code == 0, name


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["export", "--store=none.db"], 1, "none.db: it is not there"),
        (["export", "--since=soon"], 2, "--since: 'soon' is not a time"),
        (["export", '--since="x'], 2, "is not a time"),
        (["export", "nofield:x"], 2, "there is no field 'nofield'"),
        (["export", "--format=xml"], 2, "'xml' is not one of"),
        (["export", "--server=localhost"], 2, "--server=localhost is no address"),
        (["export", "--server=http://127.0.0.1:1"], 1, "http://127.0.0.1:1 did not send the whole archive"),
        (["export", "--store=umbel.db", "-o", "umbel.db"], 2, "umbel.db exists; name another file"),
        (["export", "--store=umbel.db", "-o", "no/folder/x"], 1, "no/folder/x.part: No such file"),
        (["import"], 2, "Missing argument 'FILE'"),
        (["import", "none.ndjson", "--store=new.db"], 1, "none.ndjson: No such file"),
        (["import", ".", "--store=new.db"], 2, ". is a folder"),
        (["import", "umbel.db", "--store=new.db"], 1, "this is no archive of tasks"),
        (["import", "x", "--keep-days=soon"], 2, "--keep-days=soon is not usable"),
        (["import", "x", "--keep-days-by-state=7"], 2, "allowed is STATE=DAYS"),
        (["import", "x", "--store=mysql://u:hush@h/db"], 1, "No such file"),
    ],
)
def test_words_that_cannot_be_used(run: Run, filled: Path, words: list[str], code: int, says: str) -> None:
    """One line that says what is wrong; no traceback, no file left behind, no secret."""
    result = run(*words)
    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr
    assert "hush" not in result.stderr
    assert "Traceback" not in result.output
    assert not list(filled.parent.glob("*.part"))


def test_an_export_that_breaks_off_leaves_nothing(run: Run, filled: Path, tmp_path: Path) -> None:
    """A file that has its name is whole."""
    (tmp_path / "all.ndjson").mkdir()
    result = run("export", "--store", str(filled), "-o", "all.ndjson/")
    assert result.exit_code == 1
    assert list((tmp_path / "all.ndjson").iterdir()) == []


def test_into_a_named_pipe(run: Run, filled: Path, tmp_path: Path) -> None:
    """What is no file is written as it is."""
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    assert run("export", "--store", str(filled), "-o", "pipe").exit_code == 0
    reader.join()
    assert got[0].count(b"\n") == 102
