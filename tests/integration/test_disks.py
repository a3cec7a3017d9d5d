"""A disk that is full, read-only, locked or pulled away: ingest pauses, says why, and goes on by itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import celery
import pytest

from tests.store.support import arrivals
from tests.support.bodies import a_body, received, started, succeeded
from tests.support.disks import Disk, LimitedDisk, a_disk
from tests.support.events import a_task_that_succeeded
from tests.support.processes import ROOT, wait_until
from tests.support.scripted_receiver import ScriptedReceiver
from umbel.ingest.collector import Collector
from umbel.ingest.health import CollectorHealth
from umbel.model.search import EVERYTHING
from umbel.store import archiving
from umbel.store.protocols import Store, StoreBroken, StoreUnavailable
from umbel.store.registry import open_store

LONG = "x" * 900


class Rig:
    """A collector on a real store; ``give`` is its broker."""

    def __init__(self, store: Store, buffer_events: int) -> None:
        self.store = store
        self.receiver = ScriptedReceiver()
        app = celery.Celery("test", broker="memory://", set_as_current=False)
        self.collector = Collector(
            app,
            store,
            receiver=self.receiver,
            enable_events=False,
            batch_s=0.01,
            buffer_events=buffer_events,
            random=lambda: 0.1,
        )
        self.given = 0

    def give(self, tasks: int = 1) -> None:
        """Let tasks happen."""
        for n in range(self.given, self.given + tasks):
            task = {"uuid": f"task-{n}"}
            self.receiver.give(a_body(received(**task, args=LONG), started(**task), succeeded(**task)))
        self.given += tasks

    @property
    def health(self) -> CollectorHealth:
        """How the collector is."""
        return self.collector.health().collector

    def wait_until_stalled(self, reason: str) -> None:
        """Wait until it says that it is, and why."""
        wait_until(lambda: self.health.state == "stalled", "the collector is stalled", within_s=30)
        assert reason in (self.health.last_error or "")

    def wait_until_all_are_stored(self) -> None:
        """Wait until every task that happened is stored as it ended."""
        wait_until(lambda: self._succeeded() == self.given, f"all {self.given} tasks are stored", within_s=30)
        assert self.health.dropped == 0
        wait_until(lambda: self.health.state == "live", "the collector is live again")
        assert self.store.problems() == []

    def _succeeded(self) -> int:
        return sum(count.by_state.get("SUCCESS", 0) for count in self.store.counts())


@contextmanager
def a_rig(path: Path, buffer_events: int = 100_000) -> Iterator[Rig]:
    """Run a collector for the length of a block."""
    with closing(open_store(str(path))) as store:
        rig = Rig(store, buffer_events)
        rig.collector.start()
        try:
            rig.give(10)
            rig.wait_until_all_are_stored()
            yield rig
        finally:
            rig.collector.stop(2.0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 4 MB."""
    with a_disk(tmp_path / "disk") as mounted:
        yield mounted


def test_a_disk_that_fills_up_while_events_come(disk: Disk) -> None:
    """What comes is held and nothing is lost; when there is room again it is stored without anybody's help."""
    with a_rig(disk.folder / "umbel.db") as rig:
        disk.fill()
        rig.give(400)
        rig.wait_until_stalled(disk.full)
        assert rig.health.buffered > 0
        assert len(rig.store.list(EVERYTHING, limit=10).tasks) == 10, "what is stored can still be read"
        disk.make_room()
        rig.wait_until_all_are_stored()


def test_what_does_not_fit_in_memory_meanwhile_is_counted(disk: Disk) -> None:
    """The buffer is bounded; the ends of tasks are kept longest, and each drop is counted by its kind."""
    with a_rig(disk.folder / "umbel.db", buffer_events=1_000) as rig:
        disk.fill()
        rig.give(400)
        rig.wait_until_stalled(disk.full)
        rig.give(800)
        wait_until(lambda: rig.health.events == 3 * rig.given, "all was received")
        wait_until(lambda: rig.health.dropped > 0, "something was dropped")
        assert set(rig.health.dropped_by_type) <= {"task-started", "task-received", "task-succeeded"}
        assert rig.health.dropped_by_type.get("task-started", 0) >= rig.health.dropped_by_type.get("task-succeeded", 0)
        disk.make_room()
        wait_until(lambda: rig.health.state == "live", "the collector is live again", within_s=30)
        wait_until(lambda: rig.health.committed == rig.health.events - rig.health.dropped, "the rest is stored")
        assert rig.store.problems() == []


