"""Brokers go away while tasks run: the server says that it is blind, and what can be known afterwards is known."""

import signal
import time
from pathlib import Path

import pytest

from tests.support.deployment import Deployment, a_deployment
from tests.support.processes import wait_until
from tests.support.record import contradictions, covers
from tests.support.umbel import Umbel

BACK_WITHIN_S = 10.0


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("redis", signal.SIGTERM),
        pytest.param("redis", signal.SIGKILL, marks=pytest.mark.nightly),
        ("rabbitmq", signal.SIGKILL),
        pytest.param("rabbitmq", signal.SIGTERM, marks=pytest.mark.nightly),
    ],
)
@pytest.mark.timeout(90)
def test_a_broker_that_goes_and_comes_back_while_tasks_run(kind: str, how: signal.Signals, tmp_path: Path) -> None:
    """Meanwhile ``/api/v1/health`` says blind and why; it is back within ten seconds, and tasks end as they did."""
    with a_deployment(tmp_path, kind) as site, site.worker() as worker, site.umbel() as umbel:
        umbel.wait_until_connected()
        before = umbel.wait_for_state(site.send("add", 1, 2), "SUCCESS")
        across = site.send("sleep", 3)
        umbel.wait_for_state(across, "STARTED")
        site.broker.stop(how)
        stopped_at = time.time()
        blind = umbel.wait_for_health("blind")
        assert "out of reach; what happens now is not seen" in blind["text"]
        assert blind["collector"]["state"] == "blind"
        assert blind["broker"]["state"] == "reconnecting"
        assert blind["broker"]["last_error"]
        assert umbel.task(before["id"]) == before, "what was stored stays"

        back_at = time.time()
        site.broker.start()
        umbel.wait_until_connected(within_s=BACK_WITHIN_S)
        assert umbel.health()["broker"]["reconnects"] == 1
        worker.restart_if_gone()
        one_more(site, umbel)
        assert umbel.health()["status"] == "ok"
        if kind == "rabbitmq":  # here the results are kept elsewhere, and were not gone with the broker
            umbel.wait_for_state(across, "SUCCESS")
        assert covers(umbel.gaps("link"), stopped_at, back_at), umbel.gaps("link")
        assert contradictions(umbel, site.outcomes()) == []


def one_more(site: Deployment, umbel: Umbel) -> None:
    """Send tasks until one is seen to end: the worker finds the broker again in its own time."""
    sent: list[str] = []

    def is_seen() -> bool:
        sent.append(site.send("add", 1, 2))
        return any((umbel.task(task_id) or {}).get("state") == "SUCCESS" for task_id in sent)

    wait_until(is_seen, "a task is seen to end", every_s=0.25, within_s=30.0)
