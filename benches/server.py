"""Measure what a whole server takes: its start, its memory and processor time when idle and while pages are asked for.

    python -m benches.server                     a new store, and the same again after a restart
    python -m benches.server --store tasks.db    a store that is there, such as one that `benches.query` filled

The server is a process of its own beside a real Redis and a worker that does nothing. "First page" is from the start of
the process to the first answer of the list of tasks; memory is what the process holds (RSS). Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from benches._machine import load, machine
from tests.support.deployment import a_deployment
from tests.support.umbel import Umbel

MIB: Final = 2**20
QUESTIONS: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("tasks", {"limit": 100}),
    ("tasks", {"limit": 100, "search": "state:FAILURE"}),
    ("tasks", {"limit": 100, "sort": "runtime"}),
    ("overview", {}),
    ("workers", {}),
    ("health", {}),
    ("metrics/series", {"since": -86_400}),
)


class Figures(NamedTuple):
    """What one run took: seconds, bytes, and shares of a core."""

    first_page_s: float
    idle_bytes: int
    idle_share: float
    served_bytes: int
    slowest_ms: float


def run(folder: Path, broker: str, store: str, idle_s: float, ask_s: float) -> Figures:
    """Start a server, leave it alone, then ask it; stop it."""
    umbel = Umbel(folder, broker, store=store)
    began = time.perf_counter()
    with umbel:
        umbel.get("tasks", limit=100)
        first_page_s = time.perf_counter() - began
        umbel.wait_until_connected()
        time.sleep(5.0)  # what it does once at its start is not idleness
        before, began = _cpu_s(umbel.process.pid), time.perf_counter()
        time.sleep(idle_s)
        idle_share = (_cpu_s(umbel.process.pid) - before) / (time.perf_counter() - began)
        idle_bytes = _rss_bytes(umbel.process.pid)
        times = list(_asked(umbel, ask_s))
        served_bytes = _rss_bytes(umbel.process.pid)
    return Figures(first_page_s, idle_bytes, idle_share, served_bytes, max(times) * 1_000)


def _asked(umbel: Umbel, seconds: float) -> Iterator[float]:
    """Ask one question after the other; yield the median of each."""
    until = time.perf_counter() + seconds
    times: dict[int, list[float]] = {}
    while time.perf_counter() < until:
        for place, (path, query) in enumerate(QUESTIONS):
            began = time.perf_counter()
            umbel.get(path, **_now(query))
            times.setdefault(place, []).append(time.perf_counter() - began)
    for place, took in times.items():
        print(f"  {QUESTIONS[place][0]:<16}{statistics.median(took) * 1_000:>8.1f} ms  {QUESTIONS[place][1]}")
        yield statistics.median(took)


def _now(query: dict[str, object]) -> dict[str, object]:
    """Turn an instant that counts from now into one that the API takes."""
    ago = query.get("since")
    if not isinstance(ago, int):
        return query
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + ago))
    return {**query, "since": stamp}


def _rss_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _cpu_s(pid: int) -> float:
    fields: list[Any] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="a store that is there")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds of idleness")
    parser.add_argument("--ask", type=float, default=10.0, help="seconds of questions")
    options = parser.parse_args()
    print(f"{machine()}; load {load()}; {options.idle:.0f} s idle, {options.ask:.0f} s of questions")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="umbel-bench-")))
        site = stack.enter_context(a_deployment(folder, "redis"))
        stack.enter_context(site.worker("solo"))
        store = options.store or str(folder / "bench.db")
        names = ("this store",) if options.store else ("a new store", "the same, restarted")
        rows = [(name, run(folder, site.broker.url, store, options.idle, options.ask)) for name in names]
    print(f"\n{'store':<22}{'first page':>12}{'idle':>12}{'of a core':>12}{'serving':>12}")
    for name, one in rows:
        idle, served = one.idle_bytes / MIB, one.served_bytes / MIB
        print(f"{name:<22}{one.first_page_s:>10.2f} s{idle:>8.0f} MiB{one.idle_share:>12.2%}{served:>8.0f} MiB")


if __name__ == "__main__":
    main()
