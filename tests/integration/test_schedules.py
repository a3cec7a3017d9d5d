"""Real beats, a real worker and a real broker: what did not run is told, and whose fault it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.beats import DJANGO, ENTRY, EVERY_S, SCHEDULE, Beat, run_here
from tests.support.processes import wait_until
from tests.support.services import RedisServer, start_broker
from tests.support.umbel import Umbel
from tests.support.workers import Worker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

GRACE_S: Final = 3
OPTIONS: Final = ("--schedule-interval-grace", str(GRACE_S))
SCHEDULED: Final = {"UMBEL_TEST_SCHEDULE": SCHEDULE}

MAKE_PERIODIC: Final = """
import django; django.setup()
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask
call_command("migrate", verbosity=0)
every = IntervalSchedule.objects.create(every=2, period="seconds")
PeriodicTask.objects.create(name="tick tock", task="tests.support.celery_app.add", interval=every, args="[1, 2]")
print("done")
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One broker for all; each test has databases of its own."""
    with ExitStack() as parts:
        server = start_broker(parts, tmp_path_factory.mktemp("broker"), "redis")
        assert isinstance(server, RedisServer)
        yield server


class Told:
    """What Umbel says of the one entry and of beat."""

    def __init__(self, umbel: Umbel) -> None:
        self._umbel = umbel

    def entry(self) -> dict[str, Any]:
        """Return the entry, an empty one while it is not known."""
        items: list[dict[str, Any]] = self._umbel.get("schedules")["items"]
        return next((one for one in items if one["name"] == ENTRY), {"runs": [], "sources": [], "verdict": None})

    def beat(self) -> dict[str, Any]:
        """Return what is said of beat."""
        beat: dict[str, Any] = self._umbel.get("schedules/summary")["beat"]
        return beat

    def verdicts(self, since: float, until: float = float("inf")) -> list[str]:
        """Return the verdicts of the runs that were due in an interval (epoch seconds), oldest first."""
        runs = [(datetime.fromisoformat(one["due_at"]).timestamp(), one["verdict"]) for one in self.entry()["runs"]]
        return [verdict for due, verdict in runs if since <= due <= until]

    def wait_for(self, verdict: str, since: float, within_s: float = 40.0) -> None:
        """Return once a run that was due since then has this verdict."""
        wait_until(lambda: verdict in self.verdicts(since), f"a run is {verdict}", within_s=within_s, every_s=0.2)


def test_whose_fault_it_is(redis: RedisServer, tmp_path: Path) -> None:
    """Two beats send twice, and without a worker nobody picks up what is sent; without beat nothing is sent.

    While Umbel is not there nothing is known, so nobody is blamed.
    """
    broker, backend = redis.url_of(0), redis.url_of(1)
    with ExitStack() as parts:
        worker = parts.enter_context(
            Worker(tmp_path, "w", broker=broker, backend=backend, pool="solo", concurrency=1, env=SCHEDULED)
        )
        umbel = parts.enter_context(Umbel(tmp_path, broker, options=OPTIONS))
        beat = parts.enter_context(Beat(tmp_path, "one", broker=broker, backend=backend, env=SCHEDULED))
        told = Told(umbel)
        told.wait_for("on_time", time.time())
        assert [one["kind"] for one in told.entry()["sources"]] == ["conf"], "a worker told it; nothing was imported"
        wait_until(lambda: told.beat()["state"] == "alive", "beat is seen to be alive", every_s=0.2)

        began = time.time()
        with Beat(tmp_path, "two", broker=broker, backend=backend, env=SCHEDULED):
            told.wait_for("duplicate", began)
            wait_until(lambda: told.beat()["at_once"], "two beats are seen", every_s=0.2)
        told.wait_for("on_time", time.time())

        worker.stop()
        began = time.time()
        told.wait_for("not_picked_up", began)
        assert "missed" not in told.verdicts(began), "beat is not at fault"
        worker.start()
        told.wait_for("on_time", time.time())

        beat.stop()
        began = time.time()
        wait_until(lambda: told.beat()["state"] == "silent", "beat is seen to be silent", every_s=0.2)
        assert time.time() - began < EVERY_S + GRACE_S + 12, "within grace, and what a busy machine takes"
        assert "missed" in told.verdicts(began - EVERY_S)
        beat.start()
        told.wait_for("on_time", time.time())

        umbel.stop()
        stopped = time.time()
        time.sleep(2.5 * EVERY_S)
        umbel.start()
        back = time.time()
        told.wait_for("on_time", back)
        meanwhile = told.verdicts(stopped, back - 1)
        assert meanwhile.count("unknown") >= 2
        assert set(meanwhile) <= {"unknown", "on_time"}, "nobody is blamed"


@pytest.mark.parametrize("kept", ["shelve", "redbeat", "django"])
def test_wherever_the_schedule_is_kept(redis: RedisServer, tmp_path: Path, kept: str) -> None:
    """The same is seen of a schedule that beat keeps in its own file, in Redis, in tables, or has from ``-A`` alone."""
    number = 2 + 2 * ["shelve", "redbeat", "django"].index(kept)
    broker, backend = redis.url_of(number), redis.url_of(number + 1)
    database = tmp_path / "app.db"
    env = {**SCHEDULED, **DJANGO, "UMBEL_TEST_DATABASE": str(database)} if kept == "django" else SCHEDULED
    scheduler = {"redbeat": "redbeat.RedBeatScheduler", "django": "django_celery_beat.schedulers:DatabaseScheduler"}
    if kept == "django":
        run_here(MAKE_PERIODIC, tmp_path, env)
    beat = Beat(tmp_path, kept, broker=broker, backend=backend, env=env, scheduler=scheduler.get(kept))
    options = {
        "shelve": ("--app", "tests.support.celery_app", "--schedule-file", str(beat.shelf)),
        "redbeat": (),
        "django": ("--schedule-database", f"sqlite:///{database}"),
    }[kept]
    with ExitStack() as parts, pytest.MonkeyPatch.context() as patch:
        if kept == "shelve":
            patch.setenv("UMBEL_TEST_SCHEDULE", SCHEDULE)
        parts.enter_context(Worker(tmp_path, "w", broker=broker, backend=backend, pool="solo", concurrency=1))
        parts.enter_context(beat)
        umbel = parts.enter_context(Umbel(tmp_path, broker, options=(*OPTIONS, *options)))
        told = Told(umbel)
        told.wait_for("on_time", time.time() - 60)
        sources = {one["kind"] for one in told.entry()["sources"]}
        assert sources == ({"app", "shelve"} if kept == "shelve" else {kept})
        beat.stop()
        began = time.time()
        told.wait_for("missed", began - EVERY_S)
        wait_until(lambda: told.beat()["state"] == "silent", "beat is seen to be silent", every_s=0.2)
