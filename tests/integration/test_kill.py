"""A server that is killed at any moment leaves a store that opens, with all that it had shown."""

import contextlib
import random
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from tests.support.record import OPEN, covers, figures_of
from tests.support.services import RedisServer
from tests.support.shown import Shown
from tests.support.traffic import Traffic, end_of
from tests.support.umbel import Umbel
from umbel.model.events import Kind
from umbel.model.search_parser import parse
from umbel.model.tasks import State, Task
from umbel.store.relational import rollups
from umbel.store.relational.sqlite import SqliteStore

EVENTS_PER_S: Final = 1_000.0
ENDS: Final = {Kind.SUCCEEDED: State.SUCCESS, Kind.FAILED: State.FAILURE, Kind.REVOKED: State.REVOKED}
RESTART_S: Final = 0.3
"""A server takes longer than this to start."""
LASTING: Final = ("name", "args", "kwargs", "received_at")
"""What a row says once and for all."""
LASTING_AT_THE_END: Final = ("state", "result", "exception", "finished_at", "runtime_s")
"""What a row says once and for all when its task has ended."""


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=pytest.mark.timeout(240)),
        pytest.param(100, marks=[pytest.mark.timeout(1_200), pytest.mark.nightly]),
    ],
)
def test_nothing_that_was_shown_is_lost_by_a_kill(tmp_path: Path, kills: int) -> None:
    """Killed again and again under load: each time the store opens, sound, with all that the API and stream showed."""
    chance, shown, killed_at = random.Random(20), dict[str, dict[str, Any]](), list[float]()
    with RedisServer(tmp_path) as broker, Traffic(broker.url, rate=EVENTS_PER_S) as traffic:
        umbel = Umbel(tmp_path, broker.url)
        for _ in range(kills):
            shown.update(shown_until_killed(umbel, chance))
            killed_at.append(time.time())
            is_sound(Path(umbel.store))
        with umbel:
            umbel.wait_until_connected()
            traffic.end()
            now = {row["id"]: row for row in umbel.rows()}
            assert is_still_there(shown.values(), now) == []
            assert len(shown) > 10 * kills
            wrong = [row for row in now.values() if row["state"] not in (*OPEN, end_of(row["id"]))]
            assert wrong == [], "nothing ended in another way than its worker said"
            gaps = umbel.gaps("stopped")
            assert [at for at in killed_at if not covers(gaps, at, at + RESTART_S)] == [], "each time is told as a gap"
            assert umbel.complaints() == []


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=pytest.mark.timeout(180)),
        pytest.param(20, marks=[pytest.mark.timeout(400), pytest.mark.nightly]),
    ],
)
def test_with_a_durable_queue_kills_lose_nothing_at_all(rabbitmq_site: Deployment, tmp_path: Path, kills: int) -> None:
    """What comes while the server is dead waits, what was not committed comes again: all tasks end as they did."""
    chance, broker = random.Random(21), rabbitmq_site.broker.url
    umbel = Umbel(tmp_path, broker, options=("--durable-queue", "umbel-kill"))
    with umbel:
        umbel.wait_until_connected()  # from here on the queue is there
        with Traffic(broker, rate=EVENTS_PER_S) as traffic:
            for _ in range(kills):
                time.sleep(chance.uniform(0.5, 1.5))
                umbel.stop(signal.SIGKILL)
                umbel.start()
            ended = dict(traffic.end())
        wait_until(lambda: umbel.get("overview")["by_state"] == ended, "all is stored", within_s=60.0, every_s=0.2)
        assert [row for row in umbel.rows() if row["state"] != end_of(row["id"])] == []
        assert figures_of(umbel) == ended, "what came twice counts once"
        assert umbel.gaps("stopped") == [], "nothing was missed"
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
    """The file opens, SQLite finds nothing wrong with it, and every task is in a state that its events can lead to.

    The figures are those of the tasks: a commit writes both or none.
    """
    with contextlib.closing(SqliteStore(path, read_limit_s=30.0)) as store:
        assert store.problems() == []
        assert rollups.stored(store._connection) == rollups.recount(store._connection)
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
    fields = LASTING if before["state"] in OPEN else LASTING + LASTING_AT_THE_END
    return all(before[field] in (None, after[field]) for field in fields) and after["retries"] >= before["retries"]
