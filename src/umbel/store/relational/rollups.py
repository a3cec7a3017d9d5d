"""Writes rollups: figures a minute, an hour and a day, by task name, queue and worker, with the tasks that they count.

What a task adds is a pure function of its row (``model.rollups.share_of``), and a transaction adds what the row says
now less what it said before. So a batch that is committed again changes nothing, and neither do order and repetition.

Only so many keys of a dimension have rows of their own in a period. Whether one has is decided when it first counts
there and holds for good, because rows are deleted with the whole period only; the others share the row ``OTHER``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import Connection

from umbel.model.histogram import Histogram
from umbel.model.rollups import FIGURES, MINUTE_S, NOTHING, Share, Sums, Tally, share_of
from umbel.store.relational.rows import retried_at
from umbel.store.relational.tables import DEFAULT_CLUSTER, ROLLUP_SUMS

KEYS_AT_MOST: Final = 2_000
"""Keys of one dimension with rows of their own in one minute, hour or day."""
NO_KEY: Final = 0
"""The key of ``TOTAL``, and of tasks of which the name, queue or worker is not known."""
OTHER: Final = -1
"""The key of what came when all places were taken."""


class Period(IntEnum):
    """The spans of UTC that figures are kept for. The numbers are stored."""

    MINUTE = 1
    HOUR = 2
    DAY = 3

    @property
    def seconds(self) -> int:
        """Its length."""
        return _SECONDS[self]


_SECONDS: Final = {Period.MINUTE: MINUTE_S, Period.HOUR: 3_600, Period.DAY: 86_400}


class Dimension(IntEnum):
    """What figures are kept by. The numbers are stored."""

    TOTAL = 1
    NAME = 2
    QUEUE = 3
    WORKER = 4


FIGURE_COLUMNS: Final = (*ROLLUP_SUMS, "wait", "run")
_KEY: Final = ("period", "dimension", "start", "key_id")
_IS_PLACE: Final = f"cluster = {DEFAULT_CLUSTER} AND period = ? AND dimension = ? AND start = ?"
_SELECT: Final = (
    f"SELECT key_id, {', '.join(FIGURE_COLUMNS)} FROM rollup "  # noqa: S608  # our names
    f"WHERE {_IS_PLACE} AND key_id IN (SELECT value FROM json_each(?))"
)
_SELECT_ALL: Final = f"SELECT {', '.join((*_KEY, *FIGURE_COLUMNS))} FROM rollup"  # noqa: S608  # our names
_COUNT: Final = f"SELECT count(*) FROM rollup WHERE {_IS_PLACE}"  # noqa: S608  # our names
_INSERT: Final = (
    f"INSERT INTO rollup (cluster, {', '.join((*FIGURE_COLUMNS, *_KEY))}) "  # noqa: S608  # our names
    f"VALUES ({DEFAULT_CLUSTER}, {', '.join('?' * (len(FIGURE_COLUMNS) + len(_KEY)))})"
)
_UPDATE: Final = (
    f"UPDATE rollup SET {', '.join(f'{column} = ?' for column in FIGURE_COLUMNS)} "  # noqa: S608  # our names
    f"WHERE {_IS_PLACE} AND key_id = ?"
)
_TOO_OLD: Final = f"UPDATE rollup_bound SET too_old = too_old + ? WHERE cluster = {DEFAULT_CLUSTER} AND period = ?"  # noqa: S608  # our names
_BOUNDS: Final = f"SELECT period, kept_from FROM rollup_bound WHERE cluster = {DEFAULT_CLUSTER}"  # noqa: S608  # our names

Key = tuple[int | None, ...]
"""A task's ``name_id``, ``worker_id`` and ``queue_id``."""
_Place = tuple[Period, Dimension, int]
_Tallies = dict[int, Tally]


class Change:
    """What one transaction does to the rollups."""

    __slots__ = ("_sums",)

    def __init__(self) -> None:
        self._sums: dict[Key, Sums] = {}

    def replace(self, old: Key, was: Share, new: Key, share: Share) -> None:
        """Count a task as ``share`` of ``new`` that was counted as ``was`` of ``old`` (the first three ids count)."""
        old, new = old[:3], new[:3]
        if old == new:
            self._of(new).change(was, share)
        else:
            self._of(old).change(was, NOTHING)
            self._of(new).change(NOTHING, share)

    def add(self, key: Key, share: Share) -> None:
        """Count a task that was not counted."""
        self._of(key[:3]).change(NOTHING, share)

    def write(self, connection: Connection) -> None:
        """Change the rows."""
        places = _by_place(_by_key(self._sums))
        if not places:
            return
        bounds = dict(map(tuple, connection.exec_driver_sql(_BOUNDS)))
        inserts: list[tuple[Any, ...]] = []
        updates: list[tuple[Any, ...]] = []
        for place, tallies in places.items():
            if place[2] < bounds[place[0]]:
                _note_too_old(connection, place, tallies)
                continue
            rows = _Rows(connection, place, tallies)
            inserts += rows.inserts()
            updates += rows.updates()
        for sql, values in ((_INSERT, inserts), (_UPDATE, updates)):
            if values:
                connection.exec_driver_sql(sql, values)

    def _of(self, key: Key) -> Sums:
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = Sums()
        return sums


