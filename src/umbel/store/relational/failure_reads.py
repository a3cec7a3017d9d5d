"""Reads the groups of failures, and writes what people decide about them."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Column, and_, case, func, select, update

from umbel.model.failures import (
    DAY_S,
    EXACT_UP_TO,
    HOUR_S,
    WINDOWS,
    Decision,
    FailureDetail,
    FailureGroup,
    Share,
    window_start,
)
from umbel.model.rollups import Period
from umbel.store.relational.access import Access
from umbel.store.relational.lists import records
from umbel.store.relational.reader import Reader
from umbel.store.relational.rows import RECORD_COLUMNS
from umbel.store.relational.tables import DEFAULT_CLUSTER, task, term
from umbel.store.relational.tables_failures import failure_count, failure_group, failure_task

GROUPS_AT_MOST: Final = 1_000
TASKS_SHOWN: Final = 10
LOOKED_AT: Final = 1_000
"""Of so many of its newest tasks a group tells the names and workers."""
_SHARES_SHOWN: Final = 50

_names: Final = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_COLUMNS: Final = (
    failure_group.c.id,
    failure_group.c.fingerprint,
    failure_group.c.type,
    failure_group.c.message,
    failure_group.c.place,
    failure_group.c.exception,
    failure_group.c.traceback,
    failure_group.c.names,
    failure_group.c.names_cut,
    failure_group.c.first_at,
    failure_group.c.last_at,
    failure_group.c.total,
    failure_group.c.decision,
    failure_group.c.decided_at,
    failure_group.c.decided_by,
    failure_group.c.note,
)
_REGRESSED: Final = and_(
    failure_group.c.decision == Decision.RESOLVED.value, failure_group.c.last_at > failure_group.c.decided_at
)
_Counts = Mapping[int, Mapping[int, int]]


class RelationalFailures:
    """See ``FailureStore``."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def groups(self, now: float, limit: int = GROUPS_AT_MOST) -> builtins.list[FailureGroup]:
        """See ``FailureStore.groups``."""
        newest = select(*_COLUMNS).order_by(failure_group.c.last_at.desc(), failure_group.c.id.desc())
        with self._access.reads() as reader:
            rows = reader.ask(newest.limit(min(limit, GROUPS_AT_MOST)))
            counts, hours = _windows(reader, now), _hours(reader, now, DAY_S // HOUR_S)
        return [_group(row, counts, hours, now) for row in rows]

    def by_decision(self) -> dict[Decision, int]:
        """See ``FailureStore.by_decision``."""
        decision = case((_REGRESSED, Decision.OPEN.value), else_=failure_group.c.decision)
        with self._access.reads() as reader:
            found = dict(map(tuple, reader.ask(select(decision, func.count()).group_by(decision))))
        return {one: found.get(one.value, 0) for one in Decision}

    def group(self, group_id: str, now: float) -> FailureDetail | None:
        """See ``FailureStore.group``."""
        with self._access.reads() as reader:
            rows = reader.ask(select(*_COLUMNS).where(failure_group.c.fingerprint == group_id))
            if not rows:
                return None
            number = rows[0][0]
            week = _hours(reader, now, WINDOWS[-1] // HOUR_S, number)
            day = {number: week[number]} if number in week else {}
            group = _group(rows[0], _windows(reader, now, number), day, now)
            looked_at, names, workers = _shares(reader, number)
            newest = select(*RECORD_COLUMNS).join(failure_task, failure_task.c.row_id == task.c.id)
            newest = newest.where(failure_task.c.group_id == number).order_by(failure_task.c.row_id.desc())
            tasks = tuple(records(reader, newest.limit(TASKS_SHOWN)))
        by_hour = _line(week.get(number, {}), now, WINDOWS[-1] // HOUR_S)
        return FailureDetail(
            group=group, tasks=tasks, names=names, workers=workers, looked_at=looked_at, by_hour=by_hour
        )

    def decide(self, group_id: str, decision: Decision, *, at: float, by: str | None, note: str | None) -> bool:
        """See ``FailureStore.decide``."""
        values = {"decision": decision.value, "decided_at": at, "decided_by": by, "note": note}
        which = and_(failure_group.c.cluster == DEFAULT_CLUSTER, failure_group.c.fingerprint == group_id)
        with self._access.writes() as connection:
            return bool(connection.execute(update(failure_group).where(which).values(values)).rowcount)


def _group(row: tuple[Any, ...], counts: _Counts, hours: _Counts, now: float) -> FailureGroup:
    number, group_id, type_, message, place, exception, traceback, names, names_cut, first_at, last_at, *rest = row
    total, decision, decided_at, decided_by, note = rest
    return FailureGroup(
        id=group_id,
        type=type_,
        message=message,
        place=place,
        exception=exception,
        traceback=traceback,
        names=_names(names),
        names_cut=bool(names_cut),
        first_at=first_at,
        last_at=last_at,
        total=total,
        counts={window: counts.get(number, {}).get(window, 0) for window in WINDOWS},
        by_hour=_line(hours.get(number, {}), now, DAY_S // HOUR_S),
        decision=Decision(decision),
        decided_at=decided_at,
        decided_by=decided_by,
        note=note,
    )


def _windows(reader: Reader, now: float, number: int | None = None) -> _Counts:
    """Return how often each group failed in each window: short ones summed from minutes, long ones from hours."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for period, windows in (
        (Period.MINUTE, [window for window in WINDOWS if window <= EXACT_UP_TO]),
        (Period.HOUR, [window for window in WINDOWS if window > EXACT_UP_TO]),
    ):
        starts = [window_start(window, now) for window in windows]
        sums = [func.sum(case((failure_count.c.start >= start, failure_count.c.n), else_=0)) for start in starts]
        counted = select(failure_count.c.group_id, *sums).where(
            failure_count.c.period == int(period), failure_count.c.start >= min(starts)
        )
        if number is not None:
            counted = counted.where(failure_count.c.group_id == number)
        for group_id, *values in reader.ask(counted.group_by(failure_count.c.group_id)):
            found[group_id].update(zip(windows, values, strict=True))
    return found


def _hours(reader: Reader, now: float, hours: int, number: int | None = None) -> _Counts:
    """Return how often each group failed in each of the last hours, by the start of the hour."""
    first = _hour(now) - (hours - 1) * HOUR_S
    counted = select(failure_count.c.group_id, failure_count.c.start, failure_count.c.n).where(
        failure_count.c.period == int(Period.HOUR), failure_count.c.start >= first
    )
    if number is not None:
        counted = counted.where(failure_count.c.group_id == number)
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for group_id, start, n in reader.ask(counted):
        found[group_id][start] = n
    return found


def _line(by_start: Mapping[int, int], now: float, hours: int) -> tuple[int, ...]:
    last = _hour(now)
    return tuple(by_start.get(last - back * HOUR_S, 0) for back in range(hours - 1, -1, -1))


def _hour(at: float) -> int:
    return int(at) // HOUR_S * HOUR_S


def _shares(reader: Reader, number: int) -> tuple[int, tuple[Share, ...], tuple[Share, ...]]:
    newest = (
        select(failure_task.c.row_id)
        .where(failure_task.c.group_id == number)
        .order_by(failure_task.c.row_id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    ((looked_at,),) = reader.ask(select(func.count()).select_from(newest))

    def by(column: Column[int]) -> tuple[Share, ...]:
        counted = (
            select(term.c.text, func.count().label("n"))
            .select_from(newest.join(task, task.c.id == newest.c.row_id).outerjoin(term, term.c.id == column))
            .group_by(term.c.text)
            .order_by(func.count().desc(), term.c.text)
            .limit(_SHARES_SHOWN)
        )
        return tuple(Share(text=text, tasks=n) for text, n in reader.ask(counted))

    return looked_at, by(task.c.name_id), by(task.c.worker_id)
