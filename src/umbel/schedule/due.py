"""When a rule is due next, asked of Celery's own schedule classes, in the rule's zone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from celery.schedules import BaseSchedule, crontab, schedule, solar

from umbel.model.errors import UmbelError
from umbel.model.schedules import Entry, Rule, RuleKind
from umbel.schedule.expressions import zone_or_utc

SCHEDULES_KEPT: Final = 10_000


class NeverDue(UmbelError):
    """It cannot be told when the rule is due; the message says why."""


class _Frozen:
    """A clock that stands, so that what remains from now on is the next due time."""

    def __init__(self) -> None:
        self.at = datetime.fromtimestamp(0, UTC)

    def __call__(self) -> datetime:
        return self.at


def next_due(rule: Rule, after: float) -> float | None:
    """Return the first due time after the instant ``after``, which is taken for the last run; both in epoch seconds.

    ``None`` where none follows. Raises NeverDue.
    """
    if rule.error is not None:
        raise NeverDue(rule.error)
    if rule.kind is RuleKind.CLOCKED and rule.at is not None:
        return rule.at if rule.at > after else None
    if rule.kind is RuleKind.INTERVAL and rule.every_s is not None and not rule.relative:
        return after + rule.every_s  # what Celery's class says, without the way over dates
    celerys, clock, zone = _schedule_of(rule)
    try:
        last = datetime.fromtimestamp(after, zone)
        clock.at = last
        remains: timedelta = celerys.remaining_estimate(last)
    except Exception as error:
        raise NeverDue(f"Celery cannot tell when it is due: {str(error) or type(error).__name__}") from error
    due = after + remains.total_seconds()
    # A fraction of a microsecond less than a whole second is what a float makes of it.
    due = round(due) if rule.kind is RuleKind.CRONTAB and math.isclose(due, round(due), abs_tol=1e-3) else due
    return due if due > after else None


def due_times(rule: Rule, after: float, until: float, limit: int) -> Iterator[float]:
    """Yield at most ``limit`` due times after ``after`` and not after ``until``. Raises NeverDue."""
    due = next_due(rule, after)
    while due is not None and due <= until and limit > 0:
        yield due
        limit -= 1
        due = next_due(rule, due)


@lru_cache(maxsize=SCHEDULES_KEPT)
def _schedule_of(rule: Rule) -> tuple[Any, _Frozen, ZoneInfo]:
    """Return Celery's object, made once a rule, with its clock and its zone. Raises NeverDue."""
    clock = _Frozen()
    try:
        zone = zone_or_utc(rule.zone)
        made: Any = _made(rule, clock)  # the two fields set below are read-only in the stubs
    except NeverDue:
        raise
    except Exception as error:
        raise NeverDue(f"Celery refuses it: {str(error) or type(error).__name__}") from error
    made.tz = zone  # in place of the zone of an application
    made.utc_enabled = True
    return made, clock, zone


def _made(rule: Rule, clock: _Frozen) -> BaseSchedule:
    match rule.kind:
        case RuleKind.CRONTAB:
            return crontab(
                minute=rule.minute,
                hour=rule.hour,
                day_of_week=rule.day_of_week,
                day_of_month=rule.day_of_month,
                month_of_year=rule.month_of_year,
                nowfun=clock,
            )
        case RuleKind.SOLAR:
            event: Any = rule.event  # the stubs allow the names alone
            return solar(event, rule.latitude or 0.0, rule.longitude or 0.0, nowfun=clock)
        case RuleKind.INTERVAL:
            return schedule(timedelta(seconds=rule.every_s or 0.0), relative=rule.relative, nowfun=clock)
        case _:
            raise NeverDue(rule.error or "Umbel does not know when this is due")


def due_after(entry: Entry, after: float, until: float, limit: int) -> list[float]:
    """Return when an entry is due, as ``due_times`` does, as far as that can be told."""
    found: list[float] = []
    try:
        found.extend(due_times(entry.rule, after, until, limit))
    except NeverDue:
        return found
    return found
