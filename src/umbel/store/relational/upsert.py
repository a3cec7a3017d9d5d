"""Writes tasks: joins what came with what is stored, and changes rows, counts and bounds together."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, join, read
from umbel.model.tasks import TERMINAL_STATES, Facts
from umbel.store.relational import counters
from umbel.store.relational.batch import Batch
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
_TOLD: Final = (
    "state",
    "sent_at",
    "received_at",
    "started_at",
    "finished_at",
    "runtime_s",
    "wait_s",
    "args",
    "kwargs",
    "result",
    "exception",
    "facts",
)


class _Known(NamedTuple):
    """What of a stored row is needed to join new events into it."""

    row_id: int
    indexed: tuple[Any, ...]
    state: str
    args: str | None
    kwargs: str | None
    result: str | None
    facts: bytes


def _insert_sql() -> str:
    columns = ("id", "cluster", "task_id", "arrived_at", *_INDEXED, *_TOLD)
    return f"INSERT INTO task ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # our names


def _update_sql(columns: Iterable[str]) -> str:
    return f"UPDATE task SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?"  # noqa: S608  # our names


_INSERT: Final = _insert_sql()
_UPDATE: Final = _update_sql(_TOLD)
"""Leaves the indexed columns alone: what a row's name, worker and family are is mostly known from the start."""
_UPDATE_ALL: Final = _update_sql((*_INDEXED, *_TOLD))
_SELECT: Final = "SELECT task_id, id, {indexed}, state, args, kwargs, result, facts FROM task WHERE task_id IN ({ids})"


class TaskRows:
    """The rows of tasks, as the writer knows them. Valid inside a transaction; ``forget`` after one that failed."""

    def __init__(self, connection: Connection, terms: Terms) -> None:
        self._connection = connection
        self._terms = terms
        self._unfinished: OrderedDict[str, _Known] = OrderedDict()

    def forget(self) -> None:
        """Drop what is remembered: the store may hold something else."""
        self._unfinished.clear()

    def write(self, batch: Batch) -> list[str]:
        """Store the events of ``batch``; return the ids of the tasks that they changed."""
        changes = _Changes(self._newest_row() + 1)
        known_rows = self._known(batch.events)
        written: dict[str, _Known] = {}
        for task_id, events in batch.events.items():
            known = known_rows.get(task_id)
            told = _tell(task_id, known, events)
            if told is None:
                continue
            written[task_id] = self._put(changes, batch.arrived_at[task_id], known, *told)
        self._execute(changes)
        self._remember(written)
        return list(written)

    def _newest_row(self) -> int:
        row_id: int = self._connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM task").scalar_one()
        return row_id

    def _known(self, task_ids: Iterable[str]) -> dict[str, _Known]:
        unfinished = self._unfinished
        known = {task_id: unfinished[task_id] for task_id in task_ids if task_id in unfinished}
        others = (task_id for task_id in task_ids if task_id not in known)
        for some in _in_chunks(others):
            sql = _SELECT.format(indexed=", ".join(_INDEXED), ids=", ".join("?" * len(some)))
            for task_id, row_id, *values in self._connection.exec_driver_sql(sql, some):
                indexed, told = tuple(values[: len(_INDEXED)]), values[len(_INDEXED) :]
                known[task_id] = _Known(row_id, indexed, *told)
        return known

    def _put(
        self, changes: _Changes, arrived_at: float, known: _Known | None, facts: Facts, outline: Outline
    ) -> _Known:
        number = self._terms.number
        name_id = number(TermKind.NAME, outline.name)
        indexed = (
            name_id,
            number(TermKind.WORKER, outline.worker),
            number(TermKind.QUEUE, outline.queue),
            outline.retries,
            outline.root_id,
            outline.parent_id,
        )
        blob = stored(facts)
        told = (
            outline.state,
            outline.sent_at,
            outline.received_at,
            outline.started_at,
            outline.finished_at,
            outline.runtime_s,
            outline.wait_s,
            facts.args,
            facts.kwargs,
            facts.result,
            outline.exception,
            blob,
        )
        if known is None:
            row_id = changes.insert((DEFAULT_CLUSTER, facts.id, arrived_at, *indexed, *told))
        else:
            row_id = known.row_id
            changes.counts[known.indexed[0], known.state] -= 1
            if known.indexed == indexed:
                changes.updates.append((*told, row_id))
            else:
                changes.full_updates.append((*indexed, *told, row_id))
        changes.counts[name_id, outline.state] += 1
        changes.bounds.add(row_id, outline)
        return _Known(row_id, indexed, outline.state, facts.args, facts.kwargs, facts.result, blob)

    def _execute(self, changes: _Changes) -> None:
        for sql, rows in (
            (_INSERT, changes.inserts),
            (_UPDATE, changes.updates),
            (_UPDATE_ALL, changes.full_updates),
        ):
            if rows:
                self._connection.exec_driver_sql(sql, rows)
        counters.add(self._connection, changes.counts)
        changes.bounds.write(self._connection)

    def _remember(self, written: dict[str, _Known]) -> None:
        unfinished = self._unfinished
        for task_id, known in written.items():
            if known.state in TERMINAL_STATES:
                unfinished.pop(task_id, None)
            else:
                unfinished[task_id] = known
        while len(unfinished) > REMEMBERED:
            unfinished.popitem(last=False)


class _Changes:
    """What a transaction is about to do to the table."""

    __slots__ = ("_next_row", "bounds", "counts", "full_updates", "inserts", "updates")

    def __init__(self, next_row: int) -> None:
        self._next_row = next_row
        self.inserts: list[tuple[Any, ...]] = []
        self.updates: list[tuple[Any, ...]] = []
        self.full_updates: list[tuple[Any, ...]] = []
        self.counts: Counter[CountKey] = Counter()
        self.bounds = Bounds()

    def insert(self, values: tuple[Any, ...]) -> int:
        """Add a row; return its number."""
        row_id = self._next_row
        self._next_row += 1
        self.inserts.append((row_id, *values))
        return row_id


def _tell(task_id: str, known: _Known | None, events: Sequence[TaskEvent]) -> tuple[Facts, Outline] | None:
    """Return what is known with ``events``, and what it says; ``None`` where they tell nothing new."""
    old = None if known is None else facts_from(task_id, known.args, known.kwargs, known.result, known.facts)
    told = plain(old, events)
    if told is not None:
        return told
    facts = facts_of(events)
    if old is not None:
        facts = join(old, facts)
        if facts == old:
            return None
    return facts, outline_of(read(facts))


def _in_chunks(ids: Iterator[str]) -> Iterator[tuple[str, ...]]:
    while some := tuple(islice(ids, _IDS_AT_ONCE)):
        yield some
