"""Writes tasks: joins what came with what is stored, and changes rows, counts and bounds together."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Final, Protocol

from msgspec import Struct
from sqlalchemy import Connection

from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, join, read
from umbel.model.tasks import TERMINAL_STATES, Facts
from umbel.store.relational import counters
from umbel.store.relational.blocks import Bounds
from umbel.store.relational.counters import CountKey
from umbel.store.relational.plain import plain
from umbel.store.relational.rows import Outline, facts_from, outline_of, stored
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.terms import TermKind, Terms

REMEMBERED: Final = 16_384
"""Rows of unfinished tasks that are kept in memory, because more events of them are about to come."""
_IDS_AT_ONCE: Final = 500

_INDEXED: Final = ("name_id", "worker_id", "queue_id", "retries", "root_id", "parent_id")
_TIMES: Final = ("sent_at", "received_at", "started_at", "finished_at", "runtime_s", "wait_s")
_TOLD: Final = ("state", *_TIMES, "exception", "args", "kwargs", "result", "facts")
_COLUMNS: Final = ("id", "cluster", "task_id", "arrived_at", *_INDEXED, *_TOLD)

_OPENING: Final = frozenset({"task-sent", "task-received"})


def _insert_sql(verb: str) -> str:
    return f"{verb} INTO task ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


def _update_sql(columns: Sequence[str]) -> str:
    return f"UPDATE task SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?"  # noqa: S608  # our names


_INSERT: Final = _insert_sql("INSERT")
_INSERT_NEW: Final = _insert_sql("INSERT OR IGNORE")
_UPDATE: Final = _update_sql(_TOLD)
"""Leaves the indexed columns alone: what a row's name, worker and family are is mostly known from the start."""
_UPDATE_ALL: Final = _update_sql((*_INDEXED, *_TOLD))
_SELECT: Final = f"SELECT task_id, id, {', '.join(_INDEXED)}, state, args, kwargs, result, facts FROM task"  # noqa: S608  # our names


class _Known(Struct, frozen=True, gc=False):
    """What of a stored row is needed to join new events into it."""

    row_id: int
    indexed: tuple[Any, ...]
    state: str
    args: str | None
    kwargs: str | None
    result: str | None
    facts: bytes


_Told = tuple[Facts, Outline]
"""What a task is now."""

_Word = Sequence[TaskEvent] | Facts
"""What came of a task: its events, or facts that an archive kept."""


class News(Protocol):
    """What a transaction has to store: by task, in the order of arrival, what came and when (epoch seconds)."""

    @property
    def events(self) -> Mapping[str, _Word]: ...
    @property
    def arrived_at(self) -> Mapping[str, float]: ...


class TaskRows:
    """The rows of tasks, as the writer knows them. Valid inside a transaction; ``forget`` after one that failed."""

    def __init__(self, connection: Connection, terms: Terms) -> None:
        self._connection = connection
        self._terms = terms
        self._unfinished: OrderedDict[str, _Known] = OrderedDict()

    def forget(self) -> None:
        """Drop what is remembered: the store may hold something else."""
        self._unfinished.clear()

    def write(self, batch: News) -> list[str]:
        """Store the events of ``batch``; return the ids of the tasks that they changed."""
        known = self._remembered(batch.events)
        unknown = [task_id for task_id in batch.events if task_id not in known]
        new_rows = dict(zip(unknown, count(self._newest_row() + 1)))
        change = _Change(self._connection, self._terms, new_rows)
        opened = [task_id for task_id in unknown if _opens(batch.events[task_id])]
        written = change.insert_new(batch, opened)
        rest = [task_id for task_id in batch.events if task_id not in written]
        known.update(self._stored(task_id for task_id in rest if task_id not in known))
        written.update(change.join(batch, rest, known))
        change.finish()
        self._remember(written)
        return [task_id for task_id in batch.events if task_id in written]

    def _newest_row(self) -> int:
        row_id: int = self._connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM task").scalar_one()
        return row_id

    def _remembered(self, task_ids: Iterable[str]) -> dict[str, _Known]:
        unfinished = self._unfinished
        return {task_id: unfinished[task_id] for task_id in task_ids if task_id in unfinished}

    def _stored(self, task_ids: Iterable[str]) -> dict[str, _Known]:
        wanted = tuple(task_ids)
        known: dict[str, _Known] = {}
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[start : start + _IDS_AT_ONCE]
            rows = self._connection.exec_driver_sql(f"{_SELECT} WHERE task_id IN ({', '.join('?' * len(some))})", some)
            for task_id, row_id, *values in rows:
                indexed, told = tuple(values[: len(_INDEXED)]), values[len(_INDEXED) :]
                known[task_id] = _Known(row_id, indexed, *told)
        return known

    def _remember(self, written: dict[str, _Known]) -> None:
        unfinished = self._unfinished
        for task_id, known in written.items():
            if known.state in TERMINAL_STATES:
                unfinished.pop(task_id, None)
            else:
                unfinished[task_id] = known
        while len(unfinished) > REMEMBERED:
            unfinished.popitem(last=False)


