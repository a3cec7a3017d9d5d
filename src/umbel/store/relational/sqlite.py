"""The SQLite store: one file, one writer, a few readers.

Limits: one process should collect into a file at a time (a second one waits for the lock); the file must be on a local
disk, because WAL needs shared memory; text search reads every task it looks at, newest first, within its time.
What survives a crash and what a power loss is said in ``engine``.
"""

from __future__ import annotations

import builtins
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, func, literal_column, select

from umbel.model.gaps import Gap, GapKind
from umbel.model.metrics import By, Series, Totals
from umbel.model.rollups import Period
from umbel.model.search import Query
from umbel.model.tasks import Task
from umbel.model.workers import Worker
from umbel.store.protocols import (
    Archived,
    ArchivePage,
    Arrival,
    Commit,
    Deleted,
    JournalBatch,
    JournalSpan,
    NameCount,
    Places,
    Pruned,
    Restored,
    Retention,
    Sort,
    StoreBroken,
    StoreUnavailable,
    TaskList,
    TaskType,
)
from umbel.store.relational import (
    archive,
    care,
    counters,
    gaps as gap_rows,
    journal,
    lists,
    rollup_reads,
    sightings,
    task_types,
)
from umbel.store.relational.access import Access
from umbel.store.relational.audit import RelationalAudit
from umbel.store.relational.commit import Writer
from umbel.store.relational.engine import prepare, reader_engine, writer_engine
from umbel.store.relational.errors import translated
from umbel.store.relational.failure_reads import RelationalFailures
from umbel.store.relational.families import RelationalFamilies
from umbel.store.relational.heard import RelationalHeard
from umbel.store.relational.inspection import InspectionRows
from umbel.store.relational.migrate import migrate, must_be_current, must_be_ours
from umbel.store.relational.plan import NOT_SUCCESS
from umbel.store.relational.queues import RelationalQueues
from umbel.store.relational.reader import OutOfTime, Reader, reading
from umbel.store.relational.rows import RECORD_COLUMNS
from umbel.store.relational.saved_views import RelationalViews
from umbel.store.relational.schedules import ScheduleRows
from umbel.store.relational.summaries import RelationalSummaries
from umbel.store.relational.tables import task, term

READ_LIMIT_S: Final = 1.0
IDS_AT_MOST: Final = 1_000
_FILES: Final = ("", "-wal", "-shm")


