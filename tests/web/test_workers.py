"""Workers over the API: what they told with its age, what is expected, and nothing that is not known."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from litestar.testing import TestClient

from tests.support.api import api_over
from tests.support.served import served
from umbel.model.events import WorkerEvent
from umbel.model.expected import expectation_of
from umbel.model.health import Limits
from umbel.model.inspection import ConsumedQueue, Lists, Look, Point, Pool, Process, Registered, Request, Setup, Summary
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store
from umbel.web.fleet import Fleet, rules_of

HOSTILE = "<b>/%41@host"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two workers: one that is heard and answered, one that was heard two days ago."""
    with closing(open_store(str(tmp_path / "umbel.db"))) as made:
        now = time.time()
        made.commit([_heartbeat("w1@h", now), _heartbeat("old@h", now - 2 * 86_400), _heartbeat(HOSTILE, now)])
        parts = dict.fromkeys(("stats", "active", "active_queues", "registered"), now)
        summary = Summary(
            name="w1@h",
            pid=7,
            asked_at=now,
            answered_at=now,
            told_at=parts,
            pool=Pool(kind="threads", slots=4),
            peak_rss_bytes=1_500_000_000,
            queues=("default",),
            counts={"active": 700, "reserved": 0, "registered": 1},
        )
        lists = Lists(active=(Request(id="t1", name="add"),), queues=(ConsumedQueue(name="default"),), total={"add": 3})
        setup = Setup(registered=(Registered(name="add", rate_limit="10/m"),), conf={"timezone": "UTC"})
        point = Point(at=now - 20, active=2, slots=4, cpu=0.9, memory_bytes=1_500_000_000)
        process = Process(pid=7, started_at=now - 100, last_at=now)
        made.inspection.keep([Look(summary=summary, lists=lists, setup=setup, point=point, process=process)], now)
        yield made


@pytest.fixture
def client(store: Store) -> Iterator[TestClient[Any]]:
    """The API over it."""
    with api_over(store) as made:
        yield made


def _heartbeat(name: str, at: float) -> Arrival:
    event = WorkerEvent(
        type="worker-heartbeat", hostname=name, pid=7, clock=1, timestamp=at, freq=2.0, active=2, processed=9
    )
    return Arrival(event, at)


def test_the_list(client: TestClient[Any]) -> None:
    """What was answered stands beside what heartbeats told; what is not known is null."""
    told = client.get("/api/v1/workers").json()
    by_name = {one["name"]: one for one in told["items"]}
    worker, old = by_name["w1@h"], by_name["old@h"]
    assert (worker["state"], worker["pool"], worker["slots"], worker["active"]) == ("online", "threads", 4, 2)
    assert (worker["memory_from"], worker["memory_health"]) == ("peak", "warning")
    assert (worker["cpu"], worker["cpu_from"], worker["cpu_health"]) == (0.9, "process", "critical")
    assert (old["state"], old["pool"], old["memory_bytes"], old["cpu_from"]) == ("offline", None, None, None)
    assert (told["slots"], told["by_state"]["offline"]) == (4, 1)


def test_one_worker(client: TestClient[Any]) -> None:
    """Lists with their counts, setup, processes, and the age of each part; an unknown one is not found."""
    told = client.get("/api/v1/workers/w1@h").json()
    assert (told["active"]["total"], [task["id"] for task in told["active"]["items"]]) == (700, ["t1"])
    assert told["registered"][0] == {
        "name": "add", "rate_limit": "10/m", "time_limit": None, "soft_time_limit": None, "max_retries": None,
        "acks_late": None, "runs": 3,
    }  # fmt: skip
    assert {one["part"] for one in told["ages"]} == {"stats", "active", "active_queues", "registered"}
    assert [one["pid"] for one in told["processes"]] == [7]
    assert client.get("/api/v1/workers/nobody").status_code == 404
    points = client.get("/api/v1/workers/w1@h/history").json()["points"]
    assert (points["active"], points["cpu"]) == ([2.0], [0.9])
    shares = {one["name"]: one["busy"] for one in client.get("/api/v1/workers-history").json()["items"]}
    assert [share for share in shares["w1@h"] if share is not None] == [0.5]


def test_a_name_with_a_slash(tmp_path: Path) -> None:
    """Quoted twice it is one part of the path; nothing else is known by another name."""
    with served(tmp_path) as server:
        server.store.commit([_heartbeat(HOSTILE, time.time())])
        url = f"{server.url}/api/v1/workers/{quote(quote(HOSTILE, safe=''), safe='')}"
        with urlopen(url, timeout=10.0) as answer:  # noqa: S310 - our own loopback URL
            assert json.load(answer)["worker"]["name"] == HOSTILE


def test_metrics_tell_of_workers(client: TestClient[Any]) -> None:
    """Those that are known, with where a figure is from; what is not known is left out."""
    lines = client.get("/metrics").text.splitlines()
    assert {'umbel_worker_up{worker="w1@h"} 1', 'umbel_worker_up{worker="old@h"} 0'} <= set(lines)
    assert 'umbel_worker_slots{worker="w1@h"} 4' in lines
    assert 'umbel_worker_memory_bytes{worker="w1@h",source="peak"} 1500000000' in lines
    assert not any('umbel_worker_slots{worker="old@h"}' in line for line in lines)


def test_what_the_settings_say(store: Store) -> None:
    """Long gone workers are hidden, and those that should be there are missed by name."""
    rules = rules_of(["old@*=2", "queue:default=1"], 24, Limits())
    told = Fleet(store, clock=time.time, rules=rules).read()
    assert {one.name for one in told.items if one.hidden} == {"old@h"}
    by_name, by_queue = told.expected
    assert (by_name.online, by_name.missing, by_name.never_seen) == (0, ["old@h"], 1)
    assert (by_queue.online, by_queue.missing) == (1, [])
    assert expectation_of("old@*=2").wanted == 2
    kept = Fleet(store, clock=time.time, rules=rules_of([], None, Limits())).read()
    assert not any(one.hidden for one in kept.items)


def test_verdicts_are_counted(client: TestClient[Any]) -> None:
    """Each that can be searched for, with its search; unknown where not all workers told."""
    found = {one["code"]: one["count"] for one in client.get("/api/v1/verdicts").json()["items"]}
    assert found["orphaned"] == {"kind": "exact", "value": 0}
    assert found["unconsumed"]["kind"] == "unknown", "one worker that lives never answered"
    assert client.get("/api/v1/tasks", params={"search": "is:unconsumed"}).status_code == 400
