"""Measure how many events a second Umbel stores for good, and how many Flower keeps in memory.

    python -m benches.ingest            300,000 tasks from memory, and from a real Redis and RabbitMQ
    python -m benches.ingest --quick    30,000 tasks
    python -m benches.ingest --no-flower --no-brokers

All runs read the same stream. Each is a process of its own, so that its memory is its own (the most that it ever
held). Flower is installed from the package index into an environment of the bench; its state is given decoded events,
Umbel raw messages: decoding, folding and a SQLite file on disk are in its figure. Where other work has made the
machine slow, events for each second of CPU time say more than events for each second.
"""

import argparse
import json
import logging
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import celery
import redis

from benches import _stream
from benches._machine import load, machine
from tests.support.services import start_broker
from umbel.ingest.app import make_app
from umbel.ingest.collector import Collector
from umbel.ingest.decode import EventDecoder
from umbel.ingest.garbage import tune_collections
from umbel.ingest.health import BrokerHealth
from umbel.ingest.receivers.protocol import RawMessage, Received
from umbel.ingest.tally import Tally
from umbel.store.protocols import Arrival
from umbel.store.registry import open_store

HERE = Path(__file__).resolve().parent
TASKS = {"quick": 30_000, "normal": 300_000}
MESSAGES_AT_ONCE = 500
MESSAGES_AHEAD = 20_000
BATCH = 20_000
LIMIT_S = 600.0
MIB = 2**20


# ------------------------------------------------------------------------------------------------- the runs


class FileReceiver:
    """Hands out a stream as fast as it is stored, never more than 20,000 messages ahead."""

    holds = True

    def __init__(self, path: Path) -> None:
        self._bodies = _stream.read(path)
        self._token = self._settled = 0
        self._moved = threading.Event()
        self.is_over = False

    def receive(self, timeout_s: float) -> Received:
        """Return the next messages."""
        while self._token - self._settled > MESSAGES_AHEAD // MESSAGES_AT_ONCE:
            self._moved.wait(timeout_s)
            self._moved.clear()
        self._token += 1
        bodies = list(islice(self._bodies, MESSAGES_AT_ONCE))
        self.is_over = not bodies
        if self.is_over:
            time.sleep(timeout_s)
        return Received([RawMessage(body, "application/json", "utf-8") for body in bodies], self._token)

    def settle(self, token: int) -> None:
        """Go on."""
        self._settled = token
        self._moved.set()

    def enable_events(self, workers: object = None) -> None:
        """There is nobody to ask."""

    def health(self) -> BrokerHealth:
        """It is always there."""
        return BrokerHealth(url="file://", transport="file", state="connected", since=0.0)

    def wake(self) -> None:
        """It never waits long."""

    def close(self) -> None:
        """There is nothing to close."""


class Watch:
    """What a run took, from its ``start`` on: opening a new store is not part of it."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin now."""
        self._began, self._cpu_began = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, Any]:
        """Return the figures so far."""
        took_s, cpu_s = time.perf_counter() - self._began, time.process_time() - self._cpu_began
        return {"took_s": took_s, "cpu_s": cpu_s, "rss_bytes": _rss_bytes()}


def run_decode(path: Path, _folder: Path, watch: Watch) -> int:
    """Decode alone."""
    decoder = EventDecoder(Tally(time.time))
    watch.start()
    return sum(len(decoder.decode(body, "application/json", "utf-8")) for body in _stream.read(path))


def run_commit(path: Path, folder: Path, watch: Watch) -> int:
    """Decode and commit on one thread, in batches of 20,000 events."""
    decoder = EventDecoder(Tally(time.time))
    with closing(open_store(str(folder / "umbel.db"))) as store:
        watch.start()
        events = (event for body in _stream.read(path) for event in decoder.decode(body, "application/json"))
        stored = 0
        while batch := [Arrival(event, event.timestamp) for event in islice(events, BATCH)]:
            stored += store.commit(batch).events
        return stored


def run_collector(path: Path, folder: Path, watch: Watch) -> int:
    """The whole collector, on its threads."""
    receiver = FileReceiver(path)
    app = celery.Celery("bench", broker="memory://", set_as_current=False)
    with closing(open_store(str(folder / "umbel.db"))) as store:
        collector = Collector(app, store, receiver=receiver, enable_events=False)
        watch.start()
        collector.start()
        while not receiver.is_over:
            time.sleep(0.01)
        collector.stop(LIMIT_S)
        health = collector.health().collector
        assert (health.dropped, health.malformed) == (0, 0)
        return health.committed


def run_redis(path: Path, folder: Path, watch: Watch) -> int:
    """From a real Redis, published by another process as fast as it can."""
    return _from_broker("redis", path, folder, watch)


def run_rabbitmq(path: Path, folder: Path, watch: Watch) -> int:
    """From a real RabbitMQ, published by another process as fast as it can."""
    return _from_broker("rabbitmq", path, folder, watch)


