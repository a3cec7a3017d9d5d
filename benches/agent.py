"""Measure what the agent costs: real workers with it and without it take the same tasks in turns.

    python -m benches.agent                 prefork and threads, tasks of nothing and of 5 ms
    python -m benches.agent --rounds 3 --pool prefork --task nothing
    python -m benches.agent --arguments     with the true arguments of tasks

One real Redis, and two workers a pool that are alike but for the agent. In a round both get the same number of tasks at
the same moment, so that they share the machine and what disturbs one disturbs the other: the rates are those of half a
machine. CPU is that of all processes of a worker. The figures are medians over the rounds, and the cost is the median
of each round's own ratio.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import redis
from celery import Celery

from benches._machine import load, machine
from tests.support.processes import ROOT, Process
from tests.support.services import RedisServer
from umbel.model.wire import SENT_AT

POOLS = ("prefork", "threads")
TASKS = {"nothing": 200, "work": 60}
CONCURRENCY = 2
LAST_S = 0.1
"""What is left to a worker when it has acknowledged its last task: events, and the books of its pool."""


class Round(NamedTuple):
    """What one worker took for one round."""

    wall_s: float
    cpu_s: float


class Bench:
    """A Redis, and workers with the agent and without."""

    def __init__(self, parts: ExitStack, folder: Path, *, arguments: bool) -> None:
        self._agent = "arguments" if arguments else "1"
        self._parts = parts
        self._folder = folder
        self._broker = parts.enter_context(RedisServer(folder))
        self._desks: dict[str, Desk] = {}

    def worker(self, pool: str, *, agent: bool) -> Process:
        """Start a worker that takes tasks from a queue of its own name, and return it once it is ready."""
        name = f"{pool}-{'with' if agent else 'without'}"
        desk = self._desks[name] = Desk(self._broker.url_of(len(self._desks)))
        command = [sys.executable, "-m", "celery", "-A", "benches._agent_app", "worker", "-n", f"{name}@bench"]
        command += ["-P", pool, "-c", str(CONCURRENCY), "-Q", name, "-l", "INFO", "--without-mingle"]
        env = {
            "UMBEL_BENCH_BROKER": desk.url,
            "UMBEL_BENCH_AGENT": self._agent if agent else "",
            "PYTHONPATH": str(ROOT),
        }
        worker = self._parts.enter_context(Process(name, command, self._folder, env))
        worker.start(lambda: "ready." in worker.log())
        return worker

    def round(self, workers: Sequence[Process], task: str, tasks: int) -> list[Round]:
        """Let all these workers run so many tasks each, which wait from the first moment on."""
        desks = [self._desks[worker.name] for worker in workers]
        for worker, desk in zip(workers, desks, strict=True):
            desk.hold(worker.name, task, tasks)
        cpu_s, began = [cpu_of(worker) for worker in workers], time.perf_counter()
        for worker, desk in zip(workers, desks, strict=True):
            desk.release(worker.name)
        wall_s: dict[int, float] = {}
        while len(wall_s) < len(workers):
            for place, worker in enumerate(workers):
                if place not in wall_s and desks[place].is_done(worker.name):
                    wall_s[place] = time.perf_counter() - began
            time.sleep(0.002)
        time.sleep(LAST_S)
        return [Round(wall_s[place], cpu_of(worker) - cpu_s[place]) for place, worker in enumerate(workers)]


class Desk:
    """The database of one worker, so that what is not acknowledged there is that worker's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = Celery("bench", broker=url, set_as_current=False)
        self._redis = redis.Redis.from_url(url)

    def hold(self, queue: str, task: str, tasks: int) -> None:
        """Send tasks to where no worker looks."""
        with self._client.connection_for_write() as connection:
            for number in range(tasks):
                headers = {SENT_AT: time.time()}
                arguments = (f"guest {number}", number)
                self._client.send_task(task, arguments, queue=f"held-{queue}", connection=connection, headers=headers)

    def release(self, queue: str) -> None:
        """Let the worker have them, all at once."""
        self._redis.rename(f"held-{queue}", queue)

    def is_done(self, queue: str) -> bool:
        """Whether no task waits, and none is held that is not over: they are acknowledged late."""
        return not self._redis.exists(queue) and not self._redis.exists("unacked")


def cpu_of(worker: Process) -> float:
    """Return the CPU seconds of a worker and the processes of its pool (``schedstat``: clock ticks are too coarse)."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    threads = (path for pid in (worker.pid, *children) for path in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((path / "schedstat").read_text().split()[0]) for path in threads) / 1e9


def compare(bench: Bench, pool: str, rounds: int, names: list[str]) -> None:
    """Print a row for each task."""
    pair = [bench.worker(pool, agent=agent) for agent in (False, True)]
    for task, tasks in ((name, TASKS[name]) for name in names):
        bench.round(pair, task, tasks // 4)  # what is slow once
        print(row(pool, task, tasks, [bench.round(pair, task, tasks) for _ in range(rounds)]), flush=True)
    for worker in pair:
        worker.stop()


def row(pool: str, task: str, tasks: int, rounds: list[list[Round]]) -> str:
    """Return a row of the table."""
    rates = [statistics.median(tasks / both[side].wall_s for both in rounds) for side in (0, 1)]
    cpu_us = [statistics.median(1e6 * both[side].cpu_s / tasks for both in rounds) for side in (0, 1)]
    rate = statistics.median(without.wall_s / with_it.wall_s for without, with_it in rounds)
    cpu = statistics.median(with_it.cpu_s / without.cpu_s for without, with_it in rounds)
    figures = " | ".join(f"{value:,.0f}" for value in (*rates, *cpu_us))
    return f"| {pool}, `{task}` | {figures} | {100 * (rate - 1):+.1f} % | {100 * (cpu - 1):+.1f} % |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--pool", choices=POOLS, action="append")
    parser.add_argument("--task", choices=list(TASKS), action="append")
    parser.add_argument("--arguments", action="store_true")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and not before the workers are stopped
    rounds = asked.rounds
    print(f"{machine()}; load {load()}; {rounds} rounds of {TASKS}, {CONCURRENCY} at once\n")
    print("| pool, task | tasks/s without | with | CPU µs a task without | with | tasks/s | CPU |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory(prefix="umbel-bench-") as folder, ExitStack() as parts:
        bench = Bench(parts, Path(folder), arguments=asked.arguments)
        for pool in asked.pool or POOLS:
            compare(bench, pool, rounds, asked.task or list(TASKS))
    print(f"\nload at the end {load()}")


if __name__ == "__main__":
    main()
