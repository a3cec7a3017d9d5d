"""What breaks around a running server. Afterwards every task is as the application noted it, or said to be unknown."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import redis

from tests.support.deployment import Deployment, a_deployment
from tests.support.inspecting import an_inspector
from tests.support.processes import ROOT, wait_until
from tests.support.proxy import Proxy
from tests.support.record import OPEN, contradictions, covers, figures_of, wait_until_equal
from tests.support.traffic import Traffic, end_of
from tests.support.umbel import Umbel
from tests.support.workers import Worker
from umbel.control.inspect import Command

NOTICED_WITHIN_S: Final = 40.0
"""A link that says nothing is given up after unanswered pings or heartbeats."""
PING: Final = Command(name="ping")
CALLS: Final[list[tuple[str, list[int]]]] = [
    ("add", [1, 2]),
    ("fail", []),
    ("flaky", [1]),
    ("progress", []),
    ("big", []),
]

BROKERS: Final = pytest.mark.parametrize("broker", ["redis", pytest.param("rabbitmq", marks=pytest.mark.nightly)])


def outcomes_of(site: Deployment, ids: list[str]) -> dict[str, str]:
    """Return how these tasks ended, as far as they have."""
    return {task_id: end for task_id, end in site.outcomes().items() if task_id in ids}


def all_ended(site: Deployment, ids: list[str]) -> None:
    """Wait until the application has noted the end of these tasks."""
    wait_until(lambda: len(outcomes_of(site, ids)) == len(ids), "all tasks have run", every_s=0.1)


def some_tasks(site: Deployment) -> list[str]:
    """Send tasks that end in several ways."""
    return [site.send(name, *args) for name, args in CALLS * 3]


@BROKERS
def test_a_broker_that_pauses(broker: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Nothing is lost while it only says nothing for a while, and the link holds."""
    site: Deployment = request.getfixturevalue(f"{broker}_site")
    request.getfixturevalue(f"{broker}_worker")
    with site.umbel(tmp_path) as umbel:
        umbel.wait_until_connected()
        running = site.send("sleep", 1)
        umbel.wait_for_state(running, "STARTED")
        site.broker.pause()
        time.sleep(2.0)
        site.broker.resume()
        ids = [running, *some_tasks(site)]
        all_ended(site, ids)
        wait_until_equal(umbel, lambda: outcomes_of(site, ids))
        assert umbel.health()["broker"]["reconnects"] == 0
        assert umbel.health()["status"] == "ok"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("broker", "receiver"),
    [
        ("redis", "auto"),
        pytest.param("redis", "kombu", marks=pytest.mark.nightly),
        pytest.param("rabbitmq", "auto", marks=pytest.mark.nightly),
        pytest.param("rabbitmq", "kombu", marks=pytest.mark.nightly),
    ],
)
def test_a_network_that_swallows_everything_and_then_cuts(
    broker: str, receiver: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """It is noticed and said; afterwards all is heard again, and a task whose end was missed is looked up."""
    site: Deployment = request.getfixturevalue(f"{broker}_site")
    request.getfixturevalue(f"{broker}_worker")
    with Proxy(site.broker.url) as network, site.umbel(tmp_path, network.url, "--receiver", receiver) as umbel:
        umbel.wait_until_connected()
        unheard = site.send("sleep", 2)
        umbel.wait_for_state(unheard, "STARTED")
        network.hold()
        wait_until(lambda: unheard in site.outcomes(), "it has ended behind the partition")
        ended_at = time.time()
        umbel.wait_for_health("blind", within_s=NOTICED_WITHIN_S)
        network.cut()
        back_at = time.time()
        network.heal()
        umbel.wait_until_connected()
        ids = some_tasks(site)
        all_ended(site, ids)
        wait_until_equal(umbel, lambda: outcomes_of(site, ids))
        assert umbel.health()["broker"]["reconnects"] == 1
        assert covers(umbel.gaps("link"), ended_at, back_at), umbel.gaps("link")
        assert contradictions(umbel, site.outcomes()) == []
        task = umbel.wait_for_state(unheard, "SUCCESS")
        assert task["result"] == "2", "the result backend knows"
        assert task["gaps"], "it is said on its page"


def test_a_broker_that_is_flushed(tmp_path: Path) -> None:
    """What runs and what comes later is told in full; what was waiting is gone from the broker, and claims no end.

    Workers can still be asked, though the flush has taken the place for their answers.
    """
    with (
        a_deployment(tmp_path, "redis") as site,
        site.worker() as worker,
        site.umbel() as umbel,
        an_inspector(site.broker.url) as inspector,
    ):
        umbel.wait_until_connected()
        assert inspector.ask([PING], [worker.name], within_s=10)[0].told
        running = site.send("sleep", 2)
        waiting = site.send("add", 1, 2, queue="nobody")
        umbel.wait_for_state(running, "STARTED")
        umbel.wait_for_state(waiting, "PENDING")
        with redis.Redis.from_url(site.broker.url) as admin:
            admin.flushall()
        assert inspector.ask([PING], [worker.name], within_s=10)[0].told
        ids = [running, *some_tasks(site)]
        all_ended(site, ids)
        wait_until_equal(umbel, lambda: outcomes_of(site, ids))
        task = umbel.task(waiting)
        assert task is not None
        assert task["state"] in OPEN
        assert umbel.health()["broker"]["reconnects"] == 0


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Let another process hold the write lock of a store for the length of a block."""
    command = [sys.executable, "-m", "tests.support.locker", path]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield
        other.communicate("")


def test_a_store_that_another_process_has_locked(redis_site: Deployment, redis_worker: Worker, tmp_path: Path) -> None:
    """It is said that events are held; what was stored can be read meanwhile, and nothing of it is lost."""
    with redis_site.umbel(tmp_path) as umbel:
        umbel.wait_until_connected()
        before = umbel.wait_for_state(redis_site.send("add", 1, 2), "SUCCESS")
        with locked(umbel.store):
            ids = some_tasks(redis_site)
            all_ended(redis_site, ids)
            wait_until(lambda: umbel.health()["collector"]["state"] == "stalled", "it is said", every_s=0.1)
            assert umbel.health()["status"] == "degraded"
            assert umbel.task(before["id"]) == before
        wait_until_equal(umbel, lambda: outcomes_of(redis_site, ids))
        wait_until(lambda: umbel.health()["status"] == "ok", "all is well again", every_s=0.1)
        assert umbel.health()["collector"]["dropped"] == 0


def test_two_servers_collect_into_one_store(redis_site: Deployment, tmp_path: Path) -> None:
    """It is harmless: each event is stored twice, and no task and no count differs from what was sent."""
    broker = redis_site.broker.url
    with Umbel(tmp_path, broker) as one, Umbel(tmp_path, broker, store=one.store) as other:
        for umbel in (one, other):
            umbel.wait_until_connected()
        with Traffic(broker, rate=600.0) as traffic:
            time.sleep(4.0)
            ended = dict(traffic.end())
        wait_until(lambda: by_state(one) == by_state(other) == ended, "all is counted", every_s=0.1)
        for umbel in (one, other):
            assert [row for row in umbel.rows() if row["state"] != end_of(row["id"])] == []
            assert figures_of(umbel) == ended
            assert umbel.health()["status"] == "ok"
            assert umbel.complaints() == []


def by_state(umbel: Umbel) -> dict[str, int]:
    """Return how many tasks there are in each state."""
    counts: dict[str, int] = umbel.get("overview")["by_state"]
    return counts
