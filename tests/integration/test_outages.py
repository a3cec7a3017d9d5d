"""Brokers go away while tasks run: the gap is told, and what can be known afterwards is known."""

import time
from pathlib import Path

import pytest

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import Deployment, a_deployment
from tests.support.processes import wait_until
from umbel.model.tasks import State


@pytest.mark.parametrize("kind", ["redis", "rabbitmq"])
def test_a_broker_that_restarts_while_tasks_run(kind: str, tmp_path: Path) -> None:
    """Meanwhile the collector says that it is blind; it is back within ten seconds, and tasks end in the store."""
    with (
        a_deployment(tmp_path, kind) as site,
        site.worker() as worker,
        collecting(site.broker.url) as running,
    ):
        before = running.wait_for_state(site.send("add", 1, 2), State.SUCCESS)
        running.wait_for_state(site.send("sleep", 3), State.STARTED)
        stopped_at = time.time()
        site.broker.stop()
        running.wait_for(lambda: running.health.state == "blind", "it says that it is blind")
        link = running.link
        assert link.state == "reconnecting"
        assert link.last_error
        assert link.blind[-1].until is None
        assert link.blind[-1].since >= stopped_at - 1.0
        assert running.task(before.id) == before, "what was stored stays"

        site.broker.start()
        running.wait_for(lambda: running.link.state == "connected", "it is connected again", within_s=10.0)
        assert running.link.reconnects == 1
        assert running.link.blind[-1].until is not None
        worker.restart_if_gone()
        after = _one_more(site, running)
        running.wait_for_state(after, State.SUCCESS)


def _one_more(site: Deployment, running: Collecting) -> str:
    """Send tasks until one is seen: the worker finds the broker again in its own time."""
    sent: list[str] = []

    def is_seen() -> bool:
        sent.append(site.send("add", 1, 2))
        return any(running.state(id_) == State.SUCCESS for id_ in sent)

    wait_until(is_seen, "a task is seen to end", every_s=0.25, within_s=30.0)
    return next(id_ for id_ in sent if running.state(id_) == State.SUCCESS)
