"""Writes the groups of failures, with the tasks that fail: who failed how, and how many a minute and an hour.

What a task counts is kept beside it (``failure_task``), and a transaction adds what it counts now less what it counted
before. So a batch that is committed again changes nothing, and neither do order and repetition. Tasks that do not fail
cost one comparison.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from umbel.model.events import Kind, cut
from umbel.model.failures import OVERFLOW_ID, Decision
from umbel.model.fingerprint import Fingerprint, fingerprint
from umbel.model.fold import read
from umbel.model.rollups import MINUTE_BITS, MINUTE_S, Period, Share
from umbel.model.tasks import State
from umbel.model.workers import MOST_AHEAD_S
from umbel.store.relational.many import Insert, delete_by_id
from umbel.store.relational.marks import unpack
from umbel.store.relational.rows import facts_from
from umbel.store.relational.tables import DEFAULT_CLUSTER

FAILED: Final = State.FAILURE.value
GROUPS_AT_MOST: Final = 5_000
"""What comes when so many are there belongs to one group of the rest."""
NAMES_AT_MOST: Final = 20
_EXCEPTION_KEPT: Final = 2_000
_TRACEBACK_KEPT: Final = 16_384
_PERIODS: Final = (Period.MINUTE, Period.HOUR)
_REST: Final = Fingerprint(OVERFLOW_ID, "", "all groups are taken: other failures", None)

_names: Final = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_encode: Final = msgspec.msgpack.Encoder().encode

_TASKS: Final = "SELECT row_id, group_id, minute FROM failure_task WHERE row_id IN (SELECT value FROM json_each(?))"
_PUT_TASK: Final = Insert(
    "INSERT INTO failure_task (row_id, group_id, minute) VALUES (?, ?, ?) "
    "ON CONFLICT (row_id) DO UPDATE SET group_id = excluded.group_id, minute = excluded.minute"
)
_GROUPS: Final = (
    "SELECT fingerprint, id, names, names_cut FROM failure_group "  # noqa: S608  # our names
    f"WHERE cluster = {DEFAULT_CLUSTER} AND fingerprint IN (SELECT value FROM json_each(?))"
)
_OPEN: Final = (
    "INSERT INTO failure_group (cluster, fingerprint, type, message, place, exception, traceback, names, names_cut, "  # noqa: S608
    f"first_at, last_at, total, decision) VALUES ({DEFAULT_CLUSTER}, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0, ?) RETURNING id"
)
_GROW: Final = (
    "UPDATE failure_group SET total = total + ?, first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?"
)
_NAME: Final = "UPDATE failure_group SET names = ?, names_cut = ? WHERE id = ?"
_COUNT: Final = Insert(
    "INSERT INTO failure_count (period, start, group_id, n) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (period, start, group_id) DO UPDATE SET n = n + excluded.n"
)
_FAILED_ONCE: Final = (Kind.RECEIVED, Kind.STARTED, Kind.FAILED)
_BOUNDS: Final = "SELECT period, kept_from FROM failure_bound"


class Outcome(NamedTuple):
    """A row that says, or said, that its task failed. ``minute`` is where it counts, 0 nowhere; ``at`` its end."""

    row_id: int
    was_failure: bool
    is_failure: bool
    facts: bytes
    minute: int
    at: float


def outcome(  # what a row tells
    row_id: int, was: str | None, state: str, times: Sequence[float | None], share: Share, facts: bytes
) -> Outcome:
    """Return what a changed row tells; ``times`` are the row's, ``finished_at`` the fourth, ``heard_at`` the last."""
    heard_at, finished_at = times[-1], times[3]
    latest = float("inf") if heard_at is None else heard_at + MOST_AHEAD_S
    at = min(finished_at if finished_at is not None else heard_at or 0.0, latest)
    return Outcome(row_id, was == FAILED, state == FAILED, facts, share[2] >> MINUTE_BITS, at)


class _Failure(NamedTuple):
    """What the record of a failed task says of it."""

    name: str | None
    exception: str | None
    traceback: str | None


def _failure(facts: bytes) -> _Failure:
    """Return it from a row's marks; one that was received, started and failed once needs no fold."""
    marks = unpack("", facts).marks
    if tuple(mark.kind for mark in marks) == _FAILED_ONCE:
        received, _, failed = marks
        if received.name and failed.exception:
            return _Failure(received.name, failed.exception, failed.traceback)
    task = read(facts_from("", None, None, None, facts))
    return _Failure(task.name, task.exception, task.traceback)


