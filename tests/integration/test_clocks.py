"""A worker's clock jumps by hours while its tasks run."""

from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.clock_shift import ClockShift
from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from tests.support.record import wait_until_equal
from tests.support.umbel import Umbel

HOUR_S: Final = 3_600.0
JUMPS: Final = (HOUR_S, -HOUR_S, 0.0)
"""Ahead, behind, and right again (seconds by which it is off)."""
QUEUE: Final = "clocks"
DURATIONS: Final = ("runtime_s", "wait_s", "pickup_s")
CALLS: Final[list[tuple[str, list[int]]]] = [("add", [1, 2]), ("fail", []), ("flaky", [1]), ("progress", [])]


@pytest.mark.timeout(120)
def test_a_clock_that_jumps_by_an_hour_and_back(redis_site: Deployment, tmp_path: Path) -> None:
    """Tasks before, across and after each jump are as the application noted them, and the worker stays online."""
    clock, ids = ClockShift(tmp_path), list[str]()
    worker = redis_site.worker("jumping", queues=QUEUE, env=clock.env)
    with worker, redis_site.umbel(tmp_path) as umbel:
        umbel.wait_until_connected()
        for shift_s in JUMPS:
            across = redis_site.send("sleep", 1.5, queue=QUEUE)
            umbel.wait_for_state(across, "STARTED")
            clock.set(shift_s)
            after = [redis_site.send(name, *args, queue=QUEUE) for name, args in CALLS]
            ids += [across, *after]
            wait_until_equal(umbel, partial(ends_of, redis_site, ids))
            wait_until(partial(has_heard, umbel, worker.name, len(ids)), "its counters move")
            wait_until(partial(tells, umbel, worker.name, is_off=shift_s != 0.0), "what is said of its clock is true")
        assert [row for row in umbel.rows() if not is_plausible(row)] == []
        assert umbel.complaints() == []


def ends_of(site: Deployment, ids: list[str]) -> dict[str, str]:
    """Return how these tasks ended by the application's own notes, or that they have not."""
    outcomes = site.outcomes()
    return {task_id: outcomes.get(task_id, "not ended") for task_id in ids}


def has_heard(umbel: Umbel, name: str, tasks: int) -> bool:
    """Whether a worker is online and has processed so many tasks at least, as the page of workers says."""
    items = umbel.get("workers")["items"]
    return any(one["name"] == name and one["state"] == "online" and one["processed"] >= tasks for one in items)


def tells(umbel: Umbel, name: str, *, is_off: bool) -> bool:
    """Whether it is said that the clock of this worker differs, where it does, and not where it does not."""
    doubts = umbel.health()["doubts"]
    return is_off == any(doubt["code"] == "clock" and name in doubt["workers"] for doubt in doubts)


def is_plausible(row: dict[str, Any]) -> bool:
    """Whether nothing lasted less than no time; when it was is as wrong as the clock, which is said."""
    return all((row[name] or 0.0) >= 0.0 for name in DURATIONS)
