"""Archives out of a store and into one, in constant memory: the one way for the command line and the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from umbel.model import archive
from umbel.model.archive import BadLine, NotAnArchive
from umbel.model.search import Query
from umbel.store.protocols import Archived, Restored, StoreError, StoreUnavailable, TaskArchive

Format = Literal["ndjson", "csv"]

TASKS_A_PAGE: Final = 200
"""A task may hold two tracebacks of 64 kB: a page of the longest ones still fits into 30 MB."""
TASKS_A_BATCH: Final = 500
BATCH_BYTES: Final = 8 * 1024 * 1024
PATIENCE_S: Final = 60.0
"""How long an import waits for a store that does not take a batch (locked, disk full)."""


class Chunk(Struct, frozen=True):
    """Some lines of an archive, and how many tasks they hold."""

    data: bytes
    tasks: int


def export(
    store: TaskArchive, query: Query, form: Format, *, version: str, now: float, limit: int = TASKS_A_PAGE
) -> Iterator[Chunk]:
    """Yield an archive of the tasks that match and are stored when it begins, oldest first.

    A chunk is a page; one without tasks tells that the search goes on. Each page is read when it is asked for, in a
    snapshot of its own. Raises StoreError in between.
    """
    until = store.newest_place()
    is_json = form == "ndjson"
    yield Chunk(archive.header_line(version=version, now=now, search=query.text) if is_json else archive.csv_head(), 0)
    after: int | None = 0
    tasks = 0
    while after is not None:
        page = store.archive(query, after=after, until=until, limit=limit)
        tasks += len(page.tasks)
        yield Chunk(_lines(page.tasks, is_json=is_json), len(page.tasks))
        after = page.next
    if is_json:
        yield Chunk(archive.end_line(tasks), 0)


def _lines(tasks: Iterable[Archived], *, is_json: bool) -> bytes:
    if is_json:
        return b"".join(archive.json_line(one.task, one.arrived_at) for one in tasks)
    return archive.csv_lines(one.task for one in tasks)


class Imported(Struct, frozen=True, kw_only=True):
    """What an import did so far. ``bad`` lines were left out; ``expected`` is what the last line promised."""

    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    expected: int | None = None

    @property
    def tasks(self) -> int:
        """How many tasks were read."""
        return self.new + self.changed + self.same

    @property
    def is_whole(self) -> bool:
        """Whether the last line was there, and promised no more than came."""
        return self.expected is not None and self.expected <= self.tasks + self.bad


class Line(Protocol):
    """A file of bytes, a line at a time."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return the next line, at most ``size`` bytes of it; empty at the end."""


class Importer:
    """Joins an archive with a store, a batch a transaction. What was stored stays stored, whatever follows.

    ``tell_bad`` is told of bad lines, by number and reason; ``tell`` of the state after each batch.
    """

    def __init__(
        self,
        store: TaskArchive,
        *,
        tell: Callable[[Imported], None] = lambda _done: None,
        tell_bad: Callable[[int, str], None] = lambda _number, _reason: None,
        sleep: Callable[[float], None] = time.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._tell = tell
        self._tell_bad = tell_bad
        self._sleep = sleep
        self._elapsed = elapsed
        self.done = Imported()

    def run(self, file: Line) -> Imported:
        """Import a JSON archive. Raises NotAnArchive, and StoreError where the store takes no more."""
        header = file.readline(archive.MAX_LINE_BYTES)
        if not header:
            raise NotAnArchive("this is no archive of tasks: it is empty")
        archive.read_header(header)
        batch: list[tuple[int, Archived]] = []
        size = 0
        for number, line in _numbered(file):
            task = self._task(number, line)
            if task is None:
                continue
            batch.append((number, task))
            size += len(line)
            if len(batch) >= TASKS_A_BATCH or size >= BATCH_BYTES:
                self._restore(batch)
                batch, size = [], 0
        self._restore(batch)
        return self.done

    def _task(self, number: int, line: bytes) -> Archived | None:
        """Return the task of a line, ``None`` where it holds none."""
        if not line.strip():
            return None
        if len(line) >= archive.MAX_LINE_BYTES:
            self._leave_out(number, f"it is longer than {archive.MAX_LINE_BYTES >> 20} MiB")
            return None
        expected = archive.read_end(line)
        if expected is not None:
            self.done = replace(self.done, expected=expected)
            return None
        try:
            task, arrived_at = archive.read_line(line)
        except BadLine as error:
            self._leave_out(number, str(error))
            return None
        return Archived(task=task, arrived_at=arrived_at)

    def _leave_out(self, number: int, reason: str) -> None:
        self.done = replace(self.done, bad=self.done.bad + 1)
        self._tell_bad(number, reason)

    def _restore(self, batch: list[tuple[int, Archived]]) -> None:
        if not batch:
            return
        began = self._elapsed()
        self._restore_parts(batch)
        self._tell(self.done)
        self._sleep(min(0.05, max(0.005, (self._elapsed() - began) / 2)))  # whoever waits for the lock gets a turn

    def _restore_parts(self, batch: list[tuple[int, Archived]]) -> None:
        """Store a batch; where the store cannot keep some of it, all but those."""
        try:
            self._add(self._patiently([task for _, task in batch]))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # an error of the contract that is no StoreError: these values cannot be kept
            if len(batch) == 1:
                self._leave_out(batch[0][0], f"the store cannot keep it ({type(error).__name__})")
                return
            middle = len(batch) // 2
            self._restore_parts(batch[:middle])
            self._restore_parts(batch[middle:])

    def _patiently(self, tasks: list[Archived]) -> Restored:
        deadline = self._elapsed() + PATIENCE_S
        while True:
            try:
                return self._store.restore(tasks)
            except StoreUnavailable:
                if self._elapsed() >= deadline:
                    raise
                self._sleep(1.0)

    def _add(self, restored: Restored) -> None:
        done = self.done
        self.done = replace(
            done, new=done.new + restored.new, changed=done.changed + restored.changed, same=done.same + restored.same
        )


def _numbered(file: Line) -> Iterator[tuple[int, bytes]]:
    """Yield lines from the second on; of one that is too long, its beginning."""
    number = 1
    while line := file.readline(archive.MAX_LINE_BYTES):
        number += 1
        yield number, line
        while len(line) >= archive.MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(archive.MAX_LINE_BYTES)
