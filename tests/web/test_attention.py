"""What needs attention is judged by all parts together, said in sentences, and the same for everybody who asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from tests.support.events import T0, a_heartbeat, a_task_that_succeeded, an_event, received
from tests.support.served import Served
from umbel.model.health import Limits, limit_of
from umbel.model.queues import BrokerReading, Consuming, QueueReading
from umbel.model.schedules import Entry, Rule, RuleKind, Run, RunVerdict, Standing
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store
from umbel.web import attention_schemas, schemas
from umbel.web.attention import Attention
from umbel.web.views import Views

NOW = T0 + 3_000.0
HEALTH = schemas.Health(
    status="ok",
    text="",
    version="test",
    cluster="default",
    now=datetime.fromtimestamp(NOW, UTC),
    started_at=datetime.fromtimestamp(T0, UTC),
    demo=False,
    broker=schemas.BrokerHealth(url="redis://broker", transport="redis", state="connected"),
    collector=schemas.CollectorHealth(state="live", events=1),
    store=schemas.StoreHealth(state="ok", url="sqlite://"),
)
Read = Callable[..., attention_schemas.Attention]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(str(tmp_path / "umbel.db"))
    yield opened
    opened.close()


@pytest.fixture
def read(store: Store) -> Read:
    """Reads what needs attention at ``NOW``, with these limits and this health of Umbel itself."""

    def reading(*own: str, health: schemas.Health = HEALTH) -> attention_schemas.Attention:
        views = Views(store, clock=lambda: NOW)
        limits = Limits(map(limit_of, own))
        return Attention(store, limits=limits, health=lambda: health, workers=views.workers, clock=lambda: NOW).read()

    return reading


def run(store: Store, name: str, *, good: int, bad: int = 0, runtime: float = 2.0) -> None:
    """Let so many tasks of a name end well and so many not, ten minutes before ``NOW``."""
    for number in range(good + bad):
        uuid, at = f"{name}-{number}", 2_400.0 + number / 100
        end = (
            an_event("succeeded", at + 2, uuid=uuid, runtime=runtime, result="1")
            if number < good
            else an_event("failed", at + 2, uuid=uuid, exception="RateLimit('429')", traceback="RateLimit: 429")
        )
        events = [received(at, uuid=uuid, name=name), an_event("started", at + 0.1, uuid=uuid), end]
        store.commit([Arrival(event, event.timestamp) for event in events])


def beat(store: Store, name: str, at: float, kind: str = "worker-heartbeat") -> None:
    """Let a worker be heard at an instant."""
    store.commit([Arrival(a_heartbeat(at, hostname=name, type=kind), T0 + at)])


def test_all_is_well_where_nothing_is_wrong(store: Store, read: Read) -> None:
    """Each part that was judged is counted as healthy, and nothing is listed."""
    run(store, "campaigns.tasks.send_batch", good=20)
    beat(store, "mail@host", 2_999.0)
    found = read()
    assert (found.level, found.items, found.critical, found.warning) == ("healthy", [], 0, 0)
    assert found.tiles == {
        "success": "healthy",
        "avg": "healthy",
        "queue": "unknown",
        "workers": "healthy",
        "broker": "healthy",
    }


def test_a_failing_task_type_is_named_with_its_numbers_and_its_reason(store: Store, read: Read) -> None:
    """The whole is not told beside the part that explains it; the tile is judged all the same."""
    run(store, "send_customer_sms", good=12, bad=8)
    run(store, "other", good=40)
    found = read()
    (item,) = found.items
    assert (item.code, item.about, item.subject, item.level) == (
        "failing",
        "task_type",
        "send_customer_sms",
        "critical",
    )
    assert item.title == "send_customer_sms fails 40.0 %"
    assert item.text == "8 of 20 failed in the last hour, mostly with RateLimit('429')."
    assert found.tiles["success"] == "critical"


def test_slow_runs_are_one_line_and_a_limit_of_its_own_makes_another(store: Store, read: Read) -> None:
    """By default the mean of all is judged; a task with its own limit is judged by that."""
    run(store, "fetch_call_recording", good=20, runtime=8.4)
    (item,) = read().items
    assert (item.code, item.title, item.text) == ("avg", "Runs take 8.4 s on average", "fetch_call_recording 8.4 s")
    found = read("avg=off", "fetch_call_recording.avg=5:8")
    assert [(one.code, one.level) for one in found.items] == [("slow", "critical")]
    assert found.items[0].text == "Its limit is 5.0 s; 20 runs in the last hour."
    assert read("avg=10:20").items == []


def test_a_worker_that_fell_silent_is_critical_and_one_that_said_goodbye_is_not(store: Store, read: Read) -> None:
    """Somebody wanted the second; of the first it is said what it ran."""
    beat(store, "gone@host", 2_500.0)
    store.commit(
        [
            Arrival(event, event.timestamp)
            for event in (
                received(2_490.0, uuid="left", hostname="gone@host"),
                an_event("started", 2_490.1, uuid="left", hostname="gone@host"),
            )
        ]
    )
    beat(store, "stopped@host", 2_500.0)
    beat(store, "stopped@host", 2_510.0, "worker-offline")
    found = read()
    (item,) = found.items
    assert (item.code, item.subject, item.level) == ("worker_offline", "gone@host", "critical")
    assert item.title == "gone@host is offline"
    assert item.text.endswith("and it did not say that it stops. 1 task that it ran had no end.")
    assert item.since == datetime.fromtimestamp(T0 + 2_500, UTC)


def test_queues_are_judged_by_length_growth_and_consumers(store: Store, read: Read) -> None:
    """Each with its reasons; an old look at the broker judges nothing."""
    broker = BrokerReading(at=NOW, read_at=NOW, url="redis://broker", transport="redis", reached=True)
    grows = QueueReading(name="email_senders", ready=1_284, consuming=Consuming.YES, growth_per_min=84.0)
    alone = QueueReading(name="reports", ready=7, consuming=Consuming.NO)
    calm = QueueReading(name="default", ready=0, consuming=Consuming.YES)
    store.queues.keep(broker, [grows, alone, calm])
    found = read()
    assert [(one.subject, one.level, one.title) for one in found.items] == [
        ("email_senders", "critical", "1,284 wait in email_senders"),
        ("reports", "warning", "7 wait in reports"),
    ]
    assert found.items[1].text == "Nobody consumes it."
    assert read("email_senders.queue=2000").items[0].level == "warning"
    store.queues.keep(replace(broker, at=NOW - 120), [])
    assert read().items == []
    assert read().tiles["queue"] == "unknown"


def test_a_run_that_was_not_sent_is_critical(store: Store, read: Read) -> None:
    """One that ran badly is a warning, one that ran is healthy, and one that waits for its time is not judged."""
    rule = Rule(kind=RuleKind.CRONTAB, text="0 2 * * *")
    entries = [Entry(name=name, task="t", rule=rule) for name in ("nightly", "report", "fine", "new")]
    verdicts = [RunVerdict.MISSED, RunVerdict.FAILED, RunVerdict.ON_TIME, RunVerdict.WAITING]
    store.schedules.keep_entries(entries)
    store.schedules.keep_runs(
        [
            Run(entry_id=entry.id, due_at=NOW - 600, verdict=verdict)
            for entry, verdict in zip(entries, verdicts, strict=True)
        ],
        [
            Standing(entry_id=entry.id, verdict=verdict, since=NOW - 600, runs=3)
            for entry, verdict in zip(entries, verdicts, strict=True)
        ],
    )
    found = read()
    assert [(one.subject, one.level, one.title) for one in found.items] == [
        ("nightly", "critical", "nightly was due and not sent"),
        ("report", "warning", "report failed"),
    ]
    assert found.items[0].text == "The same of 3 runs in a row."


def test_without_the_broker_that_is_all_that_is_said(store: Store, read: Read) -> None:
    """Nothing else can be judged: unknown raises nothing and clears nothing."""
    run(store, "send_customer_sms", good=0, bad=20)
    link = replace(HEALTH.broker, state="reconnecting", last_error="Connection refused")
    found = read(health=replace(HEALTH, status="blind", broker=link))
    (item,) = found.items
    assert (item.code, item.about, item.level) == ("broker_down", "broker", "critical")
    assert item.text == "redis://broker does not answer, so nothing else can be judged. Connection refused."
    assert (found.level, found.tiles) == ("critical", {})


def test_what_limits_umbels_sight_is_told_too(read: Read) -> None:
    """A doubt is a concern of Umbel itself; one for information is none."""
    doubt = schemas.Doubt(code="loss", severity="warning", label="misses 0.4 %", text="81 did not arrive", advice="")
    found = read(health=replace(HEALTH, doubts=[doubt, replace(doubt, code="lag", severity="info")]))
    assert [(one.code, one.about, one.title, one.text) for one in found.items] == [
        ("loss", "umbel", "Umbel misses 0.4 %", "81 did not arrive.")
    ]


def test_the_api_tells_it_and_every_task_type(server: Served, client: httpx.Client) -> None:
    """Names without a figure of the interval are there as well; what is not known of them is null."""
    ago = time.time() - 600 - T0
    for number in range(12):
        server.commit(*a_task_that_succeeded(f"a{number}", ago))
    server.commit(received(ago, uuid="waits", name="campaigns.tasks.finalize"))
    server.commit(received(ago - 9_000, uuid="old", name="old"), an_event("failed", ago - 8_990, uuid="old"))
    found = client.get("/api/v1/attention").json()
    assert (found["status"], found["tiles"]["success"], found["items"]) == ("ok", "healthy", [])
    types = client.get("/api/v1/task-types").json()
    assert [one["name"] for one in types["items"]] == ["send_customer_sms", "campaigns.tasks.finalize", "old"]
    often, waits, old = types["items"]
    assert (often["ended"], often["success_rate"], often["success"], often["workers"]) == (12, 1.0, "healthy", None)
    assert (waits["waiting"], waits["ended"], waits["success"]) == (1, 0, "unknown")
    assert (old["stored"], old["failed"], old["success_rate"]) == (1, 0, None)
    assert client.get("/api/v1/task-types", params={"limit": 1}).json()["cut"] is True


def test_one_task_type(server: Served, client: httpx.Client) -> None:
    """With the limits that it is judged by; a name of which nobody ever heard is a 404 in words."""
    server.commit(*a_task_that_succeeded("a", time.time() - 600 - T0))
    found = client.get("/api/v1/task-type", params={"name": "send_customer_sms"}).json()
    assert (found["row"]["ended"], found["max_retries"], found["registered_on"]) == (1, None, None)
    assert found["limits"] == [
        {"figure": "success", "warning": 0.95, "critical": 0.9, "own": False},
        {"figure": "avg", "warning": 5.0, "critical": 10.0, "own": False},
    ]
    missing = client.get("/api/v1/task-type", params={"name": "nobody"})
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        "No worker has registered a task 'nobody', and none is stored",
    )
