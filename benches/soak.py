"""Run Umbel for long under a steady stream, and see that nothing grows, gets lost or goes wrong.

    python -m benches.soak --minutes 60 --rate 2000

A real Redis, a real server with its store on disk, and the lives of tasks sent by Celery's own dispatcher at a fixed
rate of events a second, while somebody looks at the list. What is found is written to ``--out`` as it comes.

Exits with 1 where the server's memory grows by more than 10 % after the first tenth of the time (judged from ten
minutes on: before that caches still fill), where a task is lost or not in the state that it ended in, where an event
was dropped or not understood, where a gap or a doubt is told (which would be a false alarm), or where an error was
logged. A machine that published less than was asked for is told, and fails a run of ten minutes or more: there the rate
is part of what is shown, while a short run judges what came, however fast that was.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field

from benches._machine import load, machine
from tests.support.services import RedisServer
from tests.support.traffic import Traffic, end_of
from tests.support.umbel import Umbel
from umbel.model.search_parser import parse
from umbel.store.protocols import Sort
from umbel.store.relational.sqlite import SqliteStore

ROWS = 10
LOOK_EVERY_S = 1.0
JUDGED_FROM_S = 600.0
"""From this length on memory and pace are judged; before it they are told."""
GROWTH_LIMIT = 0.10
RATE_LIMIT = 0.95
SETTLE_WITHIN_S = 60.0
FAULTS = ("dropped", "malformed", "unknown")
MIB = 2**20


class Look(Struct, frozen=True, kw_only=True):
    """The server at one instant. ``at_s`` counts from the start of the stream, ``page_s`` is what a list took."""

    at_s: float
    rss_bytes: int
    lag_s: float | None
    page_s: float


class Found(Struct, kw_only=True):
    """What the whole run gave."""

    looks: list[Look] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Report:
    """Says everything twice: to the terminal, and to a file that can be read meanwhile."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def say(self, line: str = "") -> None:
        """Write a line."""
        for out in (sys.stdout, self._file):
            print(line, file=out, flush=True)


def soak(seconds: float, rate: float, folder: Path, report: Report) -> Found:
    """Run for so long, and return what was found."""
    found = Found()
    with RedisServer(folder) as broker, Umbel(folder, broker.url) as umbel:
        umbel.wait_until_connected()
        report.say(f"{'minute':>7}{'RSS MiB':>9}{'lag s':>7}{'list ms':>9}{'published':>12}{'stored':>12}")
        with Traffic(broker.url, rate=rate) as traffic:
            began = time.monotonic()
            for row in range(1, ROWS + 1):
                found.looks += look_until(umbel, began, seconds * row / ROWS)
                report.say(line(found.looks[-1], traffic.crew.events, umbel))
            took_s = time.monotonic() - began
            sent = traffic.crew.events
            ended = traffic.end()
        report.say()
        report.say(f"{traffic.crew.events:,} events of {ended.total():,} tasks, {sent / took_s:,.0f} events/s")
        found.wrong += pace_wrong(sent / took_s, rate, seconds, report)
        found.wrong += health_wrong(umbel, traffic.crew.events)
        umbel.stop()
        found.wrong += [f"logged: {text}" for text in umbel.complaints()[:5]]
    found.wrong += store_wrong(Path(umbel.store), ended)
    found.wrong += memory_wrong(found.looks, seconds, report)
    return found


def look_until(umbel: Umbel, began: float, until_s: float) -> Iterator[Look]:
    """Look at the server every second, as a person with an open page does."""
    while (at_s := time.monotonic() - began) < until_s:
        asked = time.perf_counter()
        umbel.newest(100)
        page_s = time.perf_counter() - asked
        lag_s = umbel.health()["collector"]["lag_s"]
        yield Look(at_s=at_s, rss_bytes=rss_bytes(umbel.process.pid), lag_s=lag_s, page_s=page_s)
        time.sleep(LOOK_EVERY_S)


