"""With a durable queue on RabbitMQ nothing is missed while Umbel is away."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.collecting import Collecting
from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.model.tasks import State
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
