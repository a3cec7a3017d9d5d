"""Writes tasks: joins what came with what is stored, and changes rows, counts and bounds together."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Final, Protocol

from msgspec import Struct
from sqlalchemy import Connection

from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, join
from umbel.model.rollups import Share, news, share_of
from umbel.model.tasks import TERMINAL_STATES, Facts
from umbel.store.relational import counters, rollups, row_ids
from umbel.store.relational.blocks import Bounds
from umbel.store.relational.counters import CountKey
from umbel.store.relational.failures import FAILED, FailureRows, Outcome, outcome
from umbel.store.relational.many import Insert, Update
from umbel.store.relational.plain import plain
from umbel.store.relational.rows import Told, facts_from, retried_at, told_of
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.terms import Terms

REMEMBERED: Final = 16_384
"""Rows of unfinished tasks that are kept in memory, because more events of them are about to come."""
_EVENTS_REMEMBERED: Final = 8
"""Of a task with more events than this only its row is kept in memory."""
_IDS_AT_ONCE: Final = 500

_INDEXED: Final = ("name_id", "worker_id", "queue_id", "retries", "root_id", "parent_id")
_TIMES: Final = ("sent_at", "received_at", "started_at", "finished_at", "runtime_s", "wait_s", "heard_at")
_TEXTS: Final = ("args", "kwargs", "result", "facts")
_TOLD: Final = ("state", *_TIMES, "exception", *_TEXTS)
_COLUMNS: Final = ("id", "cluster", "task_id", "arrived_at", *_INDEXED, *_TOLD)

_OPENING: Final = frozenset({"task-sent", "task-received"})


_WHOLE_ROW: Final = f"INTO task ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_INSERT: Final = Insert(f"INSERT {_WHOLE_ROW}")
_INSERT_NEW: Final = Insert(f"INSERT OR IGNORE {_WHOLE_ROW}")
_UPDATE: Final = Update("task", _TOLD)
"""Leaves the indexed columns alone: what a row's name, worker and family are is mostly known from the start."""
_UPDATE_ALL: Final = Update("task", (*_INDEXED, *_TOLD))
_SELECT: Final = f"SELECT task_id, id, {', '.join((*_INDEXED, 'state', *_TIMES, *_TEXTS))} FROM task"  # noqa: S608  # our names

Word = Sequence[TaskEvent] | Facts
"""What came of a task: its events, or facts that an archive kept."""


class News(Protocol):
    """What a transaction has to store: by task, in the order of arrival, what came and when (epoch seconds)."""

    @property
    def events(self) -> Mapping[str, Word]: ...
    @property
    def arrived_at(self) -> Mapping[str, float]: ...


class Known(Struct, frozen=True, gc=False):
    """What of a stored row is needed to join news into it. ``events`` are all of the task's, where they are at hand.

    ``share`` is what the row adds to the rollups.
    """

    row_id: int
    indexed: tuple[Any, ...]
    state: str
    times: tuple[float | None, ...]
    args: str | None
    kwargs: str | None
    result: str | None
    facts: bytes
    share: Share
    events: tuple[TaskEvent, ...] | None = None


def tell_ahead(events: Mapping[str, Sequence[TaskEvent]]) -> dict[str, Told]:
    """Return what the tasks are that most likely begin with these events. Needs no store."""
    return {task_id: _tell(some) for task_id, some in events.items() if _opens(some)}