def _from_broker(kind: str, path: Path, folder: Path, watch: Watch) -> int:
    with ExitStack() as parts:
        broker = start_broker(parts, folder, kind)
        if kind == "redis":  # or Redis cuts off a subscriber that falls 32 MB behind
            with redis.Redis.from_url(broker.url) as admin:
                admin.config_set("client-output-buffer-limit", "pubsub 0 0 0")
        store = parts.enter_context(closing(open_store(str(folder / "umbel.db"))))
        app = make_app(broker.url)
        app.conf.event_queue_ttl = LIMIT_S
        collector = Collector(app, store, enable_events=False, buffer_events=10**7)
        collector.start()
        parts.callback(collector.stop)
        _wait(lambda: collector.health().broker.state == "connected")
        events = sum(body.count(b'"clock":') for body in _stream.read(path))
        publisher = parts.enter_context(_publisher(kind, broker.url, path))
        watch.start()
        publisher.communicate("go\n", timeout=LIMIT_S)
        assert publisher.returncode == 0
        published_s = watch.read()["took_s"]
        _wait(lambda: collector.health().collector.committed >= events)
        health = collector.health().collector
        assert (health.committed, health.dropped, health.malformed) == (events, 0, 0)
        print(json.dumps({"events": events, **watch.read(), "published_s": published_s}))
        return -1


@contextmanager
def _publisher(kind: str, url: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a process that publishes as soon as it reads a line."""
    command = [sys.executable, "-m", "benches._publish", kind, url, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # ours
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


RUNS: dict[str, Callable[[Path, Path, Watch], int]] = {
    "decode": run_decode,
    "commit": run_commit,
    "collector": run_collector,
    "redis": run_redis,
    "rabbitmq": run_rabbitmq,
}


def run(name: str, stream: Path) -> None:
    """Do one run in this process and print what it gave as JSON."""
    logging.disable(logging.INFO)
    tune_collections()
    watch = Watch()
    with tempfile.TemporaryDirectory(prefix="umbel-bench-", dir=stream.parent) as folder:
        events = RUNS[name](stream, Path(folder), watch)
        figures = watch.read()
    if events >= 0:
        print(json.dumps({"events": events, **figures}))


def _rss_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _wait(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done in {LIMIT_S:.0f} s")
        time.sleep(0.01)


# ------------------------------------------------------------------------------------------------ the table


def flower_python(folder: Path) -> str | None:
    """Return a Python that has Flower, ``None`` where it cannot be installed."""
    venv.create(folder, symlinks=True, with_pip=True)
    program = str(folder / "bin" / "python")
    pip = [program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "flower", "redis", "packaging"]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        pip,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"Flower could not be installed: {done.stderr.strip()[-200:]}")
        return None
    return program


def _python(*arguments: str) -> str:
    return _output([sys.executable, "-m", "benches.ingest", *arguments])


def _output(command: list[str]) -> str:
    return subprocess.run(  # noqa: S603  # our own programs
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S
    ).stdout


def measure(names: Iterable[str], stream: Path, *, flower: bool, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each run gave."""
    for name in names:
        yield name, json.loads(_python("--run", name, "--stream", str(stream)))
    python = flower_python(folder / "flower") if flower else None
    if python:
        version = _output([python, "-c", "import flower; print(flower.__version__)"]).strip()
        yield f"flower {version}", json.loads(_output([python, str(HERE / "_flower_state.py"), str(stream)]))


WHAT = {
    "decode": "Umbel, decoding alone",
    "commit": "Umbel, decode + fold + SQLite on disk, one thread",
    "collector": "Umbel, the whole collector",
    "redis": "Umbel, from a real Redis",
    "rabbitmq": "Umbel, from a real RabbitMQ",
}


def table(results: list[tuple[str, dict[str, Any]]]) -> None:
    """Print what was measured."""
    rates = {name: given["events"] / given["took_s"] for name, given in results}
    flower = next((rate for name, rate in rates.items() if name.startswith("flower")), None)
    print(f"\n{'':<52}{'events/s':>10}{'x Flower':>10}{'a CPU s':>10}{'RSS MiB':>9}{'seconds':>9}")
    for name, given in results:
        ratio = f"{rates[name] / flower:.1f}" if flower else "-"
        what = WHAT.get(name, f"{name}, state in memory, decoded events")
        rss = f"{given['rss_bytes'] / MIB:.0f}"
        cpu_rate = given["events"] / given["cpu_s"]
        print(f"{what:<52}{rates[name]:>10,.0f}{ratio:>10}{cpu_rate:>10,.0f}{rss:>9}{given['took_s']:>9.1f}")
        if "published_s" in given:
            print(f"{'':<4}(the publisher alone took {given['published_s']:.1f} s of it, on the same cores)")


def main() -> None:
    """Measure, and print the table and the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--no-flower", action="store_true")
    parser.add_argument("--no-brokers", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the stores are written; a real disk")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--stream", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    random.seed(0)
    if arguments.run:
        run(arguments.run, arguments.stream)
        return
    tasks = arguments.tasks or TASKS["quick" if arguments.quick else "normal"]
    names = ["decode", "commit", "collector", *([] if arguments.no_brokers else ["redis", "rabbitmq"])]
    with tempfile.TemporaryDirectory(prefix="umbel-ingest-", dir=arguments.folder) as name:
        stream = Path(name) / "stream.jsonl"
        messages, events = _stream.write(stream, tasks)
        print(machine())
        print(f"load {load()}; {tasks:,} tasks, {events:,} events in {messages:,} messages")
        table(list(measure(names, stream, flower=not arguments.no_flower, folder=Path(name))))


if __name__ == "__main__":
    main()
