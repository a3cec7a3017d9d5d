"""Archives out of a store and into one: nothing twice, nothing lost but what is told."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from tests.store.support import a_stream, all_ids, arrivals, in_batches, pages, records, search
from tests.support.events import T0, a_task_that_succeeded
from umbel.model.archive import NotAnArchive
from umbel.model.fold import merge
from umbel.model.search import EVERYTHING, Query
from umbel.store import archiving
from umbel.store.archiving import Format, Imported, Importer
from umbel.store.protocols import Archived, Restored, Store, StoreUnavailable
from umbel.store.registry import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with tasks of every kind."""
    opened = open_store(str(tmp_path / "umbel.db"))
    random = Random(11)
    for n, batch in enumerate(in_batches(random, a_stream(random, 150))):
        opened.commit(arrivals(batch, at=n))
    yield opened
    opened.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """A second store."""
    opened = open_store(str(tmp_path / "empty.db"))
    yield opened
    opened.close()


def exported(store: Store, query: Query = EVERYTHING, form: Format = "ndjson", limit: int = 40) -> bytes:
    """The whole archive."""
    return b"".join(chunk.data for chunk in archiving.export(store, query, form, version="test", now=T0, limit=limit))


def imported(store: Store, data: bytes, bad: list[tuple[int, str]] | None = None) -> Imported:
    """Import without a pause."""
    told: list[tuple[int, str]] = [] if bad is None else bad
    importer = Importer(store, tell_bad=lambda number, reason: told.append((number, reason)), sleep=lambda _s: None)
    return importer.run(io.BytesIO(data))


def everything(store: Store) -> list[object]:
    """All that a store says of its tasks."""
    found = [task for page in pages(store, EVERYTHING, 500) for task in page.tasks]
    return [found, sorted(store.counts(), key=repr), [one.arrived_at for one in store.archive(EVERYTHING).tasks]]


def test_a_round_trip(store: Store, empty: Store) -> None:
    """Export, import into an empty store: equal lists, counts, records and ages; and again: nothing changes."""
    data = exported(store)
    tasks = len(store.list(EVERYTHING, limit=1_000).tasks)
    assert imported(empty, data) == Imported(new=tasks, expected=tasks)
    assert everything(empty) == everything(store)
    assert imported(empty, data) == Imported(same=tasks, expected=tasks)
    assert everything(empty) == everything(store)
    assert exported(empty) == data


def test_a_search_is_exported(store: Store, empty: Store) -> None:
    """What the list finds is what the archive holds, and its first line says what was asked for."""
    query = search("state:failure")
    data = exported(store, query)
    imported(empty, data)
    assert all_ids(pages(empty, EVERYTHING, 50)) == all_ids(pages(store, query, 50))
    assert json.loads(data.splitlines()[0])["search"] == "state:failure"


def test_what_comes_while_it_runs_is_left_out(store: Store) -> None:
    """An export ends, however fast tasks come; what changes meanwhile is as it is when its page is read."""
    chunks = archiving.export(store, EVERYTHING, "ndjson", version="test", now=T0, limit=10)
    next(chunks)
    store.commit(arrivals(a_task_that_succeeded("later")))
    assert b'"later"' not in b"".join(chunk.data for chunk in chunks)


def test_csv_has_a_line_a_task(store: Store) -> None:
    """A head, and as many records as tasks."""
    rows = list(csv.DictReader(io.StringIO(exported(store, form="csv").decode())))
    assert [row["id"] for row in rows] == all_ids(pages(store, EVERYTHING, 500, descending=False))


def test_bad_lines_are_told_and_nothing_else_is_lost(store: Store, empty: Store) -> None:
    """Each with its number and why; the rest is stored."""
    lines = exported(store).splitlines(keepends=True)
    lines[3:3] = [b"not json\n", b'{"id": "x"}\n', b"\n", b"\xff\n"]
    bad: list[tuple[int, str]] = []
    done = imported(empty, b"".join(lines), bad)
    assert [number for number, _ in bad] == [4, 5, 7]
    assert all(reason for _, reason in bad)
    assert (done.bad, done.is_whole) == (3, True)
    assert everything(empty) == everything(store)


