"""Entries are read from wherever they are kept: real files, keys and tables, written by those who own them."""

from __future__ import annotations

import logging
import os
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import PersistentScheduler
from celery.schedules import crontab

from tests.support.beats import DJANGO, run_here
from tests.support.services import RedisServer, start_broker
from umbel.model.schedules import Entry, RuleKind, SourceKind
from umbel.schedule.book import Book
from umbel.schedule.keeper import ScheduleKeeper
from umbel.schedule.merge import merge, together
from umbel.schedule.sources.agent import BEATS_AT_MOST, AgentSource
from umbel.schedule.sources.conf import AppSource, ConfSource
from umbel.schedule.sources.django import DjangoSource
from umbel.schedule.sources.learnt import cadence_of
from umbel.schedule.sources.redbeat import RedBeatSource
from umbel.schedule.sources.shelve import ShelveSource
from umbel.schedule.sources.source import Listing, SourceError
from umbel.store.registry import open_store

REPORT: dict[str, object] = {
    "version": 1,
    "scheduler": "s",
    "started_at": 1.0,
    "entries_total": 1,
    "listing": 1,
    "part": 1,
    "parts": 1,
    "complete": True,
    "entries": [],
    "gone": [],
    "runs": [],
}
SCHEDULE = {
    "nightly": {"task": "shop.close", "schedule": crontab(minute=0, hour=2), "args": (1, "a")},
    "often": {"task": "shop.look", "schedule": 30.0, "kwargs": {"password": "hunter2"}, "options": {"queue": "q"}},
    "hourly": {"task": "shop.sum", "schedule": timedelta(hours=1), "options": {"expires": 60}},
}


def an_app() -> Celery:
    """Return an application with a schedule in Berlin."""
    app = Celery("shop", set_as_current=False)
    app.conf.update(timezone="Europe/Berlin", beat_schedule=SCHEDULE)
    return app