class TaskRows:
    """The rows of tasks, as the writer knows them. Valid inside a transaction; ``forget`` after one that failed."""

    def __init__(self, connection: Connection, terms: Terms, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._terms = terms
        self._clock = clock
        self._rollups = rollups.Rollups(connection)
        self._failures = FailureRows(connection)
        self._unfinished: OrderedDict[str, Known] = OrderedDict()

    def forget(self) -> None:
        """Drop what is remembered: the store may hold something else."""
        self._unfinished.clear()
        self._rollups.forget()

    def write(self, batch: News, ahead: Mapping[str, Told]) -> list[str]:
        """Store the news of ``batch``; return the tasks that they changed. ``ahead`` is what ``tell_ahead`` said."""
        known = self._remembered(batch.events)
        unknown = [task_id for task_id in batch.events if task_id not in known]
        new_rows = dict(zip(unknown, count(row_ids.newest(self._connection) + 1)))
        change = _Change(self._connection, self._terms, new_rows, self._clock())
        opened = [task_id for task_id in unknown if task_id in ahead]
        written = change.insert_new(batch, opened, ahead)
        rest = [task_id for task_id in batch.events if task_id not in written]
        known.update(self._stored(task_id for task_id in rest if task_id not in known))
        written.update(change.join(batch, rest, known))
        change.finish()
        self._rollups.write(change.rollups)
        if change.failures:
            self._failures.write(change.failures)
        self._remember(written)
        return [task_id for task_id in batch.events if task_id in written]

    def _remembered(self, task_ids: Iterable[str]) -> dict[str, Known]:
        unfinished = self._unfinished
        return {task_id: unfinished[task_id] for task_id in task_ids if task_id in unfinished}

    def _stored(self, task_ids: Iterable[str]) -> dict[str, Known]:
        wanted = tuple(task_ids)
        known: dict[str, Known] = {}
        indexed_end = len(_INDEXED)
        times_end = indexed_end + 1 + len(_TIMES)
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[start : start + _IDS_AT_ONCE]
            rows = self._connection.exec_driver_sql(f"{_SELECT} WHERE task_id IN ({', '.join('?' * len(some))})", some)
            for task_id, row_id, *values in rows:
                indexed, times = tuple(values[:indexed_end]), tuple(values[indexed_end + 1 : times_end])
                state, (args, kwargs, result, facts) = values[indexed_end], values[times_end:]
                share = share_of(state, times, retried_at(facts))
                known[task_id] = Known(row_id, indexed, state, times, args, kwargs, result, facts, share)
        return known

    def _remember(self, written: dict[str, Known]) -> None:
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

    __slots__ = (
        "_bounds",
        "_connection",
        "_counts",
        "_full_updates",
        "_inserts",
        "_new_rows",
        "_now",
        "_terms",
        "_updates",
        "failures",
        "rollups",
    )

    def __init__(self, connection: Connection, terms: Terms, new_rows: dict[str, int], now: float) -> None:
        self._connection = connection
        self._terms = terms
        self._new_rows = new_rows
        self._now = now
        self.rollups = rollups.Change()
        self.failures: list[Outcome] = []
        self._inserts: list[tuple[Any, ...]] = []
        self._updates: list[tuple[Any, ...]] = []
        self._full_updates: list[tuple[Any, ...]] = []
        self._counts: Counter[CountKey] = Counter()
        self._bounds = Bounds()

    def insert_new(self, batch: News, task_ids: Sequence[str], ahead: Mapping[str, Told]) -> dict[str, Known]:
        """Insert tasks that are most likely new, without a look whether they are; leave out those that are not."""
        known: dict[str, Known] = {}
        rows: list[tuple[Any, ...]] = []
        for task_id in task_ids:
            told = ahead[task_id]
            new = known[task_id] = self._known(self._new_rows[task_id], told, batch.events[task_id], self._now)
            rows.append(_row(new, task_id, batch.arrived_at[task_id], told))
        if _INSERT_NEW.write(self._connection, rows) != len(rows):
            known = self._really_new(known)
        for task_id, new in known.items():
            self._add(None, new, ahead[task_id])
        return known

    def _really_new(self, known: dict[str, Known]) -> dict[str, Known]:
        first = min(one.row_id for one in known.values())
        rows = self._connection.exec_driver_sql("SELECT task_id FROM task WHERE id >= ?", (first,))
        return {task_id: known[task_id] for (task_id,) in rows}

    def join(self, batch: News, task_ids: Sequence[str], stored_rows: dict[str, Known]) -> dict[str, Known]:
        """Add news to the rows that are stored; insert the others."""
        written: dict[str, Known] = {}
        for task_id in task_ids:
            old = stored_rows.get(task_id)
            word = batch.events[task_id]
            new = self._insert(batch, task_id, word) if old is None else self._replace(task_id, old, word)
            if new is not None:
                written[task_id] = new
        return written

    def finish(self) -> None:
        """Write what is still to be written."""
        _INSERT.write(self._connection, self._inserts)
        _UPDATE.write(self._connection, self._updates)
        _UPDATE_ALL.write(self._connection, self._full_updates)
        counters.add(self._connection, self._counts)
        self._bounds.write(self._connection)

    def _insert(self, batch: News, task_id: str, word: Word) -> Known:
        told = _tell(word)
        heard_at = None if isinstance(word, Facts) else self._now  # an archive brings back tasks that were counted once
        new = self._known(self._new_rows[task_id], told, word, heard_at)
        self._inserts.append(_row(new, task_id, batch.arrived_at[task_id], told))
        self._add(None, new, told)
        return new

    def _replace(self, task_id: str, old: Known, word: Word) -> Known | None:
        """Change a stored row; ``None`` where the word tells nothing new."""
        now = None if old.events is None or isinstance(word, Facts) else (*old.events, *word)
        told = _tell_more(task_id, old, word) if now is None else _tell_again(old, now)
        if told is None:
            return None
        is_uncounted = old.times[-1] is None
        new = self._known(old.row_id, told, now, None if is_uncounted else self._now)
        if is_uncounted and not isinstance(word, Facts):
            self._count_news(old, new)
        if old.indexed == new.indexed:
            self._updates.append((*_told(new, told), new.row_id))
        else:
            self._full_updates.append((*new.indexed, *_told(new, told), new.row_id))
        self._add(old, new, told)
        return new

    def _add(self, old: Known | None, new: Known, told: Told) -> None:
        self._counts[new.indexed[0], new.state] += 1
        self._bounds.add(new.row_id, told.times)
        if old is None:
            self.rollups.add(new.indexed, new.share)
        else:
            self._counts[old.indexed[0], old.state] -= 1
            self.rollups.replace(old.indexed, old.share, new.indexed, new.share)
        was = None if old is None else old.state
        if FAILED in (new.state, was):
            self.failures.append(outcome(new.row_id, was, new.state, new.times, new.share, new.facts))

    def _count_news(self, old: Known, new: Known) -> None:
        """Count what happened to a task since an archive brought it back: the rest was counted when it happened."""
        was, share = (share_of(one.state, (*one.times[:-1], self._now), retried_at(one.facts)) for one in (old, new))
        self.rollups.add(new.indexed, news(was, share))

    def _known(self, row_id: int, told: Told, word: Word | None, heard_at: float | None) -> Known:
        names, family, state, instants, _, args, kwargs, result, facts, retried = told
        events = None
        if state not in TERMINAL_STATES and word is not None and not isinstance(word, Facts):
            events = tuple(word) if len(word) <= _EVENTS_REMEMBERED else None
        times = (*instants, heard_at)
        indexed = (*self._terms.numbers(names), *family)
        share = share_of(state, times, retried)
        return Known(row_id, indexed, state, times, args, kwargs, result, facts, share, events)


def _row(new: Known, task_id: str, arrived_at: float, told: Told) -> tuple[Any, ...]:
    return (new.row_id, DEFAULT_CLUSTER, task_id, arrived_at, *new.indexed, *_told(new, told))


def _told(new: Known, told: Told) -> tuple[Any, ...]:
    return (new.state, *new.times, told.exception, told.args, told.kwargs, told.result, told.facts)


def _opens(events: Sequence[TaskEvent]) -> bool:
    """Whether a task is likely to begin with these events."""
    for event in events:  # noqa: SIM110  # any() takes twice as long, and this is asked of each task
        if event.type in _OPENING and not event.retries:
            return True
    return False


def _tell(word: Word) -> Told:
    """Return what a task is of which nothing else is known."""
    if isinstance(word, Facts):
        return told_of(word)
    return plain(word) or told_of(facts_of(word))


def _tell_again(old: Known, events: Sequence[TaskEvent]) -> Told | None:
    """Return what a task is by all of its events; ``None`` where the last of them tell nothing new."""
    told = plain(events)
    if told is not None:
        return told
    facts = facts_of(events)
    return None if old.events is not None and facts_of(old.events) == facts else told_of(facts)


def _tell_more(task_id: str, known: Known, word: Word) -> Told | None:
    """Return what is known with ``word``; ``None`` where it tells nothing new."""
    old = facts_from(task_id, known.args, known.kwargs, known.result, known.facts)
    facts = join(old, word if isinstance(word, Facts) else facts_of(word))
    return None if facts == old else told_of(facts)