class FailureRows:
    """Runs inside the transaction that writes the tasks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Count these."""
        change = _Change(self._connection, self._placed(outcomes))
        before = self._before(one.row_id for one in outcomes if one.was_failure)
        for one in outcomes:
            change.move(one, before.get(one.row_id))
        change.write()

    def _before(self, row_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        wanted = list(row_ids)
        if not wanted:
            return {}
        rows = self._connection.exec_driver_sql(_TASKS, (json.dumps(wanted),))
        return {row_id: (group_id, minute) for row_id, group_id, minute in rows}

    def _placed(self, outcomes: Sequence[Outcome]) -> dict[int, _Group]:
        """Return the groups of those that fail, by row; new ones are opened."""
        failing = [(one, _failure(one.facts)) for one in outcomes if one.is_failure]
        prints = [fingerprint(failure.exception, failure.traceback) for _, failure in failing]
        groups = self._stored({found.id for found in prints})
        placed = {}
        for (one, failure), found in zip(failing, prints, strict=True):
            group = groups.get(found.id)
            if group is None:
                group = groups[found.id] = self._opened(groups, found, failure, one.at)
            group.learn(failure.name)
            placed[one.row_id] = group
        return placed

    def _stored(self, ids: set[str]) -> dict[str, _Group]:
        rows = self._connection.exec_driver_sql(_GROUPS, (json.dumps([*ids, OVERFLOW_ID]),))
        return {found: _Group(number, _names(names), is_cut=bool(is_cut)) for found, number, names, is_cut in rows}

    def _opened(self, groups: dict[str, _Group], found: Fingerprint, failure: _Failure, at: float) -> _Group:
        n: int = self._connection.exec_driver_sql("SELECT count(*) FROM failure_group").scalar_one()
        if n >= GROUPS_AT_MOST:
            if OVERFLOW_ID not in groups:
                groups[OVERFLOW_ID] = self._open(_REST, None, None, at)
            return groups[OVERFLOW_ID]
        return self._open(found, cut(failure.exception, _EXCEPTION_KEPT), _end(failure.traceback), at)

    def _open(self, found: Fingerprint, exception: str | None, traceback: str | None, at: float) -> _Group:
        texts = (found.id, found.type, found.message, found.place, exception, traceback)
        row = (*texts, _encode(()), at, at, Decision.OPEN.value)
        return _Group(self._connection.exec_driver_sql(_OPEN, row).scalar_one(), (), is_cut=False)


class _Group:
    """A group as one transaction knows it."""

    __slots__ = ("is_cut", "is_told", "names", "number")

    def __init__(self, number: int, names: tuple[str, ...], *, is_cut: bool) -> None:
        self.number = number
        self.names = names
        self.is_cut = is_cut
        self.is_told = False

    def learn(self, name: str | None) -> None:
        if name is None or name in self.names or self.is_cut:
            return
        self.is_told = True
        if len(self.names) < NAMES_AT_MOST:
            self.names = (*self.names, name)
        else:
            self.is_cut = True


class _Change:
    """What one transaction does to the tables."""

    def __init__(self, connection: Connection, placed: dict[int, _Group]) -> None:
        self._connection = connection
        self._placed = placed
        self._put: list[tuple[int, int, int]] = []
        self._gone: list[int] = []
        self._totals: Counter[int] = Counter()
        self._spans: dict[int, tuple[float, float]] = {}
        self._counts: Counter[tuple[int, int, int]] = Counter()

    def move(self, one: Outcome, was: tuple[int, int] | None) -> None:
        """Take a task from where it counted to where it counts."""
        group = self._placed.get(one.row_id)
        now = None if group is None else (group.number, one.minute)
        if was == now:
            return
        if was is not None:
            self._count(*was, -1)
        if now is None:
            self._gone.append(one.row_id)
            return
        self._put.append((one.row_id, *now))
        self._count(*now, 1)
        first, last = self._spans.get(now[0], (one.at, one.at))
        self._spans[now[0]] = (min(first, one.at), max(last, one.at))

    def write(self) -> None:
        """Write it all."""
        _PUT_TASK.write(self._connection, self._put)
        forget_tasks(self._connection, self._gone)
        bounds = dict(map(tuple, self._connection.exec_driver_sql(_BOUNDS)))
        kept = [(*place, n) for place, n in self._counts.items() if n and place[1] >= bounds[place[0]]]
        _COUNT.write(self._connection, kept)
        nowhere = (float("inf"), float("-inf"))
        changed = self._totals.keys() | self._spans.keys()
        self._many(_GROW, [(self._totals[number], *self._spans.get(number, nowhere), number) for number in changed])
        told = {group.number: group for group in self._placed.values() if group.is_told}
        self._many(_NAME, [(_encode(group.names), group.is_cut, number) for number, group in told.items()])

    def _count(self, number: int, minute: int, n: int) -> None:
        if minute:
            at = minute * MINUTE_S
            self._totals[number] += n
            for period in _PERIODS:
                self._counts[int(period), at - at % period.seconds, number] += n

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._connection.exec_driver_sql(sql, list(rows))


def _end(traceback: str | None) -> str | None:
    """Keep the end of a long traceback: the exception and its innermost frames stand there."""
    return None if traceback is None else traceback[-_TRACEBACK_KEPT:]


def forget_tasks(connection: Connection, row_ids: Sequence[int]) -> None:
    """Let go of tasks that are deleted; what they counted stays."""
    if row_ids:
        delete_by_id(connection, "failure_task", row_ids, "row_id")
