"""A server that is killed at any moment leaves a store that opens, with all that it had shown."""

import contextlib
import random
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.services import RedisServer
from tests.support.shown import Shown
from tests.support.traffic import Traffic, end_of
from tests.support.umbel import Umbel
from umbel.model.events import Kind
from umbel.model.search_parser import parse
from umbel.model.tasks import State, Task
from umbel.store.relational.sqlite import SqliteStore

EVENTS_PER_S: Final = 1_000.0
ENDS: Final = {Kind.SUCCEEDED: State.SUCCESS, Kind.FAILED: State.FAILURE, Kind.REVOKED: State.REVOKED}
PROGRESS: Final = ("PENDING", "RECEIVED", "STARTED", "RETRY")
"""States that others may follow."""
LASTING: Final = ("name", "args", "kwargs", "result", "exception", "received_at", "finished_at")
"""What a row says once and for all."""


@pytest.mark.parametrize(
    ("kills", "give_up_s"),
    [
        pytest.param(20, 150, marks=pytest.mark.timeout(180)),
        pytest.param(100, 800, marks=[pytest.mark.timeout(900), pytest.mark.nightly]),
    ],
)
def test_nothing_that_was_shown_is_lost_by_a_kill(tmp_path: Path, kills: int, give_up_s: float) -> None:
    """Killed again and again under load: each time the store opens, sound, with all that the API and stream showed."""
    chance, shown = random.Random(20), dict[str, dict[str, Any]]()
    until = time.monotonic() + give_up_s
    with RedisServer(tmp_path) as broker, Traffic(broker.url, rate=EVENTS_PER_S) as traffic:
        umbel = Umbel(tmp_path, broker.url)
        for _ in range(kills):
            assert time.monotonic() < until
            shown.update(shown_until_killed(umbel, chance))
            is_sound(Path(umbel.store))
        with umbel:
            umbel.wait_until_connected()
            traffic.end()
            now = {row["id"]: row for row in umbel.rows()}
            assert is_still_there(shown.values(), now) == []
            assert len(shown) > 10 * kills
            wrong = [row for row in now.values() if row["state"] not in (*PROGRESS, end_of(row["id"]))]
            assert wrong == [], "nothing ended in another way than its worker said"
            assert umbel.complaints() == []


def shown_until_killed(umbel: Umbel, chance: random.Random) -> dict[str, dict[str, Any]]:
    """Start the server, kill it in the middle of the stream, and return the newest row that it showed of each task."""
    with umbel, Shown(umbel.url) as stream:
        stream.wait_for(messages=chance.randint(1, 3))
        listed = umbel.newest()
        time.sleep(chance.uniform(0.0, 0.3))  # so that the kill hits any stage of a batch
        umbel.stop(signal.SIGKILL)
    return {**{row["id"]: row for row in listed}, **stream.rows}


def is_sound(path: Path) -> None:
    """The file opens, SQLite finds nothing wrong with it, and every task is in a state that its events can lead to."""
    with contextlib.closing(SqliteStore(path, read_limit_s=30.0)) as store:
        assert store.problems() == []
        tasks = store.list(parse("", now=0.0), limit=1_000).tasks
        assert [task.id for task in tasks if not is_possible(task)] == []


def is_possible(task: Task) -> bool:
    """Whether the state of a task is the end that was seen of it, or none where no end was seen."""
    ends = {ENDS[mark.kind] for mark in task.facts.marks if mark.kind in ENDS}
    return ends == {task.state} if ends else task.state not in ENDS.values()


def is_still_there(shown: Iterable[dict[str, Any]], now: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that were shown and are gone, have gone back, or say something else now."""
    return [row for row in shown if row["id"] not in now or not is_kept(row, now[row["id"]])]


def is_kept(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a row says all that it said before, and has gone forward if it has changed."""
    if before["state"] not in PROGRESS and before["state"] != after["state"]:
        return False
    return all(before[field] in (None, after[field]) for field in LASTING) and after["retries"] >= before["retries"]
