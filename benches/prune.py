"""Measures how long a collector waits for the store while history is deleted.

    python -m benches.prune            1,000,000 tasks (about 0.9 GB of disk and four minutes)
    python -m benches.prune --quick    100,000

    python -m benches.prune --events-per-second 20000

A store is filled through ``commit``. Then one thread does what the collector's does: a batch a quarter of a second of
what came since the last one, 2,000 events a second where nothing else is asked for, and slices of pruning where the
collector puts them. Waiting is from when a batch was due to when it was stored. First without anything to prune, then
while nine tenths have to go. The processor time of a slice is what it takes on a machine that does nothing else and
has the file in memory.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from benches._machine import load, machine
from benches._sample_tasks import START, stream
from umbel.ingest.batcher import DEFAULT_BATCH_EVENTS, DEFAULT_BUFFER_EVENTS, LARGEST_BATCH
from umbel.ingest.pruning import Pruning
from umbel.store.protocols import Arrival, Pruned, Retention, Store
from umbel.store.registry import open_store

BATCH: Final = 10_000
BATCH_S: Final = 0.25
EVENTS_PER_S: Final = 2_000
CALM_S: Final = 10.0


def fill(store: Store, arrivals: Iterator[Arrival]) -> None:
    """Store all of these."""
    while some := list(islice(arrivals, BATCH)):
        store.commit(some)


class Slices:
    """What pruning asks of a store, with a stopwatch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.took: list[float] = []
        self.took_cpu: list[float] = []

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete a slice."""
        began, cpu_began = time.perf_counter(), time.thread_time()
        pruned = self._store.prune(retention, now)
        self.took.append(time.perf_counter() - began)
        self.took_cpu.append(time.thread_time() - cpu_began)
        return pruned


class Run:
    """A thread's work: batches in time, and slices in between."""

    def __init__(self, store: Store, arrivals: Iterator[Arrival], events_per_s: int, retention: Retention) -> None:
        self._store = store
        self._arrivals = arrivals
        self._events_per_s = events_per_s
        self._began = time.perf_counter()
        self.slices = Slices(store)
        self.pruning = Pruning(
            self.slices,
            retention,
            is_pressed=lambda: self._waiting() > DEFAULT_BUFFER_EVENTS // 2,
            tell=print,
            clock=lambda: START + time.perf_counter(),
            logger=logging.getLogger("benches"),
            first_s=0.0,
        )
        self.waits: list[float] = []
        self.events = 0

    def go(self, seconds: float) -> None:
        """Work for so long, or until nothing is left to prune."""
        self._began = time.perf_counter()
        due = self._began + BATCH_S
        while time.perf_counter() - self._began < seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            some = list(islice(self._arrivals, min(self._waiting(), DEFAULT_BATCH_EVENTS * LARGEST_BATCH)))
            tasks = self._store.commit(some).tasks
            self.events += len(some)
            self.waits.append(time.perf_counter() - due)
            self.pruning.after(tasks, len(some))
            due += len(some) / self._events_per_s
            if self.pruning.tasks and not self.pruning.is_behind:
                break

    def _waiting(self) -> int:
        """How many events have come and are not stored."""
        return int((time.perf_counter() - self._began) * self._events_per_s) - self.events


def stored(store: Store) -> int:
    """Return how many tasks there are."""
    return sum(n for count in store.counts() for n in count.by_state.values())


def row(name: str, values: list[float]) -> str:
    """Return a line of the table, in milliseconds."""
    if len(values) < 2:  # noqa: PLR2004  # no quantile of one
        return f"| {name} | — | — | — | {len(values)} |"
    cuts = statistics.quantiles(values, n=100)
    return f"| {name} | {1e3 * cuts[49]:.0f} | {1e3 * cuts[98]:.0f} | {1e3 * max(values):.0f} | {len(values)} |"


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long to prune")
    parser.add_argument("--folder", type=Path, help="where the store is written; a real disk")
    parser.add_argument("--events-per-second", type=int, default=EVENTS_PER_S, help="what comes meanwhile")
    arguments = parser.parse_args()
    pace = arguments.events_per_second
    tasks = 100_000 if arguments.quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="umbel-prune-", dir=arguments.folder) as folder:
        store = open_store(str(Path(folder) / "umbel.db"))
        arrivals = stream(tasks * 2 + int(pace * (CALM_S + arguments.seconds)))
        fill(store, islice(arrivals, tasks * 3))
        print(machine())
        print(f"load {load()}; {tasks:,} tasks stored, {pace:,} events/s")
        calm = Run(store, arrivals, pace, Retention())
        calm.go(CALM_S)
        before = stored(store)
        busy = Run(store, arrivals, pace, Retention(max_tasks=tasks // 10))
        began = time.perf_counter()
        busy.go(arguments.seconds)
        seconds = time.perf_counter() - began
        after = stored(store)
        store.close()
    print("| ms | p50 | p99 | max | n |\n| --- | ---: | ---: | ---: | ---: |")
    print(row("a batch, nothing to prune", calm.waits))
    print(row("a batch while history is pruned", busy.waits))
    print(row("a slice of pruning with its commit", busy.slices.took))
    print(row("its processor time", busy.slices.took_cpu))
    deleted = busy.pruning.tasks
    print(f"{busy.events / seconds:,.0f} events a second stored; {deleted / seconds:,.0f} tasks a second deleted")
    print(f"{before:,} tasks were stored; {seconds:.0f} s later {after:,}")


if __name__ == "__main__":
    main()