def by_name(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    """Return entries by name."""
    return {one.name: one for one in entries}


def test_the_schedule_of_an_application() -> None:
    """What was configured, and what its modules add while it starts; no password is kept."""
    app = an_app()

    @app.on_after_finalize.connect
    def add_more(sender: Celery, **_: object) -> None:
        sender.add_periodic_task(10.0, sender.signature("shop.more"), name="more")

    found = by_name(AppSource(app, "shop").read().entries)
    assert set(found) == {"nightly", "often", "hourly", "more"}
    nightly, often = found["nightly"], found["often"]
    assert (nightly.task, nightly.args, nightly.rule.hour, nightly.rule.zone) == (
        "shop.close",
        "[1, 'a']",
        "2",
        "Europe/Berlin",
    )
    assert (often.rule.every_s, often.queue) == (30.0, "q")
    assert "hunter2" not in (often.kwargs or "")
    assert found["hourly"].expires_s == 60.0


def test_what_workers_tell_is_what_the_application_has() -> None:
    """A worker's answer, whose crontabs are texts, makes the same entries, and joined they are one."""
    told = {"nightly": {"task": "shop.close", "schedule": "<crontab: 0 2 * * * (m/h/dM/MY/d)>", "args": [1, "a"]}}
    conf = {"beat_schedule": told, "timezone": "Europe/Berlin"}
    read = ConfSource(lambda _: {"w1@x": conf, "w2@x": {"error": "no"}, "w3@x": "nonsense"}).read()
    assert read is not None
    (entry,) = read.entries
    of_app = by_name(AppSource(an_app(), "shop").read().entries)["nightly"]
    assert entry.call == of_app.call
    (joined,) = together([entry, of_app]).values()
    assert [origin.kind for origin in joined.origins] == [SourceKind.APP, SourceKind.CONF]
    assert ConfSource(lambda _: {}).read() is None, "nobody answered, which says nothing"


def test_the_file_of_beat(tmp_path: Path) -> None:
    """Beat's own shelf, while beat has it open, with when each entry last ran."""
    path = tmp_path / "celerybeat-schedule"
    scheduler = PersistentScheduler(app=an_app(), schedule_filename=str(path))
    scheduler.reserve(scheduler.schedule["often"])
    scheduler.sync()
    found = by_name(ShelveSource(path).read().entries)
    scheduler.close()
    assert {"nightly", "often", "hourly"} <= set(found)
    assert (found["often"].total_runs, found["often"].last_run_at is not None) == (1, True)
    assert (found["nightly"].total_runs, found["nightly"].last_run_at) == (0, None)
    assert (found["nightly"].rule.hour, found["nightly"].rule.zone) == ("2", "Europe/Berlin")


class Bomb:
    """Runs a command when it is unpickled by anyone who trusts it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_file_of_beat_runs_nothing(tmp_path: Path) -> None:
    """A pickle that would run code makes an inert object, and what else is in the file is read."""
    path, crater = tmp_path / "shelf", tmp_path / "crater"
    app = an_app()
    scheduler = PersistentScheduler(app=app, schedule_filename=str(path))
    scheduler.schedule["often"].args = (Bomb(crater),)
    scheduler.sync()
    scheduler.close()
    assert {"nightly", "often"} <= set(by_name(ShelveSource(path).read().entries))
    assert not crater.exists()
    (tmp_path / "text").write_text("no shelf")
    for wrong in ("text", "nowhere"):
        with pytest.raises(SourceError, match=wrong):
            ShelveSource(tmp_path / wrong).read()
    assert pickle.dumps(Bomb(crater))


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for RedBeat's keys."""
    with ExitStack() as parts:
        server = start_broker(parts, tmp_path_factory.mktemp("redbeat"), "redis")
        assert isinstance(server, RedisServer)
        yield server


REDBEAT = """
from celery import Celery
from celery.schedules import crontab, schedule
from redbeat import RedBeatSchedulerEntry
app = Celery("shop", broker="{url}")
RedBeatSchedulerEntry("often", "shop.look", schedule(30.0, app=app), args=[1], app=app).save()
RedBeatSchedulerEntry("nightly", "shop.close", crontab(minute=0, hour=2, app=app), enabled=False, app=app).save()
entry = RedBeatSchedulerEntry("ran", "shop.ran", schedule(60.0, app=app), app=app)
entry.save(); next(entry)
print("done")
"""


def test_the_keys_of_redbeat(redis: RedisServer, tmp_path: Path) -> None:
    """What RedBeat itself wrote, paused entries and last runs too; where it was never used, nothing is said."""
    source = RedBeatSource(redis.url_of(3), zone="Europe/Berlin")
    assert source.read() is None
    assert "done" in run_here(REDBEAT.format(url=redis.url_of(3)), tmp_path, {})
    listing = source.read()
    assert listing is not None
    found = by_name(listing.entries)
    assert (found["often"].rule.every_s, found["often"].args, found["often"].enabled) == (30.0, "[1]", True)
    nightly = found["nightly"]
    assert (nightly.rule.hour, nightly.rule.zone, nightly.enabled) == ("2", "Europe/Berlin", False)
    assert (found["ran"].total_runs, found["ran"].last_run_at is not None) == (1, True)
    assert listing.note == "no beat holds the lock"
    redis.stop()
    with pytest.raises(SourceError, match="cannot be read"):
        source.read()
    redis.start()


TABLES = """
import django; django.setup()
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from django_celery_beat.models import *
call_command("migrate", verbosity=0)
every = IntervalSchedule.objects.create(every=30, period="seconds")
cron = CrontabSchedule.objects.create(minute="0", hour="2", timezone="America/New_York")
once = ClockedSchedule.objects.create(clocked_time=timezone.now() + timedelta(hours=1))
sun = SolarSchedule.objects.create(event="sunset", latitude=52.5, longitude=13.4)
make = PeriodicTask.objects.create
make(name="often", task="shop.look", interval=every, args="[1]", queue="q", expire_seconds=9, total_run_count=4,
     last_run_at=timezone.now(), start_time=timezone.now())
make(name="nightly", task="shop.close", crontab=cron, enabled=False)
make(name="once", task="shop.once", clocked=once, one_off=True, kwargs='{"token": "s3cret"}')
make(name="lights", task="shop.lights", solar=sun, args="no json")
print("done")
"""


def test_the_tables_of_django_celery_beat(tmp_path: Path) -> None:
    """What Django itself wrote: all four kinds, each crontab in its own zone; nothing is written there."""
    path = tmp_path / "app.db"
    assert "done" in run_here(TABLES, tmp_path, {**DJANGO, "UMBEL_TEST_DATABASE": str(path)})
    before = path.read_bytes()
    found = by_name(DjangoSource(f"sqlite:///{path}").read().entries)
    assert {one.rule.kind for one in found.values()} == {
        RuleKind.INTERVAL,
        RuleKind.CRONTAB,
        RuleKind.CLOCKED,
        RuleKind.SOLAR,
    }
    often, nightly, once = found["often"], found["nightly"], found["once"]
    assert (often.rule.every_s, often.args, often.queue, often.expires_s, often.total_runs) == (30, "[1]", "q", 9, 4)
    assert often.last_run_at is not None
    assert often.starts_at is not None
    assert (nightly.rule.zone, nightly.enabled) == ("America/New_York", False)
    assert (once.one_off, "s3cret" in (once.kwargs or "")) == (True, False)
    assert path.read_bytes() == before


def test_a_database_that_is_none(tmp_path: Path) -> None:
    """Each error names the database without its password, and says what to do."""
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    for url, why in (
        (f"sqlite:///{empty}", "is django-celery-beat migrated"),
        (f"sqlite:///{tmp_path}/none.db", "cannot be read"),
        ("mysql://me:hunter2@localhost/app", "install it beside Umbel"),
        ("nonsense", "no URL of a database"),
    ):
        with pytest.raises(SourceError, match=why) as caught:
            DjangoSource(url).read()
        assert "hunter2" not in str(caught.value)


def test_what_the_agent_says() -> None:
    """A listing in parts counts once it is whole; changes and removals follow; what was sent is passed on."""
    sent: dict[str, str] = {}
    source = AgentSource(clock=lambda: 100.0, on_runs=sent.update)
    rule = {"kind": "interval", "every_s": 5.0}
    one, two = ({"name": name, "task": "t", "schedule": "5 s", "rule": rule} for name in ("one", "two"))
    report = {"version": 1, "scheduler": "s", "started_at": 1.0, "entries_total": 2, "listing": 1, "parts": 2}
    full = {**report, "complete": True, "gone": [], "runs": [{"entry": "one", "task_id": "x", "at": 9.0}]}
    source.take("celerybeat@h", {**full, "part": 0, "entries": [one]}, 99.0)
    assert source.read() is None
    source.take("celerybeat@h", {**full, "part": 1, "entries": [two]}, 99.0)
    listing = source.read()
    assert listing is not None
    assert set(by_name(listing.entries)) == {"one", "two"}
    assert sent == {"x": "one"}
    source.take(
        "celerybeat@h", {**report, "complete": False, "part": 0, "entries": [], "gone": ["one"], "runs": []}, 99.5
    )
    listing = source.read()
    assert listing is not None
    assert set(by_name(listing.entries)) == {"two"}
    source.take("celerybeat@h", {"nonsense": True}, 99.5)
    assert source.beats()[0].client == "celerybeat@h"


def test_two_beats_of_one_host_are_two() -> None:
    """What one of them lists and sends is not the other's, and those that are gone give way to those that come."""
    source = AgentSource(clock=lambda: 100.0, on_runs=lambda _: None)
    rule = {"kind": "interval", "every_s": 5.0}
    for pid, name in ((7, "one"), (8, "two")):
        entry = {"name": name, "task": "t", "schedule": "5 s", "rule": rule}
        source.take("celerybeat@h", {**REPORT, "pid": pid, "entries": [entry]}, 99.0)
    listing = source.read()
    assert listing is not None
    assert set(by_name(listing.entries)) == {"one", "two"}
    assert [one.client for one in source.beats()] == ["celerybeat-7@h", "celerybeat-8@h"]
    for pid in range(100, 200):
        source.take("celerybeat@h", {**REPORT, "pid": pid}, 99.0)
    assert len(source.beats()) == BEATS_AT_MOST


@pytest.mark.parametrize("at", [-1.0, 9e15, 4e11])
def test_instants_that_no_calendar_has(at: float) -> None:
    """Anybody who may publish may say so: they are passed over, and all else is shown."""
    source = AgentSource(clock=lambda: 100.0, on_runs=lambda _: None)
    rule = {"kind": "clocked", "at": at}
    entry = {"name": "one", "task": "t", "schedule": "s", "rule": rule, "last_run_at": at, "total_run_count": 1}
    source.take("celerybeat@h", {**REPORT, "started_at": at, "ticked_at": at, "entries": [entry]}, 99.0)
    listing = source.read()
    assert listing is not None
    told = listing.entries[0]
    assert (told.rule.at, told.rule.error, told.last_run_at) == (None, "its instant is in no calendar", None)
    assert [(one.first_at, one.ticked_at) for one in source.beats()] == [(99.0, None)]


def test_a_source_with_nonsense_hides_no_other(tmp_path: Path) -> None:
    """It is told as one that cannot be read, whatever its nonsense makes of it, and the others are read on."""

    class Odd:
        kind, place = SourceKind.REDBEAT, "redis://odd"

        def read(self) -> Listing:
            raise TypeError("float() argument must be a string or a real number")

    with closing(open_store(str(tmp_path / "umbel.db"))) as store:
        told = AppSource(an_app(), "shop")
        logger = logging.getLogger("test")
        ScheduleKeeper(store.schedules, Book(), [Odd(), told], clock=lambda: 100.0, logger=logger).look()
        assert {one.name for one in store.schedules.entries()} >= {"nightly", "often"}
        errors = {one.kind: one.error for one in store.schedules.sources()}
    assert errors[SourceKind.REDBEAT] == "redis://odd holds what Umbel cannot read (TypeError)"
    assert errors[SourceKind.APP] is None


def test_a_cadence_is_learnt_where_there_is_one() -> None:
    """Regular pauses are one, with how sure that is; work that comes as it likes, or without a pause, is none."""
    regular = [300.0 * n + (n % 3) * 0.4 for n in range(20)]
    found = cadence_of(regular)
    assert found is not None
    assert (found.every_s, found.confidence) == (300.0, 1.0)
    assert cadence_of([n**1.7 * 40 for n in range(20)]) is None
    assert cadence_of([n * 0.2 for n in range(40)]) is None
    assert cadence_of(regular[:5]) is None


def test_what_changes_is_noticed() -> None:
    """New entries, changed rules, removals and returns are planned anew; a source that cannot be read removes none."""
    told = together(AppSource(an_app(), "shop").read().entries)
    first = merge({}, told, (), 10.0)
    known = {one.id: one for one in first.entries}
    assert first.to_plan == set(told)
    assert {one.first_seen_at for one in first.entries} == {10.0}
    assert merge(known, told, (), 20.0).to_store == ()
    gone_id = next(iter(told))
    fewer = {key: one for key, one in told.items() if key != gone_id}
    archived = merge(known, fewer, (), 30.0)
    assert archived.to_plan == {gone_id}
    assert archived.to_store[0].archived_at == 30.0
    assert merge(known, fewer, (SourceKind.APP,), 30.0).to_plan == set()
    back = merge({one.id: one for one in archived.entries}, told, (), 40.0)
    assert back.to_plan == {gone_id}
    assert back.to_store[0].first_seen_at == 40.0
