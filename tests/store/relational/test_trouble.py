"""What goes wrong outside loses nothing: the same call succeeds later."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from random import Random

import pytest

from tests.store.support import a_stream, arrivals, in_batches, records
from tests.support.events import a_task_that_succeeded, received
from umbel.model.search import EVERYTHING
from umbel.store.protocols import StoreUnavailable
from umbel.store.relational import counters
from umbel.store.relational.sqlite import SqliteStore


def test_a_full_disk_loses_nothing(sqlite: SqliteStore) -> None:
    """A commit that found no room has written nothing, and succeeds when there is room again."""
    random = Random(3)
    events = a_stream(random, 60)
    sqlite.commit(arrivals(events[:20]))
    pages = sqlite._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    sqlite._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    large = [*events, *a_task_that_succeeded("large", args="x" * 200_000, name="a new name", hostname="new@x")]
    before = sqlite.list(EVERYTHING, limit=1_000)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="disk is full"):
            sqlite.commit(arrivals(large))
    assert sqlite.list(EVERYTHING, limit=1_000) == before
    sqlite._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert sqlite.commit(arrivals(large)).seq == 2
    assert {task.id: task for task in sqlite.list(EVERYTHING, limit=1_000).tasks} == records(large)
    assert sqlite.problems() == []


def test_a_lock_of_another_process_is_waited_for(sqlite: SqliteStore, tmp_path: Path) -> None:
    """Who does not get the lock in time may try again."""
    sqlite._connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "umbel.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="another process holds its lock"):
        sqlite.commit(arrivals([received()]))
    other.execute("ROLLBACK")
    other.close()
    assert sqlite.commit(arrivals([received()])).tasks == 1


def test_readers_go_on_while_a_batch_is_committed(sqlite: SqliteStore) -> None:
    """Every page is of one moment: its counts, its tasks and its position belong together, and none is torn."""
    random = Random(5)
    batches = in_batches(random, a_stream(random, 300))
    is_over = threading.Event()
    wrong: list[str] = []

    def read() -> None:
        last = 0
        while not is_over.is_set():
            page = sqlite.list(EVERYTHING, limit=1_000)
            if page.count != len(page.tasks):
                wrong.append(f"{page.count} counted, {len(page.tasks)} listed")
            if page.seq < last:
                wrong.append(f"position {page.seq} after {last}")
            last = page.seq

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for batch in batches:
        sqlite.commit(arrivals(batch))
    is_over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert sqlite.problems() == []
    counted = sqlite._connection.exec_driver_sql("SELECT nullif(name_id, 0), state, n FROM task_count WHERE n > 0")
    assert {(name, state): n for name, state, n in counted} == dict(counters.recount(sqlite._connection))


def test_a_commit_that_fails_inside_leaves_nothing_half_done(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever raises inside the transaction, rows, counts and terms of the batch are gone, and a retry is whole."""
    sqlite.commit(arrivals(a_task_that_succeeded("before")))
    with monkeypatch.context() as patch:
        patch.setattr("umbel.store.relational.journal.write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sqlite.commit(arrivals(a_task_that_succeeded("a", name="new", hostname="new@x")))
    assert sqlite.task("a") is None
    assert [one.name for one in sqlite.counts()] == ["send_customer_sms"]
    sqlite.commit(arrivals(a_task_that_succeeded("a", name="new", hostname="new@x")))
    assert {one.name: one.by_state for one in sqlite.counts()} == {
        "send_customer_sms": {"SUCCESS": 1},
        "new": {"SUCCESS": 1},
    }


def test_an_event_that_cannot_be_kept_is_no_fault_of_the_store(sqlite: SqliteStore) -> None:
    """The error is no StoreError, so that the caller leaves the event out; the rest of the batch is not stored."""
    good = a_task_that_succeeded("good")
    for bad in (received(name="\udc80"), received(retries=2**70), received(args="\ud800")):
        with pytest.raises((UnicodeError, OverflowError)):
            sqlite.commit(arrivals([*good, bad]))
        assert sqlite.task("good") is None
    assert sqlite.commit(arrivals(good)).tasks == 1


def test_what_is_deleted_is_deleted_though_no_page_is_given_back(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Making the file smaller may fail for its own reasons: that is logged, once, and no failure of the deleting."""

    def fail(_connection: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("umbel.store.relational.commit.give_back", fail)
    for name in ("a", "b"):
        sqlite.commit(arrivals(a_task_that_succeeded(name)))
        assert sqlite.delete(sqlite.places(EVERYTHING).places).tasks == 1
    assert [record.getMessage() for record in caplog.records if record.name == "umbel.store"] == [
        "Free pages of the store were not given back, and are used again: database is locked"
    ]
    assert sqlite.problems() == []
