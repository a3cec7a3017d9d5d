"""Queues and the broker over the API: what was stored, judged by the limits, and what is not known said so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from tests.support.api import api_over
from tests.support.exposition import parse
from umbel.model.health import Limits, limit_of
from umbel.model.queues import BrokerReading, Consuming, QueueReading, Rates, mixed
from umbel.store.protocols import Store
from umbel.store.registry import open_store
from umbel.web.queues import QueueViews

NOW = time.time()
BROKER = BrokerReading(
    at=NOW,
    read_at=NOW,
    url="redis://:***@host:6379/0",
    transport="redis",
    reached=True,
    product="Redis",
    unacked=2,
    unacked_at=NOW - 28.0,
    connections=38,
    facts=("append-only file on",),
)
GROWS = QueueReading(
    name="email/senders",
    ready=1284,
    unacked=64,
    consuming=Consuming.YES,
    consumers=2,
    workers=("a@x", "b@x"),
    growth_per_min=84.0,
    ended_per_min=318.0,
    arrived_per_min=402.0,
    rates_from=Rates.WORKERS,
    oldest_at=NOW - 192.0,
    by_priority=((0, 1000), (6, 284)),
    mix=mixed(["send_batch", "send_batch", None], NOW),
)
ALONE = QueueReading(name="reports", ready=7, consuming=Consuming.NO, consumers=0, why={"oldest": "nobody tells"})
CALM = QueueReading(name="default", ready=0, consuming=Consuming.YES, consumers=1, growth_per_min=0.0)
UNKNOWN = QueueReading(name="<img src=x onerror=alert(1)>", why={"ready": "kombu cannot tell"})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with four queues."""
    opened = open_store(str(tmp_path / "umbel.db"))
    opened.queues.keep(BROKER, [GROWS, ALONE, CALM, UNKNOWN])
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Iterator[TestClient[Any]]:
    """The API over it."""
    with api_over(store) as api:
        yield api


def test_the_list(client: TestClient[Any]) -> None:
    """The worst first; a judgement with its reasons, what becomes of it, and what is not known as null."""
    found = client.get("/api/v1/queues").json()
    assert [(one["name"], one["health"]) for one in found["items"]] == [
        ("email/senders", "critical"),
        ("reports", "warning"),
        (UNKNOWN.name, "unknown"),
        ("default", "healthy"),
    ]
    assert (found["total"], found["waiting"], found["cut"]) == (4, 1291, False)
    grows, alone, unknown, calm = found["items"]
    assert grows["reasons"] == ["it grows by 84 a minute", "1,284 wait, more than 50"]
    assert grows["drain"]["kind"] == "never"
    assert grows["drain"]["wait_s"] == pytest.approx(242.3, abs=0.1)
    assert (alone["consuming"], alone["drain"]["why"]) == ("no", "nobody consumes it")
    assert (alone["oldest_at"], alone["why"]["oldest"]) == (None, "nobody tells")
    assert (unknown["ready"], unknown["drain"]["kind"]) == (None, "unknown")
    assert calm["drain"]["kind"] == "empty"
    assert [ready for ready in grows["recent"] if ready is not None] == [1284], "nobody looked before, or since"
    assert found["broker"]["connections"] == 38


def test_one_queue(client: TestClient[Any]) -> None:
    """What waits in it by priority and name, how more workers would do, and its past; any name is found."""
    found = client.get("/api/v1/queues/email%2Fsenders").json()
    assert found["queue"]["workers"] == ["a@x", "b@x"]
    assert found["by_priority"] == [{"priority": 0, "messages": 1000}, {"priority": 6, "messages": 284}]
    assert found["mix"]["shares"][0] == {"name": "send_batch", "messages": 2}
    assert [(one["workers"], round(one["net_per_min"])) for one in found["scale"]] == [(2, -84), (3, 75), (4, 234)]
    assert found["scale"][0]["empty_in_s"] is None
    assert 1284 in found["past"]["ready"]
    assert len(found["flow"]["starts"]) == len(found["flow"]["arrived_per_min"])
    assert not found["gone"]
    assert client.get("/api/v1/queues/" + "%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E").json()["mix"] is None
    assert client.get("/api/v1/queues/email/senders").status_code == 200
    assert client.get("/api/v1/queues/nothing").status_code == 404
    assert client.get("/api/v1/queues/reports?since=2026-01-01T00:00:00Z").status_code == 400


def test_the_broker(client: TestClient[Any], store: Store) -> None:
    """Its state and its past; out of reach it is told with the figures of before."""
    found = client.get("/api/v1/broker").json()
    assert found["broker"]["url"] == "redis://:***@host:6379/0"
    assert (found["queues"], found["waiting"]) == (4, 1291)
    assert 38 in found["past"]["connections"]
    away = replace(BROKER, at=NOW + 10.0, reached=False, error="connection refused")
    store.queues.keep(away, [])
    after = client.get("/api/v1/broker").json()["broker"]
    assert (after["reached"], after["error"], after["connections"]) == (False, "connection refused", 38)
    assert after["read_at"] < after["at"]


def test_nothing_was_read_yet(tmp_path: Path) -> None:
    """Before the first look there is no broker and no queue, and no error."""
    store = open_store(str(tmp_path / "empty.db"))
    with api_over(store) as client:
        assert client.get("/api/v1/queues").json()["broker"] is None
        assert client.get("/api/v1/broker").json()["broker"] is None
    store.close()


def test_a_limit_of_its_own(store: Store) -> None:
    """A queue is judged by what was set for it."""
    views = QueueViews(store, limits=Limits([limit_of("reports.queue=5000:9000")]), clock=lambda: NOW)
    health = {one.name: one.health for one in views.read().items}
    assert health["reports"] == "warning", "nobody consumes it, whatever its length"
    views = QueueViews(store, limits=Limits([limit_of("queue=5000:9000")]), clock=lambda: NOW)
    assert views.read().items[0].reasons == ["it grows by 84 a minute"]


def test_what_prometheus_scrapes(client: TestClient[Any]) -> None:
    """Each queue has its lines; what is not known has none."""
    found = parse(client.get("/metrics").text)
    ready = found["umbel_queue_ready_messages"].samples
    assert ready[frozenset({("queue", "email/senders")})] == 1284
    assert frozenset({("queue", UNKNOWN.name)}) not in ready
    assert found["umbel_queue_consumers"].samples[frozenset({("queue", "reports")})] == 0
    assert found["umbel_broker_reached"].samples == {frozenset(): 1.0}
