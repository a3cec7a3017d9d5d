"""What Umbel says of real workers that run, are busy, are killed and come back."""

import json
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.deployment import a_deployment
from tests.support.processes import wait_until
from tests.support.umbel import Umbel

OFFLINE_WITHIN_S = 15.0


def one(umbel: Umbel, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a worker of the list, ``None`` where it is not there."""
    return next((item for item in umbel.get("workers")["items"] if item["name"] == name), None)


def becomes(umbel: Umbel, name: str, holds: Callable[[Any], bool], within_s: float = 30.0) -> Any:  # noqa: ANN401 - JSON
    """Wait until a worker is as it should be, and return it."""
    wait_until(lambda: (found := one(umbel, name)) is not None and holds(found), f"{name} as wanted", within_s=within_s)
    return one(umbel, name)


def refreshed(umbel: Umbel, name: str) -> Any:  # noqa: ANN401 - JSON
    """Have Umbel ask a worker now, and return what it then knows."""
    request = urllib.request.Request(f"{umbel.url}/api/v1/workers/{name}/refresh", method="POST")  # noqa: S310 - our own loopback URL
    with urllib.request.urlopen(request, timeout=20.0) as answer:  # noqa: S310 - the same
        return json.load(answer)


def test_the_life_of_workers(tmp_path: Path) -> None:
    """A killed worker is offline within seconds, and what it ran is told with its name; a busy solo one is not.

    Restarted, its history goes on, with a restart in it.
    """
    with a_deployment(tmp_path, "redis") as site:
        umbel = site.umbel(None, None, "--expected-workers", "w*@localhost=2,queue:solo=1")
        busy = site.worker(concurrency=3)
        solo = site.worker(pool="solo", queues="solo")
        with umbel, busy, solo:
            found = becomes(umbel, busy.name, lambda worker: worker["slots"] is not None)
            assert (found["pool"], found["slots"], found["queues"]) == ("prefork", 3, ["celery"])
            assert becomes(umbel, solo.name, lambda worker: worker["pool"] == "solo")["slots"] == 1
            assert [(item["online"], item["wanted"]) for item in umbel.get("workers")["expected"]] == [(2, 2), (1, 1)]
            ids = [site.send("sleep", 25.0) for _ in range(3)]
            site.send("sleep", 20.0, queue="solo")
            becomes(umbel, busy.name, lambda worker: worker["running"] == 3)
            detail = refreshed(umbel, busy.name)
            assert len(detail["active"]["items"]) == 3
            assert {task["name"] for task in detail["registered"]} >= {"tests.support.celery_app.sleep"}
            assert detail["conf"]["broker_url"].startswith("redis://")

            busy.stop(signal.SIGKILL)
            killed_at = time.monotonic()
            gone = becomes(umbel, busy.name, lambda worker: worker["state"] == "offline", OFFLINE_WITHIN_S)
            assert time.monotonic() - killed_at <= OFFLINE_WITHIN_S
            assert gone["offline_since"] is not None
            verdicts = [umbel.get(f"tasks/{task_id}")["verdict"] for task_id in ids]
            assert {verdict["code"] for verdict in verdicts} == {"orphaned"}
            assert all(busy.name in verdict["text"] for verdict in verdicts)
            assert umbel.get(f"workers/{busy.name}")["orphaned"] == 3
            assert umbel.get("tasks", search="is:orphaned")["total"]["value"] == 3
            assert umbel.get("workers")["expected"][0]["missing"] == [busy.name]

            silent = one(umbel, solo.name)
            assert silent["state"] == "busy", silent["reason"]

            busy.start()
            becomes(umbel, busy.name, lambda worker: worker["state"] == "online" and worker["restarts"] == 1)
            wait_until(lambda: len(umbel.get(f"workers/{busy.name}")["processes"]) == 2, "two processes", within_s=20.0)
            points = umbel.get(f"workers/{busy.name}/history")["points"]
            assert max(value or 0 for value in points["active"]) > 0, "what it ran before is still told"
            assert umbel.get(f"workers/{busy.name}")["orphaned"] == 0