def rss_bytes(pid: int) -> int:
    """The memory that a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def line(look: Look, published: int, umbel: Umbel) -> str:
    stored = umbel.health()["collector"]["events"]
    lag_s = f"{look.lag_s:.2f}" if look.lag_s is not None else "—"
    rss = f"{look.rss_bytes / MIB:.1f}"
    return f"{look.at_s / 60:>7.1f}{rss:>9}{lag_s:>7}{look.page_s * 1000:>9.0f}{published:>12,}{stored:>12,}"


def pace_wrong(per_s: float, rate: float, seconds: float, report: Report) -> list[str]:
    """Say where this machine did not publish what was asked for; in a long run that is wrong."""
    if per_s >= rate * RATE_LIMIT:
        return []
    slow = f"only {per_s:,.0f} of {rate:,.0f} events/s were published"
    if seconds >= JUDGED_FROM_S:
        return [slow]
    report.say(f"{slow}, too short a run to judge that")
    return []


def health_wrong(umbel: Umbel, published: int) -> list[str]:
    """Wait until all that was published has come, and return what the server says went wrong."""
    deadline = time.monotonic() + SETTLE_WITHIN_S
    while (health := umbel.health())["collector"]["events"] < published and time.monotonic() < deadline:
        time.sleep(0.1)
    collector, wrong = health["collector"], []
    if collector["events"] != published:
        wrong.append(f"{published:,} events were published, {collector['events']:,} came")
    wrong += [f"{collector[what]:,} events were {what}" for what in FAULTS if collector[what]]
    wrong += [f"a gap: {gap['reason']}" for gap in umbel.get("gaps")["items"]]
    wrong += [f"a doubt: {doubt['text']}" for doubt in health["doubts"] if doubt["code"] != "store_full"]
    return wrong


def store_wrong(path: Path, ended: Mapping[str, int]) -> list[str]:
    """Compare every task in the file with how it ended."""
    tasks = wrong = 0
    with contextlib.closing(SqliteStore(path, read_limit_s=60.0)) as store:
        cursor = None
        while True:
            page = store.list(parse("", now=0.0), sort=Sort.ARRIVED, limit=500, cursor=cursor)
            tasks += len(page.tasks)
            wrong += sum(task.state != end_of(task.id) for task in page.tasks)
            if (cursor := page.cursor) is None:
                break
        problems = list(store.problems())
    lost = sum(ended.values()) - tasks
    said = [f"{lost:,} tasks were lost"] if lost else []
    return said + ([f"{wrong:,} tasks are not in the state that they ended in"] if wrong else []) + problems


def memory_wrong(looks: list[Look], seconds: float, report: Report) -> list[str]:
    """Compare the memory of the second tenth with that of the last one."""
    tenth = seconds / ROWS
    before = statistics.median(look.rss_bytes for look in looks if tenth <= look.at_s < 2 * tenth)
    after = statistics.median(look.rss_bytes for look in looks if look.at_s >= seconds - tenth)
    growth = after / before - 1
    is_judged = seconds >= JUDGED_FROM_S
    judged = "" if is_judged else ", too soon to judge"
    report.say(f"memory {before / MIB:.1f} -> {after / MIB:.1f} MiB after warm-up: {growth:+.1%}{judged}")
    return [f"memory grew by {growth:.1%}"] if is_judged and growth > GROWTH_LIMIT else []


def main() -> None:
    """Soak, and print the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=2_000.0, help="events a second")
    parser.add_argument("--out", type=Path, default=Path(".reports/soak.txt"), help="where the result is written")
    parser.add_argument("--folder", type=Path, help="where the store is; a real disk")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w") as file, tempfile.TemporaryDirectory(prefix="umbel-soak-", dir=options.folder) as name:
        report = Report(file)
        report.say(f"{machine()}; load {load()}; {options.minutes:g} minutes at {options.rate:,.0f} events/s")
        found = soak(options.minutes * 60, options.rate, Path(name), report)
        for what in found.wrong:
            report.say(f"WRONG: {what}")
        report.say("verdict: " + ("failed" if found.wrong else "nothing lost, no error"))
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main()