class _Change:
    """What one transaction does to the table. ``new_rows`` are the row ids of tasks that prove to be new."""

    __slots__ = ("_bounds", "_connection", "_counts", "_full_updates", "_inserts", "_new_rows", "_terms", "_updates")

    def __init__(self, connection: Connection, terms: Terms, new_rows: dict[str, int]) -> None:
        self._connection = connection
        self._terms = terms
        self._new_rows = new_rows
        self._inserts: list[tuple[Any, ...]] = []
        self._updates: list[tuple[Any, ...]] = []
        self._full_updates: list[tuple[Any, ...]] = []
        self._counts: Counter[CountKey] = Counter()
        self._bounds = Bounds()

    def insert_new(self, batch: News, task_ids: Sequence[str]) -> dict[str, _Known]:
        """Insert tasks that are most likely new, without a look whether they are; leave out those that are not."""
        told = {task_id: _tell(batch.events[task_id], None) for task_id in task_ids}
        known: dict[str, _Known] = {}
        rows: list[tuple[Any, ...]] = []
        for task_id, one in told.items():
            columns, known[task_id] = self._columns(self._new_rows[task_id], *one)
            rows.append((known[task_id].row_id, DEFAULT_CLUSTER, task_id, batch.arrived_at[task_id], *columns))
        if rows and self._connection.exec_driver_sql(_INSERT_NEW, rows).rowcount != len(rows):
            known = self._really_new(known)
        for task_id, new in known.items():
            self._count(new, 1)
            self._bounds.add(new.row_id, told[task_id][1])
        return known

    def _really_new(self, known: dict[str, _Known]) -> dict[str, _Known]:
        first = min(one.row_id for one in known.values())
        rows = self._connection.exec_driver_sql("SELECT task_id FROM task WHERE id >= ?", (first,))
        return {task_id: known[task_id] for (task_id,) in rows}

    def join(self, batch: News, task_ids: Sequence[str], stored_rows: dict[str, _Known]) -> dict[str, _Known]:
        """Add events to the rows that are stored; insert the others."""
        written: dict[str, _Known] = {}
        for task_id in task_ids:
            old = stored_rows.get(task_id)
            events = batch.events[task_id]
            told = _tell(events, None) if old is None else _tell_more(task_id, old, events)
            if told is None:
                continue
            columns, new = self._columns(self._new_rows[task_id] if old is None else old.row_id, *told)
            if old is None:
                self._inserts.append((new.row_id, DEFAULT_CLUSTER, task_id, batch.arrived_at[task_id], *columns))
            else:
                self._replace(old, new, columns)
            self._count(new, 1)
            self._bounds.add(new.row_id, told[1])
            written[task_id] = new
        return written

    def finish(self) -> None:
        """Write what is still to be written."""
        for sql, rows in (
            (_INSERT, self._inserts),
            (_UPDATE, self._updates),
            (_UPDATE_ALL, self._full_updates),
        ):
            if rows:
                self._connection.exec_driver_sql(sql, rows)
        counters.add(self._connection, self._counts)
        self._bounds.write(self._connection)

    def _replace(self, old: _Known, new: _Known, columns: tuple[Any, ...]) -> None:
        self._count(old, -1)
        if old.indexed == new.indexed:
            self._updates.append((*columns[len(_INDEXED) :], new.row_id))
        else:
            self._full_updates.append((*columns, new.row_id))

    def _columns(self, row_id: int, facts: Facts, outline: Outline) -> tuple[tuple[Any, ...], _Known]:
        """Return the columns from ``name_id`` on, and what will be known of the row."""
        number = self._terms.number
        indexed = (
            number(TermKind.NAME, outline.name),
            number(TermKind.WORKER, outline.worker),
            number(TermKind.QUEUE, outline.queue),
            outline.retries,
            outline.root_id,
            outline.parent_id,
        )
        blob = stored(facts)
        columns = (
            *indexed,
            outline.state,
            outline.sent_at,
            outline.received_at,
            outline.started_at,
            outline.finished_at,
            outline.runtime_s,
            outline.wait_s,
            outline.exception,
            facts.args,
            facts.kwargs,
            facts.result,
            blob,
        )
        return columns, _Known(row_id, indexed, outline.state, facts.args, facts.kwargs, facts.result, blob)

    def _count(self, one: _Known, by: int) -> None:
        self._counts[one.indexed[0], one.state] += by


def _opens(events: _Word) -> bool:
    """Whether a task is likely to begin with these events."""
    return not isinstance(events, Facts) and any(event.type in _OPENING and not event.retries for event in events)


def _tell(events: _Word, old: Facts | None) -> _Told:
    """Return what is known with ``events``, and what it says."""
    if isinstance(events, Facts):
        facts = events
    else:
        told = plain(old, events)
        if told is not None:
            return told
        facts = facts_of(events)
    if old is not None:
        facts = join(old, facts)
    return facts, outline_of(read(facts))


def _tell_more(task_id: str, known: _Known, events: _Word) -> _Told | None:
    """Return what is known with ``events``; ``None`` where they tell nothing new."""
    old = facts_from(task_id, known.args, known.kwargs, known.result, known.facts)
    told = _tell(events, old)
    return None if told[0] == old else told
