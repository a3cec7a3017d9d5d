"""Measures how long a collector waits for the store while history is deleted.

    python -m benches.prune            1,000,000 tasks (about 0.9 GB of disk and four minutes)
    python -m benches.prune --quick    100,000

A store is filled through ``commit``. Then one thread does what the collector's does: a batch a quarter of a second,
at 2,000 events a second, and in between slices of pruning, as far apart as the collector puts them. Waiting is from
when a batch was due to when it was stored. First without anything to prune, then while nine tenths have to go. The
processor time of a slice is what it takes on a machine that does nothing else and has the file in memory.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from benches._machine import load, machine
from benches._sample_tasks import START, stream
from umbel.ingest.writer import PRUNE_AGAIN_S
from umbel.store.protocols import Arrival, Retention, Store
from umbel.store.registry import open_store

BATCH: Final = 10_000
BATCH_S: Final = 0.25
EVENTS_PER_S: Final = 2_000
CALM_S: Final = 10.0


def fill(store: Store, arrivals: Iterator[Arrival]) -> None:
    """Store all of these."""
    while some := list(islice(arrivals, BATCH)):
        store.commit(some)


class Run:
    """A thread's work: batches in time, and slices in between."""

    def __init__(self, store: Store, arrivals: Iterator[Arrival], retention: Retention | None) -> None:
        self._store = store
        self._arrivals = arrivals
        self._retention = retention
        self.waits: list[float] = []
        self.slices: list[float] = []
        self.slices_cpu: list[float] = []
        self.deleted = 0
        self.is_done = False

    def go(self, seconds: float) -> None:
        """Work for so long, or until nothing is left to prune."""
        began = time.perf_counter()
        due, next_slice = began + BATCH_S, began
        while time.perf_counter() - began < seconds and not self.is_done:
            if self._retention is not None and time.perf_counter() >= next_slice:
                self._slice(self._retention)
                next_slice = time.perf_counter() + PRUNE_AGAIN_S
            if time.perf_counter() >= due:
                self._store.commit(list(islice(self._arrivals, int(EVENTS_PER_S * BATCH_S))))
                self.waits.append(time.perf_counter() - due)
                due += BATCH_S
            time.sleep(0.001)

    def _slice(self, retention: Retention) -> None:
        began, cpu_began = time.perf_counter(), time.thread_time()
        pruned = self._store.prune(retention, START)
        self.slices.append(time.perf_counter() - began)
        self.slices_cpu.append(time.thread_time() - cpu_began)
        self.deleted += pruned.tasks
        self.is_done = not pruned.more


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
    arguments = parser.parse_args()
    tasks = 100_000 if arguments.quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="umbel-prune-", dir=arguments.folder) as folder:
        store = open_store(str(Path(folder) / "umbel.db"))
        arrivals = stream(tasks * 2)
        fill(store, islice(arrivals, tasks * 3))
        print(machine())
        print(f"load {load()}; {tasks:,} tasks stored, {EVENTS_PER_S:,} events/s")
        calm = Run(store, arrivals, None)
        calm.go(CALM_S)
        busy = Run(store, arrivals, Retention(max_tasks=tasks // 10))
        began = time.perf_counter()
        busy.go(arguments.seconds)
        seconds = time.perf_counter() - began
        store.close()
    print("| ms | p50 | p99 | max | n |\n| --- | ---: | ---: | ---: | ---: |")
    print(row("a batch, nothing to prune", calm.waits))
    print(row("a batch while history is pruned", busy.waits))
    print(row("a slice of pruning with its commit", busy.slices))
    print(row("its processor time", busy.slices_cpu))
    print(f"{busy.deleted:,} tasks deleted in {seconds:.0f} s, {busy.deleted / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
