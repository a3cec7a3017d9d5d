"""Let four producers send more than a monitor may keep up with, and count what comes of it in Umbel and in Flower.

    python -m benches.producers                 600,000 events
    python -m benches.producers --events 60000

One real Redis with its default settings, Flower and Umbel as their users start them, and four processes that send the
lives of tasks by Celery's own dispatcher as fast as they can, all on the same cores. Flower's figure is the sum of its
own counter of events (``/metrics``) once it has not changed for ten seconds; Umbel's are its count of events and a
comparison of every stored task with the state that its producer ended it in. Exits with 1 where Umbel lost anything.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benches._machine import load, machine
from benches.ingest import flower_python
from benches.soak import rss_bytes, store_wrong
from tests.support.processes import LOOPBACK, Process, free_port
from tests.support.services import RedisServer
from tests.support.traffic import Crew
from tests.support.umbel import Umbel, serves

PRODUCERS = 4
EVENTS_BETWEEN_FLUSHES = 24
QUIET_S = 10.0
LIMIT_S = 900.0
MIB = 2**20
_COUNTER = re.compile(r"^flower_events_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)


class Flower:
    """A real Flower on a port of its own."""

    def __init__(self, python: str, folder: Path, broker: str) -> None:
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        command = [python, "-m", "celery", "-b", broker, "flower", f"--address={LOOPBACK}", f"--port={port}"]
        self.process = Process(f"flower-{port}", command, folder)

    def events(self) -> int:
        """Return how many events it has counted."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60.0) as answer:  # noqa: S310 - our own loopback URL
            return int(sum(float(number) for number in _COUNTER.findall(answer.read().decode())))

    @contextmanager
    def running(self) -> Iterator["Flower"]:
        """Run it for the length of a block."""
        self.process.start(lambda: serves(f"{self.url}/healthcheck"))
        try:
            yield self
        finally:
            self.process.stop()


def produce(url: str, seed: int, events: int) -> None:
    """Send so many events, end what was begun, and print what ended how."""
    crew = Crew(url, seed=seed)
    print("ready", flush=True)
    sys.stdin.readline()
    while crew.events < events:
        crew.step()
        if crew.events % EVENTS_BETWEEN_FLUSHES == 0:
            crew.flush()
    while not crew.is_idle:
        crew.step(begin=False)
    crew.flush()
    print(json.dumps({"events": crew.events, "ended": crew.ended}))
    crew.close()


@contextmanager
def producers(url: str, events: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Yield processes that begin when they read a line."""
    with ExitStack() as stack:
        started = []
        for seed in range(1, PRODUCERS + 1):
            command = [sys.executable, "-m", "benches.producers", "--produce", url, str(seed), str(events // PRODUCERS)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
            started.append(stack.enter_context(process))
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield started


def quiet(count: "Flower") -> int:
    """Return what Flower has counted once that stands still."""
    deadline = time.monotonic() + LIMIT_S
    seen, since = count.events(), time.monotonic()
    while time.monotonic() - since < QUIET_S and time.monotonic() < deadline:
        time.sleep(0.5)
        now = count.events()
        if now != seen:
            seen, since = now, time.monotonic()
    return seen


def run(events: int, folder: Path, python: str) -> list[str]:
    """Run it, print the table, and return what is wrong about Umbel."""
    with RedisServer(folder) as broker:
        with Umbel(folder, broker.url) as umbel, Flower(python, folder, broker.url).running() as flower:
            umbel.wait_until_connected()
            with producers(broker.url, events) as started:
                began = time.monotonic()
                told = [json.loads(process.communicate("go\n", timeout=LIMIT_S)[0]) for process in started]
                took_s = time.monotonic() - began
            sent = sum(one["events"] for one in told)
            ended = sum((Counter(one["ended"]) for one in told), Counter[str]())
            print(f"{sent:,} events of {ended.total():,} tasks, {sent / took_s:,.0f} events/s in sum")
            print(f"\n{'':<10}{'events seen':>14}{'lost':>18}{'RSS MiB':>9}{'behind at the end, s':>22}")
            ended_at = time.monotonic()
            while umbel.health()["collector"]["events"] < sent and time.monotonic() - ended_at < QUIET_S:
                time.sleep(0.05)
            behind_s = time.monotonic() - ended_at
            row("Umbel", umbel.health()["collector"]["events"], sent, rss_bytes(umbel.process.pid), behind_s)
            seen = quiet(flower)
            behind_s = time.monotonic() - ended_at - QUIET_S
            row("Flower", seen, sent, rss_bytes(flower.process.pid), behind_s)
            gaps = [f"a gap: {gap['reason']}" for gap in umbel.get("gaps")["items"]]
        return gaps + store_wrong(Path(umbel.store), ended)


def row(who: str, seen: int, sent: int, rss: int, behind_s: float) -> None:
    """Print a line of the table."""
    lost = f"{sent - seen:,} ({1 - seen / sent:.1%})"
    print(f"{who:<10}{seen:>14,}{lost:>18}{rss / MIB:>9.0f}{max(0.0, behind_s):>22.1f}")


def main() -> None:
    """Run, and say whether Umbel lost anything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--produce", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.produce:
        url, seed, events = options.produce
        produce(url, int(seed), int(events))
        return
    with tempfile.TemporaryDirectory(prefix="umbel-producers-") as name:
        folder = Path(name)
        python = flower_python(folder / "flower")
        if python is None:
            sys.exit(1)
        print(f"{machine()}; load {load()}")
        wrong = run(options.events, folder, python)
    print(f"\nUmbel: {'; '.join(wrong) or 'every task is in the state that its producer ended it in'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
