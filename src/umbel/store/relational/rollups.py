"""Writes rollups: figures a minute, an hour and a day, by task name, queue and worker, with the tasks that they count.

What a task adds is a pure function of its row (``model.rollups.share_of``), and a transaction adds what the row says
now less what it said before. So a batch that is committed again changes nothing, and neither do order and repetition.

Only so many keys of a dimension have rows of their own in a period. Whether one has is decided when it first counts
there and holds for good, because rows are deleted with the whole period only; the others share the row ``OTHER``.
"""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from umbel.model.rollups import MINUTE_S, SECONDS, Period, Share, Tally, share_of, step, tallies_of
from umbel.store.relational.many import Insert
from umbel.store.relational.rollup_rows import (
    FIGURE_COLUMNS,
    NO_KEY,
    OTHER,
    Dimension,
    by_kind,
    sum_of,
    tally_of,
    values_of,
)
from umbel.store.relational.rows import retried_at
from umbel.store.relational.tables import DEFAULT_CLUSTER

KEYS_AT_MOST: Final = 2_000
"""Keys of one dimension with rows of their own in one minute, hour or day."""
REMEMBERED: Final = 2_000
"""Rows that are kept in memory (about 3 KB each), because the next batch is mostly about the same minute."""

_FIGURES: Final = ", ".join(FIGURE_COLUMNS)
_SELECT: Final = by_kind(
    f"SELECT key_id, {_FIGURES} FROM rollup "  # noqa: S608  # our names
    "WHERE {kind} AND start = ? AND key_id IN (SELECT value FROM json_each(?))"
)
_COUNT: Final = by_kind("SELECT count(*) FROM rollup WHERE {kind} AND start = ?")
_SELECT_ALL: Final = f"SELECT period, dimension, start, key_id, {_FIGURES} FROM rollup"  # noqa: S608  # our names
_WRITE: Final = Insert(
    f"INSERT INTO rollup (cluster, {_FIGURES}, period, dimension, start, key_id) "  # noqa: S608  # our names
    f"VALUES ({DEFAULT_CLUSTER}, {', '.join('?' * (len(FIGURE_COLUMNS) + 4))}) "
    "ON CONFLICT (cluster, period, dimension, start, key_id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in FIGURE_COLUMNS)
)
_BOUNDS: Final = f"SELECT period, kept_from FROM rollup_bound WHERE cluster = {DEFAULT_CLUSTER}"  # noqa: S608  # ours
_TOO_OLD: Final = f"UPDATE rollup_bound SET too_old = too_old + ? WHERE cluster = {DEFAULT_CLUSTER} AND period = ?"  # noqa: S608

Key = tuple[int | None, ...]
"""A task's ``name_id``, ``worker_id``, ``queue_id``, and what follows them."""
_Place = tuple[Period, Dimension, int]
_Tallies = dict[int, Tally]
_Shares = defaultdict[int | None, list[Share]]


class _Sums:
    """Shares of tasks by what they are counted by."""

    __slots__ = ("names", "queues", "workers")

    def __init__(self) -> None:
        self.names: _Shares = defaultdict(list)
        self.workers: _Shares = defaultdict(list)
        self.queues: _Shares = defaultdict(list)

    def add(self, key: Key, share: Share) -> None:
        self.names[key[0]].append(share)
        self.workers[key[1]].append(share)
        self.queues[key[2]].append(share)


class Change:
    """What one transaction does to the rollups."""

    __slots__ = ("minus", "plus")

    def __init__(self) -> None:
        self.plus = _Sums()
        self.minus = _Sums()

    def add(self, key: Key, share: Share) -> None:
        """Count a task that was not counted."""
        self.plus.add(key, share)

    def replace(self, old: Key, was: Share, new: Key, share: Share) -> None:
        """Count a task as ``share`` of ``new`` that was counted as ``was`` of ``old``."""
        more = step(was, share) if old[:3] == new[:3] else None
        if more is not None:
            self.add(new, more)
        elif was != share or old[:3] != new[:3]:
            self.minus.add(old, was)
            self.add(new, share)