def test_an_archive_that_was_cut_off_is_noticed(store: Store, empty: Store) -> None:
    """What is there is stored; that the end is missing is said."""
    data = exported(store)
    assert not imported(empty, data[: len(data) // 2]).is_whole
    lines = data.splitlines(keepends=True)
    assert not imported(empty, b"".join([*lines[:5], *lines[9:]])).is_whole
    assert imported(empty, data).is_whole


def test_a_line_without_end_is_left_out(empty: Store, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """A file that is one endless line takes no more memory than a line may have."""
    monkeypatch.setattr("umbel.model.archive.MAX_LINE_BYTES", 10_000)
    lines = exported(store).splitlines(keepends=True)
    bad: list[tuple[int, str]] = []
    imported(empty, b"".join([*lines[:2], b"x" * 35_000, b"\n", *lines[2:]]), bad)
    assert [number for number, _ in bad] == [3]
    assert everything(empty) == everything(store)


@pytest.mark.parametrize("data", [b"", b"id,name\r\n", b"\0\0"])
def test_another_file_changes_nothing(empty: Store, data: bytes) -> None:
    """It is refused before anything is stored."""
    with pytest.raises(NotAnArchive):
        imported(empty, data)
    assert empty.newest_place() == 0


def test_an_import_beside_live_events(store: Store, tmp_path: Path) -> None:
    """A server collects into the same file meanwhile, the same tasks among others: neither loses anything."""
    data = exported(store)
    path = str(tmp_path / "shared.db")
    live, archive = open_store(path), open_store(path)
    importer = Importer(archive, sleep=lambda _s: None)
    thread = threading.Thread(target=importer.run, args=(io.BytesIO(data),))
    random = Random(12)
    events = a_stream(random, 150)
    thread.start()
    for batch in in_batches(random, events):
        live.commit(arrivals([*batch, *a_task_that_succeeded(f"live-{random.random()}")]))
    thread.join()
    stored = {task.id: task for page in pages(live, EVERYTHING, 500) for task in page.tasks}
    both = {task.id: task for page in pages(store, EVERYTHING, 500) for task in page.tasks}
    for task_id, task in records(events).items():
        assert stored[task_id] == (merge(task, both[task_id]) if task_id in both else task)
    assert set(both) <= set(stored)
    assert live.problems() == []
    live.close()
    archive.close()


class Moody:
    """A store that is away for a while, and that cannot keep some tasks at all."""

    def __init__(self, store: Store, away: int, hates: str) -> None:
        self._store = store
        self._away = away
        self._hates = hates

    def restore(self, tasks: Sequence[Archived]) -> Restored:
        """Refuse."""
        if self._away:
            self._away -= 1
            raise StoreUnavailable("away")
        if any(one.task.id == self._hates for one in tasks):
            raise OverflowError(self._hates)
        return self._store.restore(tasks)

    def __getattr__(self, name: str) -> object:
        """Everything else is the store's."""
        return getattr(self._store, name)


def test_a_store_that_is_away_is_waited_for(store: Store, empty: Store) -> None:
    """Locked or full for a while: the batch is tried again; a task that cannot be kept is left out alone."""
    bad: list[tuple[int, str]] = []
    hated = store.archive(EVERYTHING).tasks[7].task.id
    moody: Store = Moody(empty, 3, hated)  # type: ignore[assignment]  # the rest is passed on
    done = imported(moody, exported(store), bad)
    assert (done.bad, [number for number, _ in bad]) == (1, [9])
    assert empty.task(hated) is None
    assert done.new == len(empty.list(EVERYTHING, limit=1_000).tasks)


def test_a_store_that_stays_away_ends_it(store: Store, empty: Store) -> None:
    """After a while it is given up; what was stored stays, and the same import goes on from there."""
    seconds = iter(range(10**6))
    moody: Store = Moody(empty, 10**6, "")  # type: ignore[assignment]  # the rest is passed on
    importer = Importer(moody, sleep=lambda _s: None, elapsed=lambda: float(next(seconds)))
    with pytest.raises(StoreUnavailable):
        importer.run(io.BytesIO(exported(store)))
