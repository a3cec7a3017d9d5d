"""The verdict clock with thousands of entries that are due every minute, and a page of them.

    python -m benches.schedules [--entries 5000] [--minutes 3]

Tasks of all entries are stored before each minute is judged, as a worker would have run them. What is measured is the
CPU time of the clock's ticks, by the seconds of the time that they stand for, and how long a page takes: the first one,
which reads all entries for its summary, and those after it. CPU time tells more than the clock on a busy machine.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from benches._machine import machine
from umbel.model.events import TaskEvent
from umbel.model.schedules import OPEN, Entry, Grace, Origin, RunVerdict, SourceKind
from umbel.schedule.book import Book
from umbel.schedule.clock import VerdictClock
from umbel.schedule.due import due_after
from umbel.schedule.expressions import cron, interval
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store
from umbel.web.schedules import ScheduleViews

T0 = 1_795_251_600.0
PAGES = 200


def entries_of(number: int) -> list[Entry]:
    """Return entries, half of them crontabs and half intervals, each of a task of its own."""
    origins = (Origin(kind=SourceKind.CONF, place="inspect conf"),)
    every, minutely = interval(60.0), cron(("*", "*", "*", "*", "*"), "Europe/Berlin")
    return [
        Entry(
            name=f"entry {n:05}",
            task=f"bench.tasks.t{n:05}",
            rule=minutely if n % 2 else every,
            args="[]",
            kwargs="{}",
            origins=origins,
            first_seen_at=T0 - 3_600,
            last_run_at=T0 - 30.0,
        )
        for n in range(number)
    ]


def a_run(entry: Entry, task_id: str, at: float) -> list[TaskEvent]:
    """Return the events of one run that beat sent and a worker ran."""
    worker: dict[str, Any] = {"uuid": task_id, "hostname": "w@bench", "pid": 1}
    told: dict[str, Any] = {"name": entry.task, "args": "[]", "kwargs": "{}", "retries": 0}
    sent = TaskEvent(
        type="task-sent", uuid=task_id, hostname="gen1@beat", pid=2, clock=1, timestamp=at, queue="q", **told
    )
    return [
        sent,
        TaskEvent(type="task-received", clock=2, timestamp=at + 0.01, **worker, **told),
        TaskEvent(type="task-started", clock=3, timestamp=at + 0.02, **worker),
        TaskEvent(type="task-succeeded", clock=4, timestamp=at + 0.1, result="1", runtime=0.08, **worker),
    ]


class Bench:
    """A store, a clock that is set by hand, and what its ticks cost."""

    def __init__(self, store: Store, entries: list[Entry]) -> None:
        self.now = T0
        self.store = store
        self.entries = entries
        book = Book()
        self.clock = VerdictClock(
            store,
            book,
            grace=Grace(),
            sees_until=lambda: self.now,
            clock=lambda: self.now,
            logger=logging.getLogger("bench"),
        )
        store.schedules.keep_entries(entries)
        book.replace(entries, [one.id for one in entries])
        self.clock.tick()

    def minute(self, number: int) -> float:
        """Run a minute, with its tasks beforehand, and return the CPU seconds of its ticks."""
        standings = self.store.schedules.standings()
        arrivals: list[Arrival] = []
        for entry in self.entries:
            due = standings[entry.id].next_due_at
            if due is not None and self.now < due <= self.now + 60:
                events = a_run(entry, f"{entry.id}-{number}", due + 0.005)
                arrivals += [Arrival(event, event.timestamp) for event in events]
        for start in range(0, len(arrivals), 2_000):
            self.store.commit(arrivals[start : start + 2_000])
        spent = time.thread_time()
        for _ in range(60):
            self.now += 1.0
            self.clock.tick()
        return time.thread_time() - spent


def pages(bench: Bench) -> list[tuple[float, float]]:
    """Return how long pages of entries take, in milliseconds by the clock and of this thread's CPU."""
    views = ScheduleViews(bench.store, due_times=due_after, clock=lambda: bench.now)
    took = []
    for n in range(PAGES):
        began, spent = time.perf_counter(), time.thread_time()
        offset = 60 * n % max(60, len(bench.entries))
        views.page(text="", archived=False, troubled=False, by="trouble", limit=60, offset=offset, since=None)
        took.append(((time.perf_counter() - began) * 1_000, (time.thread_time() - spent) * 1_000))
    return took


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=5_000)
    parser.add_argument("--minutes", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "umbel.db"))
        bench = Bench(store, entries_of(asked.entries))
        spent = [bench.minute(number) for number in range(asked.minutes)]
        took = pages(bench)
        runs = store.schedules.strips([one.id for one in bench.entries[:500]], bench.now)
        verdicts = [run.verdict for strip in runs.values() for run in strip if run.verdict not in OPEN]
        assert verdicts.count(RunVerdict.ON_TIME) >= 0.9 * len(verdicts), "the runs were found"
        store.close()
    print(machine())
    print(f"{asked.entries} entries, each due every minute")
    print(f"verdict clock   {max(spent[1:] or spent) / 60:6.1%} of a core   (the budget is 5 %)")
    (first, first_cpu), *others = took
    print(f"first page      {first:5.1f} ms, of the CPU {first_cpu:5.1f} ms")
    for title, column in (("page of 60", 0), ("  of the CPU", 1)):
        hundredths = quantiles([one[column] for one in others], n=100)
        print(f"{title:15} p50 {hundredths[49]:5.1f} ms, p99 {hundredths[98]:5.1f} ms   (the budget is 50 ms)")


if __name__ == "__main__":
    main()