class SqliteStore:
    """The store of one file. Makes the file, and migrates it, when it is opened."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
        read_limit_s: float = READ_LIMIT_S,
        synchronous: str = "NORMAL",
        make: bool = True,
    ) -> None:
        """Open ``path``. ``clock`` stamps commits, ``elapsed`` measures how long a read takes (both in seconds).

        Without ``make`` it has to be there, with the newest schema.

        Raises StoreBroken and StoreUnavailable.
        """
        self._path = path
        self._elapsed = elapsed
        self._read_limit_s = read_limit_s
        self._lock = threading.Lock()
        self._is_closed = False
        self._writing = writer_engine(path)
        self._reading = reader_engine(path)
        with self._errors():
            _make_directory(path) if make else _must_exist(path)
            self._connection = self._writing.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                (must_be_ours if make else must_be_current)(self._connection, self.masked_url)
                prepare(self._connection, synchronous)
                if make:
                    migrate(self._connection, self.masked_url)
            except BaseException:
                self._connection.close()
                raise
        self._identity = _identity(path)
        self._writer = Writer(self._connection, clock, elapsed)
        self._access = Access(self._writes, self._reads)
        self.queues = RelationalQueues(self._access)
        self.inspection = InspectionRows(self._access)
        self.audit = RelationalAudit(self._access)
        self.schedules = ScheduleRows(self._access)
        self.failures = RelationalFailures(self._access)
        self.heard = RelationalHeard(self._access)
        self.summaries = RelationalSummaries(self._access)
        self.families = RelationalFamilies(self._access)
        self.saved_views = RelationalViews(self._access)

    @property
    def masked_url(self) -> str:
        """The store's URL; a file has no password."""
        return f"sqlite:///{self._path}"

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._reading.dispose()
            self._connection.close()
            self._writing.dispose()

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """See ``TaskWriter.commit``."""
        with self._writes():
            return self._writer.commit(arrivals)

    def prune(self, retention: Retention, now: float) -> Pruned:
        """See ``TaskWriter.prune``."""
        with self._writes():
            return self._writer.prune(retention, now)

    def restore(self, tasks: Sequence[Archived]) -> Restored:
        """See ``TaskArchive.restore``."""
        with self._writes():
            return self._writer.restore(tasks)

    def delete(self, places: Sequence[int]) -> Deleted:
        """See ``TaskArchive.delete``."""
        with self._writes():
            return self._writer.delete(places)

    def describe(self, types: Sequence[TaskType]) -> None:
        """See ``TaskWriter.describe``."""
        with self._writes():
            task_types.write(self._connection, types)

    def task(self, task_id: str) -> Task | None:
        """See ``TaskReader.task``."""
        return next(iter(self.tasks_by_id([task_id])), None)

    def tasks_by_id(self, task_ids: Sequence[str]) -> list[Task]:
        """See ``TaskReader.tasks_by_id``."""
        if len(task_ids) > IDS_AT_MOST:
            raise ValueError(f"{len(task_ids)} ids; at most {IDS_AT_MOST} are looked up at once")
        with self._reads() as reader:
            return lists.records(reader, select(*RECORD_COLUMNS).where(task.c.task_id.in_(task_ids)))

    def children(self, task_id: str, limit: int = 100) -> list[Task]:
        """See ``TaskReader.children``."""
        found = select(*RECORD_COLUMNS).where(task.c.parent_id == task_id, task.c.task_id != task_id)
        with self._reads() as reader:
            return lists.records(reader, found.order_by(task.c.id).limit(limit))

    def list(
        self,
        query: Query,
        *,
        sort: Sort = Sort.ARRIVED,
        descending: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> TaskList:
        """See ``TaskReader.list``."""
        with self._reads() as reader:
            return lists.list_tasks(reader, query, sort=sort, descending=descending, limit=limit, cursor=cursor)

    def newest_place(self) -> int:
        """See ``TaskArchive.newest_place``."""
        with self._reads() as reader:
            return reader.ends(task.c.id)[1] or 0

    def archive(self, query: Query, *, after: int = 0, until: int | None = None, limit: int = 500) -> ArchivePage:
        """See ``TaskArchive.archive``."""
        with self._reads() as reader:
            return archive.page(reader, query, after, until, limit)

    def places(self, query: Query, *, after: int = 0, until: int | None = None, limit: int = 10_000) -> Places:
        """See ``TaskArchive.places``."""
        with self._reads() as reader:
            return archive.places(reader, query, after, until, limit)

    def counts(self) -> builtins.list[NameCount]:
        """See ``TaskReader.counts``."""
        with self._reads() as reader:
            return counters.by_name(reader)

    def task_types(self) -> dict[str, TaskType]:
        """See ``TaskReader.task_types``."""
        with self._reads() as reader:
            return task_types.read_all(reader)

    def journal(self, after: int, limit: int = 100) -> builtins.list[JournalBatch]:
        """See ``TaskReader.journal``."""
        with self._reads() as reader:
            return journal.after(reader, after, limit)

    def journal_span(self) -> JournalSpan:
        """See ``TaskReader.journal_span``."""
        with self._reads() as reader:
            return journal.span(reader)

    def size_bytes(self) -> int | None:
        """See ``TaskReader.size_bytes``: the file and what waits beside it."""
        files = (Path(f"{self._path}{ending}") for ending in _FILES)
        return sum(file.stat().st_size for file in files if file.exists())

    def series(  # the contract's
        self,
        by: By,
        since: float,
        until: float,
        *,
        keys: Sequence[str] | None = None,
        top: int = 10,
        step_s: int | None = None,
    ) -> Series:
        """See ``MetricsReader.series``."""
        with self._reads() as reader:
            return rollup_reads.series(reader, by, since, until, top if keys is None else keys, step_s)

    def totals(
        self,
        by: By,
        since: float,
        until: float,
        *,
        keys: Sequence[str] | None = None,
        spreads: int = rollup_reads.SUMS_AT_MOST,
    ) -> Totals:
        """See ``MetricsReader.totals``."""
        with self._reads() as reader:
            return rollup_reads.totals(reader, by, since, until, keys, spreads)

    def counts_too_old(self) -> dict[Period, int]:
        """See ``MetricsReader.counts_too_old``."""
        with self._reads() as reader:
            return rollup_reads.counts_too_old(reader)

    def keep_gaps(self, gaps: Sequence[Gap]) -> None:
        """See ``GapStore.keep_gaps``."""
        with self._writes():
            gap_rows.keep(self._connection, gaps)

    def gaps(  # the contract's
        self,
        since: float,
        until: float,
        limit: int = gap_rows.GAPS_AT_MOST,
        *,
        kinds: Collection[GapKind] = tuple(GapKind),
        workers: Collection[str] | None = None,
    ) -> builtins.list[Gap]:
        """See ``GapStore.gaps``."""
        with self._reads() as reader:
            return gap_rows.overlapping(reader, since, until, min(limit, gap_rows.GAPS_AT_MOST), kinds, workers)

    def note_seen(self, at: float) -> None:
        """See ``GapStore.note_seen``."""
        with self._writes():
            gap_rows.note_seen(self._connection, at)

    def last_seen(self) -> float | None:
        """See ``GapStore.last_seen``."""
        with self._reads() as reader:
            return gap_rows.last_seen(reader)

    def workers(self) -> builtins.list[Worker]:
        """See ``WorkerStore.workers``."""
        with self._reads() as reader:
            return sightings.read_all(reader)

    def running_by_worker(self) -> dict[str, int]:
        """See ``WorkerStore.running_by_worker``."""
        running = (
            select(task.c.worker_id, func.count().label("tasks"))
            .where(task.c.state == "STARTED", NOT_SUCCESS)
            .group_by(literal_column("+task.worker_id"))
            .subquery()
        )
        named = select(term.c.text, running.c.tasks).join(running, running.c.worker_id == term.c.id)
        with self._reads() as reader:
            return dict(map(tuple, reader.ask(named)))

    def problems(self) -> Sequence[str]:
        """See ``StoreCare.problems``."""
        self._must_be_open()
        self._must_be_there()
        with self._errors(), self._reading.connect() as connection:
            return care.problems(connection)

    @contextmanager
    def _writes(self) -> Iterator[Connection]:
        with self._lock, self._errors():
            self._must_be_open()
            self._must_be_there()
            yield self._connection

    @contextmanager
    def _reads(self) -> Iterator[Reader]:
        self._must_be_open()
        with self._errors():
            try:
                with reading(self._reading, self._elapsed, self._read_limit_s) as reader:
                    yield reader
            except OutOfTime as error:
                raise error.__cause__ or error from None

    def _must_be_open(self) -> None:
        if self._is_closed:
            raise StoreBroken(f"store {self.masked_url}: it was closed")

    def _must_be_there(self) -> None:
        """SQLite writes on into a file that has no name any more, and all of it is gone when it is closed."""
        if _identity(self._path) != self._identity:
            raise StoreUnavailable(
                f"store {self.masked_url}: its file was deleted, moved or replaced while Umbel runs; put it back, "
                "or restart Umbel, which then begins a new one"
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with translated(self.masked_url):
            yield


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands at ``path``, ``None`` where none does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def stored_schema(path: Path) -> str | None:
    """Return the schema of the store at ``path``, ``None`` where none is there; changes nothing. Raises StoreError."""
    if not path.exists():
        return None
    url = f"sqlite:///{path}"
    with translated(url), closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
        if not rows:
            return None
        schema: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return schema


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise StoreBroken(f"store sqlite:///{path}: it is not there")


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreBroken(f"store sqlite:///{path}: its directory cannot be made ({error.strerror})") from error
