"""Which queues are looked at, which of them are told of, and how fast they grow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu import Queue
from msgspec.structs import replace

from tests.support.clock import ManualClock as Clock
from tests.support.events import T0, a_task_that_succeeded, an_event
from umbel.control.brokers.consumers import Consumers
from umbel.control.brokers.names import IDLE_KEPT_S, Names
from umbel.control.brokers.rates import Flow
from umbel.model.events import TaskEvent
from umbel.model.queues import BrokerReading, Consuming, QueueReading, Rates
from umbel.store.protocols import Arrival
from umbel.store.relational.sqlite import SqliteStore


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at ``T0`` until it is moved."""
    return Clock(T0)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    """An empty store by that clock."""
    opened = SqliteStore(tmp_path / "umbel.db", clock=clock)
    yield opened
    opened.close()


def sent(uuid: str, queue: str) -> TaskEvent:
    """Return the event of one who sends a task to a queue."""
    return an_event("sent", -1.0, uuid=uuid, name="app.send_sms", queue=queue, hostname="gen1@web")


def names_of(store: SqliteStore, clock: Clock, *, is_own_app: bool = False) -> Names:
    """Return what gathers names for an application that declares ``orders``."""
    app = Celery("shop", broker="memory://", set_as_current=False)
    app.conf.task_queues = [Queue("orders")]
    return Names(app, store, asked=["asked"], hidden=["umbel"], is_own_app=is_own_app, clock=clock)


def test_where_names_come_from(store: SqliteStore, clock: Clock) -> None:
    """Workers, sent events, the loaded application, the settings, earlier looks, and Celery's default."""
    store.commit([Arrival(sent("one", "by-event"), T0)])
    broker = BrokerReading(at=T0, url="x", transport="redis", reached=True)
    store.queues.keep(broker, [QueueReading(name="seen before", ready=1)])
    wanted = names_of(store, clock).wanted(["consumed", "umbel", "w@x.celery.pidbox"])
    assert {one.name for one in wanted} == {"celery", "asked", "consumed", "by-event", "seen before"}
    assert "orders" in {one.name for one in names_of(store, clock, is_own_app=True).wanted([])}


def test_what_is_not_used_any_more_is_told_of_for_a_day(store: SqliteStore, clock: Clock) -> None:
    """An empty queue that nobody consumes goes after a day; the default one is not told of unless it is used."""
    names = names_of(store, clock)
    empty = QueueReading(name="left", ready=0, consuming=Consuming.NO)
    used = replace(empty, consuming=Consuming.YES)
    names.wanted(["left"])
    assert names.sort([used, replace(empty, name="celery"), replace(empty, name="asked")]) == (
        [used, replace(empty, name="asked")],
        [],
    )
    clock.now = T0 + IDLE_KEPT_S / 2
    assert names.sort([empty]) == ([empty], [])
    clock.now = T0 + IDLE_KEPT_S + 1
    assert names.sort([empty]) == ([], ["left"])
    assert names.sort([empty]) == ([], []), "it is said once"


def test_what_goes_through_a_queue(store: SqliteStore, clock: Clock) -> None:
    """By its workers where they consume nothing else, by sent events else, and not at all where neither tells it."""
    flow = Flow(store, clock=clock)
    for n in range(30):
        events = [*a_task_that_succeeded(f"task-{n}"), sent(f"task-{n}", "told")]
        store.commit([Arrival(event, T0 + 20.0) for event in events])
    worker = next(one.name for one in store.workers())
    clock.now = T0 + 120.0
    flow.begin(frozenset({"q", "told"}))
    only = Consumers(by_queue={"q": (worker,)}, only=frozenset({worker}))
    reading = QueueReading(name="q", ready=5, consuming=Consuming.YES)
    found = flow.add(reading, only)
    assert (found.rates_from, found.arrived_per_min) == (Rates.WORKERS, None)
    assert (found.ended_per_min or 0) > 0
    assert found.why["growth"]
    shared = Consumers(by_queue={"q": (worker,), "told": (worker,)})
    assert flow.add(replace(reading, name="told"), shared).rates_from is Rates.EVENTS
    untold = flow.add(reading, shared)
    assert untold.ended_per_min is None
    assert "task_send_sent_event" in untold.why["rates"]
