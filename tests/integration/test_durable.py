"""With a durable queue on RabbitMQ nothing is missed while Umbel is away."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest

from tests.support import bodies
from tests.support.collecting import Collecting
from tests.support.deployment import Deployment
from tests.support.memory_store import MemoryStore
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.ingest.app import make_app
from umbel.ingest.collector import Collector
from umbel.model.tasks import State
from umbel.store.protocols import StoreUnavailable
from umbel.store.registry import open_store

QUEUE = "umbel-durable-test"
CLOSE_S = 0.5
"""How far an event's stamp may be from the application's own note of the same moment."""


@contextlib.contextmanager
def umbel(site: Deployment, folder: Path) -> Iterator[Collecting]:
    """Collect into the same store each time, until the end of the block."""
    with contextlib.closing(open_store(str(folder / "umbel.db"))) as store:
        running = Collecting(site.broker.url, store, durable_queue=QUEUE)
        running.collector.start()
        try:
            running.wait_for(lambda: running.link.state == "connected", "the collector is connected")
            yield running
        finally:
            running.collector.stop()


def test_tasks_that_ran_while_umbel_was_away_are_there(
    rabbitmq_site: Deployment, rabbitmq_worker: Worker, tmp_path: Path
) -> None:
    """Umbel stops, tasks run, Umbel starts: each has its state, and the times at which things happened."""
    site = rabbitmq_site
    with umbel(site, tmp_path) as running:
        first = site.send("add", 1, 2)
        running.wait_for_state(first, State.SUCCESS)
        assert (running.link.receiver, running.link.durable_queue) == ("amqp", QUEUE)
    good, bad = [site.send("add", number, 1) for number in range(20)], [site.send("fail") for _ in range(5)]
    wait_until(lambda: all(len(site.ledger()[id_]) == 2 for id_ in good + bad), "all have run")
    time.sleep(1.5)  # so that an event stamped at its arrival would be told from one stamped when it happened
    with umbel(site, tmp_path) as running:
        for id_ in good:
            running.wait_for_state(id_, State.SUCCESS)
        for id_ in bad:
            running.wait_for_state(id_, State.FAILURE)
        ledger, tasks = site.ledger(), running.store.tasks_by_id(good + bad)
        off_s = [
            abs(float(at or 0) - ledger[task.id][note]["at"])
            for task in tasks
            for note, at in ((0, task.started_at), (1, task.finished_at))
        ]
        assert len(off_s) == 2 * len(good + bad)
        assert max(off_s) < CLOSE_S
        assert running.store.task(first) is not None


@pytest.mark.parametrize("queue", [QUEUE, None])
def test_messages_of_many_events_wait_for_the_store(rabbitmq_site: Deployment, queue: str | None) -> None:
    """A busy worker puts 24 events into a message: what does not fit into the buffer waits, and none is dropped."""
    url, store = rabbitmq_site.broker.url, MemoryStore()
    store.fail_with = StoreUnavailable("disk full")
    app = make_app(url)
    app.conf.event_exchange = exchange = "umbel.many"
    collector = Collector(app, store, durable_queue=queue and f"{queue}-many", buffer_events=1_000, batch_s=0.05)
    collector.start()
    try:
        wait_until(lambda: collector.health().broker.state == "connected", "the collector is connected")
        with kombu.Connection(url) as connection:
            producer = connection.Producer(exchange=kombu.Exchange(exchange, type="topic", durable=True))
            for message in range(200):
                events = [bodies.received(uuid=f"{message}-{number}") for number in range(24)]
                producer.publish(json.dumps(events), routing_key="task.multi", content_type="application/json")
        wait_until(lambda: collector.health().collector.buffered >= 900, "the buffer is nearly full")
        store.fail_with = None
        wait_until(lambda: len(store.tasks) == 200 * 24, "all are stored", within_s=20.0)
        assert collector.health().collector.dropped == 0
    finally:
        collector.stop()
        if queue:
            with kombu.Connection(url) as connection:
                connection.channel().queue_delete(f"{queue}-many")  # type: ignore[attr-defined]  # the stubs know no channel
