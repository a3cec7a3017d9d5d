"""Measures how fast lists, lookups and counts are, and how they grow with the number of stored tasks.

    python -m benches.query            100,000 and 1,000,000 tasks
    python -m benches.query --quick    100,000 only
    python -m benches.query --full     10,000,000, too (about 8 GB of disk and 15 minutes)

The tasks are made through ``commit``, three events each, in the batches that a collector would make. Each question is
asked in a fresh process, so that its memory is that of a server; the pages of the file are in the system's cache as far
as they fit. "(part)" marks questions of which some answer ended with its second: a part, or none.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from benches._machine import load, machine, rss_bytes
from benches._pages import page_questions
from benches._sample_tasks import FAMILY, PER_SECOND, START, stream, uuid
from umbel.model.metrics import By
from umbel.model.search_parser import parse
from umbel.store.protocols import Arrival, QueryTooSlow, Sort, Store
from umbel.store.registry import open_store

BATCH: Final = 20_000
SIZES: Final = {"quick": (100_000,), "normal": (100_000, 1_000_000), "full": (100_000, 1_000_000, 10_000_000)}
PATIENCE_S: Final = 4.0
HOUR_S: Final = 3_600.0
AT_LEAST: Final = 3
"""Each question is asked for so many seconds, and so often."""


def fill(url: str, tasks: int) -> float:
    """Store the tasks; return how many seconds the commits took."""
    store = open_store(url)
    batch: list[Arrival] = []
    seconds = 0.0
    for arrival in stream(tasks):
        batch.append(arrival)
        if len(batch) == BATCH:
            seconds += _timed(lambda: store.commit(batch))
            batch.clear()
    seconds += _timed(lambda: store.commit(batch))
    store.close()
    return seconds


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def questions(store: Store, tasks: int, random: Random) -> dict[str, Callable[[], Any]]:
    """What is asked, by what the table calls it. Each call asks for something else where that is possible."""
    now = START + tasks / PER_SECOND

    def listed(text: str, sort: Sort = Sort.ARRIVED, **more: Any) -> Callable[[], Any]:
        return lambda: store.list(
            parse(text.format(n=random.randrange(tasks), k=random.randrange(1, 60)), now=now),
            sort=sort,
            limit=100,
            **more,
        )

    def family(n: int) -> str:
        return uuid(n - n % FAMILY)

    far = store.list(parse("", now=now), limit=1_000).cursor
    for _ in range(19):
        far = store.list(parse("", now=now), limit=1_000, cursor=far).cursor
    minute = " ".join(f"received:{sign}{_instant(START + at)}" for sign, at in ((">", 30), ("<", 90)))
    return {
        "first page": listed(""),
        "after 20,000 tasks": lambda: store.list(parse("", now=now), limit=100, cursor=far),
        "by state, rare (running)": listed("state:running"),
        "by state, 5 % (failed)": listed("state:failed"),
        "by state, most (succeeded)": listed("state:succeeded"),
        "by name, common": listed("name:job_0"),
        "by name, any": listed("name:job_{k}"),
        "by name and state": listed("name:job_{k} state:failed"),
        "by name pattern": listed("name:shop.*_5*"),
        "by worker": listed("worker:celery@worker-07"),
        "by worker and state": listed("worker:celery@worker-07 state:running"),
        "by root": lambda: store.list(parse(f"root:{family(random.randrange(tasks))}", now=now)),
        "last hour": listed("after:-1h"),
        "an early minute": listed(minute),
        "slower than 8 s": listed("runtime:>8s"),
        "sorted by received": listed("", Sort.RECEIVED),
        "sorted by finished": listed("", Sort.FINISHED),
        "sorted by run time": listed("", Sort.RUNTIME),
        "failed, by run time": listed("state:failed", Sort.RUNTIME),
        "sorted by name": listed("", Sort.NAME, descending=False),
        "sorted by worker": listed("", Sort.WORKER, descending=False),
        "lookup by id": lambda: store.task(uuid(random.randrange(tasks))),
        "100 lookups": lambda: store.tasks_by_id([uuid(random.randrange(tasks)) for _ in range(100)]),
        "children": lambda: store.children(family(random.randrange(tasks))),
        "counts": store.counts,
        "running by worker": store.running_by_worker,
        "workers": store.workers,
        "journal, last 10": lambda: store.journal(store.journal_span().newest - 10, limit=10),
        "text, common": listed("customer-12"),
        "text, rare": listed('"order {n} is bad"'),
        "text, none": listed("nowhere-to-be-found"),
        "kwargs.order_id": listed("kwargs.order_id:4711"),
        "exception, failed": listed("state:failed exception:ValueError"),
        "overview: totals 1 h": lambda: [store.totals(by, now - HOUR_S, now) for by in By],
        "series 24 h, 10 names": lambda: store.series(By.NAME, now - 24 * HOUR_S, now),
        "series 24 h, one name": lambda: store.series(By.NAME, now - 24 * HOUR_S, now, keys=["shop.tasks.job_7"]),
        "totals by name 7 d": lambda: store.totals(By.NAME, now - 168 * HOUR_S, now),
        **page_questions(store, tasks, now, random),
    }


def _instant(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))


def ask(url: str, tasks: int, repeats: int) -> dict[str, Any]:
    """Ask everything; return the times in ms, whether an answer was a part, and the memory."""
    store = open_store(url)
    store.list(parse("", now=START))
    idle = rss_bytes()
    times = {title: repeated(question, repeats) for title, question in questions(store, tasks, Random(1)).items()}
    result = {"times": times, "idle": idle, "rss": rss_bytes(), "size": store.size_bytes()}
    store.close()
    return result


def repeated(question: Callable[[], Any], repeats: int) -> dict[str, Any]:
    """Ask one question again and again."""
    times: list[float] = []
    is_part = False
    began = time.perf_counter()
    while len(times) < repeats and (time.perf_counter() - began < PATIENCE_S or len(times) < AT_LEAST):
        asked = time.perf_counter()
        try:
            is_part = not getattr(question(), "complete", True) or is_part
        except QueryTooSlow:
            is_part = True
        times.append((time.perf_counter() - asked) * 1_000)
    times.sort()
    return {"p50": times[len(times) // 2], "p99": times[int((len(times) - 1) * 0.99)], "part": is_part}


def start(url: str) -> float:
    """Return the ms from opening the store to its first page."""
    began = time.perf_counter()
    store = open_store(url)
    store.list(parse("", now=START))
    seconds = time.perf_counter() - began
    store.close()
    return seconds * 1_000


def main() -> None:
    """Fill, ask, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="100,000 tasks only")
    arguments.add_argument("--full", action="store_true", help="10,000,000 tasks, too")
    arguments.add_argument("--repeats", type=int, default=200, help="how often each question is asked at most")
    arguments.add_argument(
        "--folder", type=Path, help="where the stores go, and are found again (default: a temporary one)"
    )
    arguments.add_argument("--ask", nargs=2, metavar=("URL", "TASKS"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.ask:
        print(json.dumps({**ask(given.ask[0], int(given.ask[1]), given.repeats), "start": start(given.ask[0])}))
        return
    sizes = SIZES["quick" if given.quick else "full" if given.full else "normal"]
    if given.folder is not None:
        given.folder.mkdir(parents=True, exist_ok=True)
        report(run(given.folder, sizes, given.repeats))
        return
    with tempfile.TemporaryDirectory() as folder:
        report(run(Path(folder), sizes, given.repeats))


def run(folder: Path, sizes: tuple[int, ...], repeats: int) -> dict[int, dict[str, Any]]:
    """Return what was measured, by size."""
    results: dict[int, dict[str, Any]] = {}
    for tasks in sizes:
        path = folder / f"umbel-{tasks}.db"
        seconds = None if path.exists() else fill(str(path), tasks)
        command = [sys.executable, "-m", "benches.query", "--ask", str(path), str(tasks), "--repeats", str(repeats)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # this very file
        results[tasks] = {**json.loads(answer.stdout), "fill": seconds}
        print(f"{tasks:,} tasks: done", file=sys.stderr)
    return results


def report(results: dict[int, dict[str, Any]]) -> None:
    """Print the table."""
    sizes = list(results)
    print(f"{machine()}; other load {load()}\n")
    print("| " + " | ".join(["question, ms p50 / p99", *(f"{tasks:,}" for tasks in sizes), "growth"]) + " |")
    print("|---" * (len(sizes) + 2) + "|")
    for title in results[sizes[0]]["times"]:
        cells = [results[tasks]["times"][title] for tasks in sizes]
        growth = cells[-1]["p50"] / cells[0]["p50"]
        texts = [f"{cell['p50']:.1f} / {cell['p99']:.1f}{' (part)' if cell['part'] else ''}" for cell in cells]
        print("| " + " | ".join([title, *texts, f"{growth:.1f}x"]) + " |")
    for title, key, scale in (
        ("file, bytes a task", "size", None),
        ("RSS when open, MiB", "idle", 2**20),
        ("RSS after all, MiB", "rss", 2**20),
        ("open to first page, ms", "start", 1),
    ):
        values = [results[tasks][key] / (scale or tasks) for tasks in sizes]
        print("| " + " | ".join([title, *(f"{value:.0f}" for value in values), ""]) + " |")
    rates = [results[tasks]["fill"] for tasks in sizes]
    shown = [
        "" if seconds is None else f"{tasks * 3 / seconds:,.0f}" for tasks, seconds in zip(sizes, rates, strict=True)
    ]
    print("| " + " | ".join(["events committed a second", *shown, ""]) + " |")


if __name__ == "__main__":
    main()
