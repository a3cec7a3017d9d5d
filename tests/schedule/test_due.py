"""Due times are those of Celery's own classes, over changes of the clock, ends of months and leap days."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import BaseSchedule, crontab, schedule, solar

from umbel.model.schedules import Rule, RuleKind
from umbel.schedule.due import NeverDue, due_times, next_due
from umbel.schedule.expressions import FIELDS, cron, interval, rule_of, sun

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
"""The last one changes by half an hour."""
CRONTABS = (
    ("*", "*", "*", "*", "*"),
    ("*/15", "*", "*", "*", "*"),
    ("30", "2", "*", "*", "*"),
    ("5", "1-3", "*", "*", "*"),
    ("0", "0", "*", "31", "*"),
    ("0", "12", "*", "29", "2"),
    ("0", "4", "mon-fri", "*", "*"),
    ("59", "23", "sun", "*/7", "3,10"),
)
STARTS = (
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),  # Berlin goes forward the next night
    datetime(2026, 10, 24, 22, 45, tzinfo=UTC),  # and back
    datetime(2026, 3, 8, 5, 50, tzinfo=UTC),  # New York
    datetime(2026, 11, 1, 4, 20, tzinfo=UTC),
    datetime(2026, 4, 4, 13, 59, tzinfo=UTC),  # Lord Howe
    datetime(2026, 10, 3, 14, 10, tzinfo=UTC),
    datetime(2028, 2, 28, 11, 0, tzinfo=UTC),  # a leap year
    datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC),
)


def celerys(rule: Rule, zone: str, now: datetime) -> BaseSchedule:
    """Return Celery's object as beat has it: in an application with a zone, with a clock."""
    app = Celery(set_as_current=False)
    app.conf.update(timezone=zone, enable_utc=True)
    if rule.kind is RuleKind.CRONTAB:
        return crontab(**{field: getattr(rule, field) for field in FIELDS}, nowfun=lambda: now, app=app)
    if rule.kind is RuleKind.SOLAR:
        return solar("sunset", rule.latitude or 0.0, rule.longitude or 0.0, nowfun=lambda: now, app=app)
    every = timedelta(seconds=rule.every_s or 0.0)
    return schedule(every, relative=rule.relative, nowfun=lambda: now, app=app)


def cases() -> Iterator[tuple[Rule, str, datetime]]:
    """Yield rules with their zones and starts: more than 200."""
    for zone in ZONES:
        for start in STARTS:
            yield from ((cron(fields, zone), zone, start) for fields in CRONTABS)
            yield interval(5_400.0), zone, start
    for start in STARTS:
        yield sun("sunset", 52.5, 13.4), "Europe/Berlin", start
        yield sun("sunset", 69.6, 18.9), "Europe/Berlin", start  # where the sun may not set at all


def test_due_times_are_those_of_celery() -> None:
    """What beat would wait until, having run at the start and looking at its clock some time later."""
    seen = 0
    for rule, zone, start in cases():
        due = next_due(rule, start.timestamp())
        assert due is not None
        for later in (0.0, 20.0):
            now = start + timedelta(seconds=later)
            remains = celerys(rule, zone, now.astimezone(ZoneInfo(zone))).remaining_estimate(
                start.astimezone(ZoneInfo(zone))
            )
            expected = now.timestamp() + remains.total_seconds()
            assert due == pytest.approx(expected, abs=1e-3), (rule, zone, start, later)
            seen += 1
    assert seen > 2 * 200


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_over_a_change_of_the_clock(zone: str) -> None:
    """A daily run stays at its hour, and an hourly one comes every hour of the real day."""
    for start in STARTS:
        days = list(due_times(cron(("0", "9", "*", "*", "*"), zone), start.timestamp(), 9e9, 5))
        assert {datetime.fromtimestamp(at, ZoneInfo(zone)).hour for at in days} == {9}
        assert all(after > before for before, after in pairwise(days))


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (30.0, RuleKind.INTERVAL, "30 s"),
        ("0:03:00", RuleKind.INTERVAL, "0:03:00"),
        ("2 days, 1:00:00", RuleKind.INTERVAL, "2 days, 1:00:00"),
        (timedelta(hours=2), RuleKind.INTERVAL, "2:00:00"),
        (schedule(timedelta(seconds=5), relative=True), RuleKind.INTERVAL, "<freq: 5.00 seconds>"),
        (crontab(minute=[0, 30], hour="8-9", day_of_week="mon"), RuleKind.CRONTAB, "0,30 8-9 * * mon"),
        ("<crontab: 0 2 31 * 1 (m/h/dM/MY/d)>", RuleKind.CRONTAB, "0 2 31 * 1"),
        ("<crontab: 0 2 1 31 * (m/h/d/dM/MY)>", RuleKind.CRONTAB, "0 2 31 * 1"),
        ("<solar: sunset at latitude 52.5, longitude: 13.4>", RuleKind.SOLAR, "sunset at 52.5, 13.4"),
    ],
)
def test_a_worker_tells_a_schedule_as_text(value: object, kind: RuleKind, words: str) -> None:
    """Objects and their texts, of older and newer versions of Celery, are read as the same rule."""
    rule = rule_of(value, "UTC")
    assert (rule.kind, rule.text, rule.error) == (kind, words, None)


@pytest.mark.parametrize(
    "value",
    [
        "<crontab: 61 0 * * * (m/h/dM/MY/d)>",
        "<crontab: */0 * * * * (m/h/dM/MY/d)>",
        "<crontab: 0 0 31 4 * (m/h/dM/MY/d)>",
        "<crontab: 1-99999999999 0 * * * (m/h/dM/MY/d)>",
        f"<crontab: {'1,' * 100_000} * * * * (m/h/dM/MY/d)>",
        "<solar: noon at latitude 52.5, longitude: 13.4>",
        "<solar: sunset at latitude 152.5, longitude: 13.4>",
        "tomorrow",
        -5,
        float("nan"),
        True,
        None,
        object(),
    ],
)
def test_what_is_no_schedule_says_why(value: object) -> None:
    """Nothing raises, nothing takes long, and nobody waits for it."""
    began = time.monotonic()
    rule = rule_of(value, "Europe/Berlin")
    assert rule.error
    with pytest.raises(NeverDue):
        next_due(rule, 0.0)
    assert time.monotonic() - began < 1.0
    assert rule_of("<crontab: 0 2 * * * (m/h/dM/MY/d)>", "Mars/Olympus").error == "there is no time zone 'Mars/Olympus'"
