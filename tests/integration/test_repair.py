"""What was missed is found again where anything knows it, and what nothing knows is said to be lost."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.collecting import collecting
from tests.support.deployment import APP, Deployment, a_deployment
from tests.support.events import an_event
from tests.support.processes import wait_until
from tests.support.repairing import repairing
from tests.support.umbel import Umbel
from tests.support.workers import Worker
from umbel.model.gaps import GapKind
from umbel.store.protocols import Arrival

MIX: list[tuple[str, tuple[Any, ...]]] = [
    *[("add", (2, 3))] * 30,
    *[("fail", ("no luck",))] * 10,
    *[("flaky", (1,))] * 5,
    *[("always_retry", ())] * 3,
    *[("sleep", (0.02,))] * 12,
]


ENDS = ("SUCCESS", "FAILURE")


@pytest.mark.timeout(90)
def test_tasks_that_end_while_umbel_is_killed(site: Deployment, worker: Worker, tmp_path: Path) -> None:
    """After the next start every task is in the state that the result backend recorded, and says where it was read."""
    with Umbel(tmp_path, site.broker.url, backend=site.backend) as umbel:
        umbel.wait_until_connected()
        umbel.wait_for_state(site.send("add", 1, 1), "SUCCESS")
        site.send("sleep", 2.0)
        ids = [site.send(name, *args) for name, args in MIX]
        wait_until(lambda: all(umbel.task(task_id) for task_id in ids), "all were seen to be sent", within_s=20)
        umbel.stop(signal.SIGKILL)
        never_seen = [site.send("add", 1, number) for number in range(20)]
        all_of = [*ids, *never_seen]
        wait_until(lambda: all(site.result(one)["status"] in ENDS for one in all_of), "all have ended", within_s=30)
        umbel.start()
        wait_until(lambda: _states(umbel, ids) == _recorded(site, ids), "all are as they ended", within_s=20)
        assert not any(umbel.task(task_id) for task_id in never_seen), "nobody knows their ids"
        rows = [umbel.task(task_id) or {} for task_id in ids]
        assert any(row["learnt_from"] == "result backend" for row in rows)
        failed = next(row for row in rows if row["state"] == "FAILURE" and row["learnt_from"])
        assert failed["exception"]
        assert failed["traceback"]
        assert [gap["kind"] for gap in failed["gaps"]] == [GapKind.STOPPED]
        repair = umbel.health()["repair"]
        assert repair["repaired"] >= 1
        assert (repair["lost"], repair["backend"]) == (0, None)


def _states(umbel: Umbel, ids: list[str]) -> list[str]:
    return [(umbel.task(task_id) or {}).get("state", "") for task_id in ids]


def _recorded(site: Deployment, ids: list[str]) -> list[str]:
    return [site.result(task_id)["status"] for task_id in ids]


@pytest.mark.timeout(90)
def test_a_worker_that_is_killed_leaves_its_task_lost(tmp_path: Path) -> None:
    """The reason is told; two who repair judge the same; a last event that comes late is the truth."""
    with a_deployment(tmp_path, "redis") as site, site.worker() as worker, collecting(site.broker.url) as collected:
        task_id = site.send("sleep", 60)
        collected.wait_for_state(task_id, "STARTED")
        with (
            repairing(collected, site.broker.url, site.backend) as one,
            repairing(collected, site.broker.url, site.backend) as other,
        ):
            collected.wait_for(lambda: one.health().lookups and other.health().lookups, "it was looked up")
            time.sleep(1.5)  # longer than the grace: a worker that lists it is asked again and again
            assert collected.state(task_id) == "STARTED"
            worker.stop(signal.SIGKILL)
            worker.start()
            lost = collected.wait_for_state(task_id, "LOST")
            collected.wait_for(lambda: one.health().lost + other.health().lost, "one of them has judged, or both")
        assert lost.lost_because == (
            f"{worker.name} was restarted while this ran; the result backend knows no end of it"
        )
        assert sum(mark.type == "LOST" for mark in lost.facts.marks) == 1
        late = an_event("succeeded", uuid=task_id, hostname=worker.name, pid=lost.pid or 0, clock=10**9, runtime=1.0)
        collected.store.commit([Arrival(late, time.time())])
        assert collected.state(task_id) == "SUCCESS"


def test_a_worker_tells_what_runs_there(redis_site: Deployment, redis_worker: Worker) -> None:
    """A task of which only the sending was seen runs, as its worker's list says; without a backend it is said so."""
    task_id = redis_site.send("sleep", 6.0)
    wait_until(lambda: redis_site.ledger().get(task_id), "it runs", within_s=20)
    sent = an_event("sent", uuid=task_id, hostname="gen1@web", name=f"{APP}.sleep", args="(6.0,)", retries=0)
    with (
        collecting(redis_site.broker.url) as collected,
        repairing(collected, redis_site.broker.url, None, grace_s=60) as reconciler,
    ):
        collected.store.commit([Arrival(sent, time.time())])
        task = collected.wait_for_state(task_id, "STARTED")
        assert (task.learnt_from, task.worker, task.name) == ("worker", redis_worker.name, f"{APP}.sleep")
        assert reconciler.health().backend == "no result backend is known"
        assert collected.wait_for_state(task_id, "SUCCESS").learnt_from is None
