"""A collector that is killed at any moment leaves a store that opens and holds all that was committed."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import kombu
import pytest
from celery.events.event import get_exchange

from tests.support.bodies import a_body, received, started, succeeded
from tests.support.processes import ROOT
from tests.support.services import RedisServer
from umbel.model.tasks import State
from umbel.store.registry import open_store

KILLS = 20
STATE_AFTER = {
    frozenset({"task-received"}): {State.RECEIVED},
    frozenset({"task-received", "task-started"}): {State.STARTED},
    frozenset({"task-received", "task-started", "task-succeeded"}): {State.SUCCESS},
}
"""What the committed events of a task amount to."""


@contextlib.contextmanager
def a_stream(url: str) -> Iterator[None]:
    """Publish the events of one task after the other, about a thousand events a second, for the length of a block."""
    is_over = threading.Event()

    def publish() -> None:
        with kombu.Connection(url) as connection:
            producer = connection.Producer(exchange=get_exchange(connection))
            number = 0
            while not is_over.wait(0.002):
                number += 1
                name = f"task-{number}-{time.time()}"
                for event in (received, started, succeeded):
                    at = time.time() - 1_795_251_600.0
                    producer.publish(
                        a_body(event(at, uuid=name)),
                        "task.multi",
                        content_type="application/json",
                        content_encoding="utf-8",
                    )

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def collect_and_kill(broker: str, path: Path, commits: int, delay_s: float, told: Callable[[str], None]) -> None:
    """Run a collecting process, and kill it ``delay_s`` after it has told of so many commits."""
    command = [sys.executable, "-m", "tests.support.collect", broker, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(commits):
            told(process.stdout.readline())
        time.sleep(delay_s)  # so that the kill hits any stage of a batch
        process.send_signal(signal.SIGKILL)
        for line in process.stdout:  # what it had said before it was killed
            if line.endswith("\n"):
                told(line)


@pytest.mark.timeout(120)
def test_nothing_committed_is_lost_by_a_kill(tmp_path: Path) -> None:
    """Twenty kills in the middle of a stream: each time the store opens, complete, and no task is impossible."""
    chance, path = random.Random(20), tmp_path / "umbel.db"
    committed: dict[str, set[str]] = defaultdict(set)

    def note(line: str) -> None:
        for task_id, type_ in json.loads(line):
            committed[task_id].add(type_)

    with RedisServer(tmp_path) as broker, a_stream(broker.url):
        for _ in range(KILLS):
            collect_and_kill(broker.url, path, chance.randint(1, 8), chance.uniform(0.0, 0.03), note)
            with contextlib.closing(open_store(str(path))) as store:
                ids = list(committed)
                parts = [store.tasks_by_id(ids[start : start + 1_000]) for start in range(0, len(ids), 1_000)]
                stored = {task.id: task for part in parts for task in part}
                assert set(stored) == set(committed)
                for task_id, types in committed.items():
                    kinds = {f"task-{mark.kind.name.lower()}" for mark in stored[task_id].facts.marks}
                    assert types <= kinds
                    assert stored[task_id].state in STATE_AFTER.get(frozenset(kinds), set(State))
                assert sum(sum(count.by_state.values()) for count in store.counts()) >= len(stored)

    assert len(committed) > KILLS