def test_a_disk_that_refuses_every_write_under_way(tmp_path: Path) -> None:
    """As when the kernel makes a faulty disk read-only under open files: it is said, and healed when writes succeed."""
    disk = LimitedDisk(tmp_path)  # a file system with open files cannot be remounted read-only
    with a_rig(tmp_path / "umbel.db") as rig:
        disk.fill()
        try:
            rig.give(20)
            rig.wait_until_stalled("umbel.db: the disk did not read or write")
        finally:
            disk.make_room()
        rig.wait_until_all_are_stored()


def test_a_file_that_is_moved_away_and_put_back(tmp_path: Path) -> None:
    """Nothing is written where nobody would find it; the reason says what to do, and doing it helps."""
    path = tmp_path / "umbel.db"
    with a_rig(path) as rig:
        path.rename(tmp_path / "elsewhere.db")
        rig.give(20)
        rig.wait_until_stalled("its file was deleted, moved or replaced while Umbel runs; put it back, or restart")
        (tmp_path / "elsewhere.db").rename(path)
        rig.wait_until_all_are_stored()


@pytest.mark.timeout(90)
def test_a_lock_of_another_process_for_ten_seconds(tmp_path: Path) -> None:
    """What comes meanwhile is stored afterwards."""
    path = tmp_path / "umbel.db"
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "print('held', flush=True); sys.stdin.read(); c.execute('ROLLBACK')"
    )
    with a_rig(path) as rig:
        command = [sys.executable, "-c", hold, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            release = threading.Timer(10.0, other.communicate)
            release.start()
            rig.give(50)
            rig.wait_until_stalled("another process holds its lock")
            release.join()
        rig.wait_until_all_are_stored()


def test_an_export_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    """A slow reader keeps no snapshot open, so that the write-ahead log is used again and does not grow."""
    path = tmp_path / "umbel.db"
    with closing(open_store(str(path))) as store:
        store.commit(arrivals([event for n in range(600) for event in a_task_that_succeeded(f"old-{n}", n)]))
        slow = archiving.export(store, EVERYTHING, "ndjson", version="test", now=0.0, limit=10)
        assert [next(slow).tasks for _ in range(3)] == [0, 10, 10]
        sizes = []
        for part in range(40):
            events = [event for n in range(1_000) for event in a_task_that_succeeded(f"{part}-{n}", n, args=LONG)]
            store.commit(arrivals(events))
            sizes.append(Path(f"{path}-wal").stat().st_size)
        assert max(sizes) < 64 * 1024 * 1024
        assert max(sizes[20:]) <= 2 * max(sizes[:20])
        assert sum(chunk.tasks for chunk in slow) == 580


def test_a_store_on_a_full_disk(disk: Disk) -> None:
    """A new one cannot be made, and it is said why; one that is there opens, and can be read."""
    with closing(open_store(str(disk.folder / "old.db"))) as store:
        store.commit(arrivals(a_task_that_succeeded()))
    disk.fill()
    with pytest.raises((StoreUnavailable, StoreBroken), match=f"new.db: {disk.full}"):
        open_store(str(disk.folder / "new.db"))
    disk.make_room()
    (disk.folder / "new.db").unlink(missing_ok=True)
    open_store(str(disk.folder / "new.db")).close()


def test_a_server_on_a_disk_that_it_cannot_write(disk: Disk) -> None:
    """One clear line, and exit code 1: full, or read-only with and without a store on it."""
    disk.fill()
    assert f"new.db: {disk.full}" in _start(disk.folder / "new.db")
    disk.make_room()
    (disk.folder / "new.db").unlink(missing_ok=True)
    open_store(str(disk.folder / "old.db")).close()
    disk.remount("ro")
    for path in (disk.folder / "old.db", disk.folder / "new.db", disk.folder / "folder" / "new.db"):
        said = _start(path)
        assert f"{path}: " in said, said
        assert "permission" in said or "Read-only" in said or "can be written" in said, said
    disk.remount("rw")
    with closing(sqlite3.connect(disk.folder / "old.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _start(store: Path) -> str:
    """Start a server that cannot start; return its one line."""
    command = [sys.executable, "-m", "umbel.cli.main", "--broker=memory://", f"--store={store}", "--port=0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=ROOT)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]
