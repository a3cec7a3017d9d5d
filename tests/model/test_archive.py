"""The archive format: what was written is read again, what is no task is told, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from random import Random
from typing import Any

import pytest

from tests.store.support import a_stream, records
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.archive import (
    COLUMNS,
    BadLine,
    NotAnArchive,
    csv_head,
    csv_lines,
    end_line,
    header_line,
    json_line,
    read_end,
    read_header,
    read_line,
)
from umbel.model.fold import fold_all
from umbel.model.tasks import Task

ODD = "=1+1;\N{SNOWMAN}\r\n\"quoted\",'single'\t\u202e\u2028\x01"


def a_task(**fields: Any) -> Task:
    """A task that succeeded."""
    return fold_all(a_task_that_succeeded("task-1", 0, **fields))


def a_line(**changes: Any) -> bytes:
    """The line of a task with these fields set otherwise."""
    told = json.loads(json_line(a_task(), T0))
    return json.dumps({**told, **changes}).encode()


@pytest.mark.parametrize("seed", range(5))
def test_a_line_gives_back_its_task(seed: int) -> None:
    """Every kind of task, to the last mark and microsecond."""
    for task in records(a_stream(Random(seed), 80)).values():
        assert read_line(json_line(task, T0 + 0.123456)) == (task, T0 + 0.123456)


def test_hostile_texts_come_back_as_they_were() -> None:
    """Ids and names are whatever somebody called them."""
    task = fold_all([received(0, uuid=ODD, name=ODD, args=ODD), an_event("failed", 1, uuid=ODD, exception=ODD)])
    line = json_line(task, T0)
    assert line.count(b"\n") == 1
    assert read_line(line)[0] == task


def test_a_line_is_readable() -> None:
    """Who reads it with another tool finds the fields by their names, and instants that every tool knows."""
    told = json.loads(json_line(a_task(name="send"), T0))
    assert list(told)[: len(COLUMNS)] == list(COLUMNS)
    assert (told["name"], told["state"], told["received_at"][-1]) == ("send", "SUCCESS", "Z")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": "a"}',
        b"[" * 100_000,
        a_line(id=""),
        a_line(id="x" * 513),
        a_line(id="nul\0"),
        a_line(marks=[]),
        a_line(marks=[{"t": 1e300, "k": 1, "w": "x"}]),
        a_line(marks=[{"t": T0, "k": 99, "w": "x"}]),
        a_line(marks=[{"t": T0, "k": 1, "w": "x", "p": 2**70}]),
        a_line(marks=[{"t": T0, "k": 1, "w": "x", "n": "y" * 20_000}]),
        a_line(marks=[{"t": T0 + n, "k": 1, "w": "x"} for n in range(1_001)]),
        a_line(arrived_at=-5),
        a_line(arrived_at=None),
        a_line(args=7),
        a_line(result="nul\0"),
        a_line(progress={"key": [T0, 9, "x", 1, 1, "y"], "fields": {"deep": [{"nul\0": 1}]}}),
        b'{"id": "\\ud800", "arrived_at": 1e9, "marks": [{"t":1e9,"k":1,"w":"x"}]}',
    ],
)
def test_what_is_no_task_is_told(line: bytes) -> None:
    """A reason, and never another error."""
    with pytest.raises(BadLine):
        read_line(line)


def test_marks_in_any_order_and_twice_are_the_same_task() -> None:
    """A line that somebody sorted or joined by hand is read as the set that it is."""
    task = a_task()
    told = json.loads(json_line(task, T0))
    told["marks"] = [*reversed(told["marks"]), *told["marks"]]
    assert read_line(json.dumps(told).encode())[0] == task


def test_the_first_line() -> None:
    """It names format and version, and what was asked for."""
    header = read_header(header_line(version="0.1", now=T0, search="state:failure"))
    assert (header.format, header.version, header.umbel, header.search) == ("umbel.tasks", 1, "0.1", "state:failure")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"id,name,state\r\n", "no archive of tasks"),
        (b'{"format": "other", "version": 1}', "its format is 'other'"),
        (b'{"format": "umbel.tasks", "version": 2}', "version 2, and this Umbel reads version 1"),
        (b"\x1f\x8b\x08", "no archive of tasks"),
    ],
)
def test_another_file(line: bytes, says: str) -> None:
    """A file of another kind, or of a newer Umbel, is refused in words."""
    with pytest.raises(NotAnArchive, match=says):
        read_header(line)


def test_the_last_line() -> None:
    """It counts; a task that is called so is no last line."""
    assert read_end(end_line(12)) == 12
    assert read_end(json_line(fold_all([received(0, uuid="end")]), T0)) is None
    assert read_end(b'{"end": "x"}') is None
    assert read_end(b'{"end": 1, "id": "x"}') is None


def test_csv_has_its_columns() -> None:
    """What any spreadsheet reads, with instants in UTC and nothing where nothing is known."""
    text = (csv_head() + csv_lines([a_task(name='say "hi", you')])).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert tuple(row) == COLUMNS
    assert (row["name"], row["state"], row["runtime_s"], row["queue"]) == ('say "hi", you', "SUCCESS", "2.1", "")
    assert row["received_at"].endswith("Z")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_no_cell_is_a_formula(start: str) -> None:
    """What a spreadsheet would run is text, in every column that somebody else can fill."""
    hostile = f"{start}cmd|' /C calc'!A0"
    sent = an_event(
        "sent", 0, uuid=hostile, name=hostile, queue=hostile, hostname=hostile, root_id=hostile, parent_id=hostile
    )
    failed = an_event("failed", 2, uuid=hostile, hostname=hostile, exception=hostile, pid=1)
    got = received(1, uuid=hostile, name=hostile, hostname=hostile, args=hostile, kwargs=hostile, root_id=hostile)
    text = csv_lines([fold_all([sent, got, failed])]).decode()
    cells = next(csv.reader(io.StringIO(text)))
    assert sum(hostile in cell for cell in cells) >= 6
    assert not [cell for cell in cells if cell.startswith(start)]