def _by_key(by_task_key: Mapping[Key, Sums]) -> dict[tuple[Dimension, int], Sums]:
    """Add up by each dimension alone."""
    found: dict[tuple[Dimension, int], Sums] = {}
    for (name, worker, queue), sums in by_task_key.items():
        for key in (
            (Dimension.TOTAL, NO_KEY),
            (Dimension.NAME, name or NO_KEY),
            (Dimension.QUEUE, queue or NO_KEY),
            (Dimension.WORKER, worker or NO_KEY),
        ):
            known = found.get(key)
            if known is None:
                known = found[key] = Sums()
            known.merge(sums)
    return found


def _by_place(by_key: Mapping[tuple[Dimension, int], Sums]) -> dict[_Place, _Tallies]:
    places: dict[_Place, _Tallies] = {}
    for (dimension, key_id), sums in by_key.items():
        for minute, tally in sums.by_minute().items():
            if not tally.is_empty:
                for period, seconds in _SECONDS.items():
                    at = minute * MINUTE_S
                    _put(places.setdefault((period, dimension, at - at % seconds), {}), key_id, tally)
    return places


def _put(tallies: _Tallies, key_id: int, tally: Tally) -> None:
    """Add to what is there; a tally may stand in several places and is never changed itself."""
    known = tallies.get(key_id)
    tallies[key_id] = tally if known is None else sum_of((known, tally))


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """Return the sum, in a new tally."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


class _Rows:
    """The rows of one dimension in one period, and what they become."""

    def __init__(self, connection: Connection, place: _Place, tallies: _Tallies) -> None:
        self._connection = connection
        self._place = place
        self._stored = self._read(tallies)
        self._tallies = self._admitted(tallies)

    def inserts(self) -> list[tuple[Any, ...]]:
        """Return the rows that are new."""
        return [
            (*values_of(tally), *self._place, key_id)
            for key_id, tally in self._tallies.items()
            if key_id not in self._stored
        ]

    def updates(self) -> list[tuple[Any, ...]]:
        """Return the rows that change."""
        return [
            (*values_of(sum_of((self._stored[key_id], tally))), *self._place, key_id)
            for key_id, tally in self._tallies.items()
            if key_id in self._stored
        ]

    def _read(self, keys: Iterable[int]) -> _Tallies:
        rows = self._connection.exec_driver_sql(_SELECT, (*self._place, json.dumps([*keys, OTHER])))
        return {key_id: tally_of(values) for key_id, *values in rows}

    def _admitted(self, tallies: _Tallies) -> _Tallies:
        """Give what finds no place of its own to ``OTHER``. Where that row is, nothing finds a place any more."""
        new = [key_id for key_id in tallies if key_id not in self._stored]
        if not new or self._place[1] is Dimension.TOTAL:
            return tallies
        taken: int = self._connection.exec_driver_sql(_COUNT, self._place).scalar_one()
        free = 0 if OTHER in self._stored else max(0, KEYS_AT_MOST - taken)
        admitted = dict(tallies)
        for key_id in new[free:]:
            _put(admitted, OTHER, admitted.pop(key_id))
        return admitted


def tally_of(values: Sequence[Any]) -> Tally:
    """Return the figures of a row of ``FIGURE_COLUMNS``."""
    tally = Tally()
    tally.counts = list(values[:FIGURES])
    tally.wait_us, tally.run_us, wait, run = values[FIGURES:]
    tally.wait = Histogram.decode(wait)
    tally.run = Histogram.decode(run)
    return tally


def values_of(tally: Tally) -> tuple[Any, ...]:
    """Return the figures as ``FIGURE_COLUMNS``."""
    return (*tally.counts, tally.wait_us, tally.run_us, tally.wait.encode(), tally.run.encode())


def _note_too_old(connection: Connection, place: _Place, tallies: _Tallies) -> None:
    """Count what happened before the oldest minute, hour or day that is kept."""
    if place[1] is Dimension.TOTAL:
        counts = sum(max(0, sum(tally.counts)) for tally in tallies.values())
        connection.exec_driver_sql(_TOO_OLD, (counts, place[0]))


def recount(connection: Connection) -> dict[_Place, _Tallies]:
    """Count the stored tasks themselves: what rollups must say while no task was deleted. For tests and checks."""
    by_key: dict[Key, Sums] = {}
    columns = "name_id, worker_id, queue_id, state, sent_at, received_at, started_at, finished_at, runtime_s, wait_s"
    for name, worker, queue, state, *times, facts in connection.exec_driver_sql(
        f"SELECT {columns}, heard_at, facts FROM task"  # noqa: S608  # our names
    ):
        sums = by_key.setdefault((name, worker, queue), Sums())
        sums.change(NOTHING, share_of(state, tuple(times), retried_at(facts)))
    return _by_place(_by_key(by_key))


def stored(connection: Connection) -> dict[_Place, _Tallies]:
    """Return all rows. For tests and checks."""
    found: dict[_Place, _Tallies] = {}
    for period, dimension, start, key_id, *values in connection.exec_driver_sql(_SELECT_ALL):
        tally = tally_of(values)
        if not tally.is_empty:
            found.setdefault((Period(period), Dimension(dimension), start), {})[key_id] = tally
    return found
