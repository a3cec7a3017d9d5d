"""What beat's entries become on the wire."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from celery.schedules import BaseSchedule, crontab, schedule

from tests.support.clock import ManualClock
from umbel.agent.arguments import Arguments
from umbel.agent.beat_entries import entry_of, rule_of
from umbel.agent.beat_listing import ALL_EVERY_S, ENTRIES_A_PART, Listing

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def entry(name: str, every: BaseSchedule | None = None, runs: int = 3) -> ScheduleEntry:
    return ScheduleEntry(
        kwargs={"token": "s", "n": 1},
        name=name,
        task="t",
        schedule=every or schedule(30.0),
        last_run_at=AT,
        total_run_count=runs,
        options={"queue": "q"},
    )


@pytest.mark.parametrize(
    ("every", "rule"),
    [
        (schedule(timedelta(minutes=3)), {"kind": "interval", "every_s": 180.0, "relative": False}),
        (
            crontab(minute="*/5", hour="9-17", day_of_week="mon-fri"),
            {
                "kind": "crontab",
                "minute": "*/5",
                "hour": "9-17",
                "day_of_week": "mon-fri",
                "day_of_month": "*",
                "month_of_year": "*",
                "timezone": "UTC",
            },
        ),
        (
            SimpleNamespace(event="sunset", lat=52.5, lon=13.4),
            {"kind": "solar", "event": "sunset", "latitude": 52.5, "longitude": 13.4},
        ),
        (SimpleNamespace(clocked_time=AT), {"kind": "clocked", "at": AT.timestamp()}),
        (object(), {"kind": "other"}),
    ],
    ids=["interval", "crontab", "solar", "clocked", "other"],
)
def test_a_rule_says_when_an_entry_is_due(every: object, rule: dict[str, Any]) -> None:
    """By the expressions as they were written, with the zone that they are read in."""
    assert rule_of(every) == rule


def test_an_entry_says_how_it_went() -> None:
    """Its last run and how many there were, and which queue it is for."""
    assert entry_of("nightly", entry("nightly", crontab(minute="0", hour="2")), Arguments()) == {
        "name": "nightly",
        "task": "t",
        "schedule": "<crontab: 0 2 * * * (m/h/dM/MY/d)>",
        "rule": rule_of(crontab(minute="0", hour="2")),
        "last_run_at": AT.timestamp(),
        "total_run_count": 3,
        "queue": "q",
        "args": "[]",
        "kwargs": "{'token': '***', 'n': 1}",
    }


def test_only_what_changed_is_told() -> None:
    """All of it at first and every five minutes, in parts; else the entries that ran, came or went."""
    clock = ManualClock(0.0)
    listing = Listing(Arguments(), clock)
    entries = {f"e{number}": entry(f"e{number}") for number in range(ENTRIES_A_PART + 50)}

    first = listing.parts(entries.items())
    quiet = listing.parts(entries.items())
    entries["e7"] = entry("e7", runs=4)
    del entries["e8"]
    changed = listing.parts(entries.items())
    clock.now += ALL_EVERY_S
    again = listing.parts(entries.items())

    assert [(len(part["entries"]), part["complete"]) for part in first] == [(ENTRIES_A_PART, True), (50, True)]
    assert [(part["entries"], part["gone"]) for part in quiet] == [([], [])]
    assert [([one["name"] for one in part["entries"]], part["gone"]) for part in changed] == [(["e7"], ["e8"])]
    assert sum(len(part["entries"]) for part in again) == len(entries)


def test_after_a_loss_all_is_told() -> None:
    """What the last report said may not have arrived."""
    listing = Listing(Arguments(), ManualClock(0.0))
    entries = [("a", entry("a"))]
    listing.parts(entries)
    listing.begin_anew()

    assert listing.parts(entries)[0]["complete"]


def test_a_scheduler_that_knows_its_next_entries_alone_lists_none() -> None:
    """RedBeat keeps the others in Redis: what is not among them is not gone."""
    listing = Listing(Arguments(), ManualClock(0.0))

    (part,) = listing.parts([], are_all=False)
    assert (part["complete"], part["gone"]) == (False, [])