class Rollups:
    """The rows as the writer knows them. Valid inside a transaction; ``forget`` after one that failed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._remembered: OrderedDict[_Place, _Tallies] = OrderedDict()

    def forget(self) -> None:
        """Drop what is remembered: the store may hold something else."""
        self._remembered.clear()

    def write(self, change: Change) -> None:
        """Change the rows."""
        places = _by_place(change.plus, change.minus)
        if not places:
            return
        bounds = dict(map(tuple, self._connection.exec_driver_sql(_BOUNDS)))
        rows: list[tuple[Any, ...]] = []
        for place, tallies in places.items():
            if place[2] < bounds[place[0]]:
                self._note_too_old(place, tallies)
            else:
                rows += self._changed(place, tallies)
        _WRITE.write(self._connection, rows)
        self._forget_some()

    def _changed(self, place: _Place, tallies: _Tallies) -> list[tuple[Any, ...]]:
        """Return the rows of a place as they are to be written."""
        known = self._known(place, tallies)
        rows = []
        for key_id, tally in self._admitted(place, tallies, known).items():
            total = known.get(key_id)
            if total is None:
                total = known[key_id] = Tally()
            total.add(tally)
            rows.append((*values_of(total), *place, key_id))
        return rows

    def _known(self, place: _Place, keys: Iterable[int]) -> _Tallies:
        """Return rows of a place, at least those of these keys and ``OTHER`` that are stored."""
        known = self._remembered.get(place)
        if known is None:
            known = self._remembered[place] = {}
            keys = [*keys, OTHER]
        else:
            self._remembered.move_to_end(place)
        missing = [key_id for key_id in keys if key_id not in known]
        if missing:
            rows = self._connection.exec_driver_sql(_SELECT[place[:2]], (place[2], json.dumps(missing)))
            known.update((key_id, tally_of(values)) for key_id, *values in rows)
        return known

    def _admitted(self, place: _Place, tallies: _Tallies, known: _Tallies) -> _Tallies:
        """Give what finds no place of its own to ``OTHER``. Where that row is, nothing finds a place any more."""
        new = [key_id for key_id in tallies if key_id not in known]
        if not new or place[1] is Dimension.TOTAL:
            return tallies
        taken: int = self._connection.exec_driver_sql(_COUNT[place[:2]], (place[2],)).scalar_one()
        free = 0 if OTHER in known else max(0, KEYS_AT_MOST - taken)
        admitted = dict(tallies)
        for key_id in new[free:]:
            _put(admitted, OTHER, admitted.pop(key_id))
        return admitted

    def _note_too_old(self, place: _Place, tallies: _Tallies) -> None:
        """Count what happened before the oldest minute, hour or day that is kept."""
        if place[1] is Dimension.TOTAL:
            counts = sum(max(0, sum(tally.counts)) for tally in tallies.values())
            self._connection.exec_driver_sql(_TOO_OLD, (counts, place[0]))

    def _forget_some(self) -> None:
        rows = sum(map(len, self._remembered.values()))
        while rows > REMEMBERED:
            rows -= len(self._remembered.popitem(last=False)[1])


def _by_place(plus: _Sums, minus: _Sums) -> dict[_Place, _Tallies]:
    places: dict[_Place, _Tallies] = {}
    for dimension, more, less in (
        (Dimension.NAME, plus.names, minus.names),
        (Dimension.WORKER, plus.workers, minus.workers),
        (Dimension.QUEUE, plus.queues, minus.queues),
    ):
        for key in more.keys() | less.keys():
            tallies = tallies_of(more.get(key, ()), less.get(key, ()))
            _spread(places, dimension, NO_KEY if key is None else key, tallies)
            if dimension is Dimension.QUEUE:  # of which there are the fewest: the whole is their sum
                _spread(places, Dimension.TOTAL, NO_KEY, tallies)
    return places


def _spread(places: dict[_Place, _Tallies], dimension: Dimension, key_id: int, tallies: Mapping[int, Tally]) -> None:
    for minute, tally in tallies.items():
        at = minute * MINUTE_S
        for period, seconds in SECONDS.items():
            _put(places.setdefault((period, dimension, at - at % seconds), {}), key_id, tally)


def _put(tallies: _Tallies, key_id: int, tally: Tally) -> None:
    """Add to what is there; a tally may stand in several places and is never changed itself."""
    known = tallies.get(key_id)
    tallies[key_id] = tally if known is None else sum_of((known, tally))


def recount(connection: Connection) -> dict[_Place, _Tallies]:
    """Count the stored tasks themselves: what rollups must say while no task was deleted. For tests and checks."""
    sums = _Sums()
    columns = "name_id, worker_id, queue_id, state, sent_at, received_at, started_at, finished_at, runtime_s, wait_s"
    for name, worker, queue, state, *times, facts in connection.exec_driver_sql(
        f"SELECT {columns}, heard_at, facts FROM task"  # noqa: S608  # our names
    ):
        sums.add((name, worker, queue), share_of(state, tuple(times), retried_at(facts)))
    return _by_place(sums, _Sums())


def stored(connection: Connection) -> dict[_Place, _Tallies]:
    """Return all rows that hold anything. For tests and checks."""
    found: dict[_Place, _Tallies] = {}
    for period, dimension, start, key_id, *values in connection.exec_driver_sql(_SELECT_ALL):
        tally = tally_of(values)
        if not tally.is_empty:
            found.setdefault((Period(period), Dimension(dimension), start), {})[key_id] = tally
    return found
