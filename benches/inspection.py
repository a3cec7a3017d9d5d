"""One inspection pass over many simulated workers, on a real Redis: how long it takes, what it costs, what it sends.

    python -m benches.inspection [--workers 200] [--passes 5]

Another process answers for all of them as Celery's workers do, one answer a worker and command, with eight tasks that
run and eight that are held each. The pass asks, reads, and stores in SQLite. The page is the list of workers as the API
gives it, and the page of one of them.
"""

from __future__ import annotations

import argparse
import base64
import logging
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from typing import Any

import kombu
import msgspec
from redis import Redis

from benches._machine import load, machine
from tests.support.services import RedisServer
from umbel.control.inspect import Inspector
from umbel.control.inspection import ANSWER_WITHIN_S, IDLE_EVERY_S, SETUP_EVERY_S, WATCHED_EVERY_S, Inspection
from umbel.ingest.app import make_app
from umbel.model.events import WorkerEvent
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store
from umbel.web.fleet import Fleet
from umbel.web.worker_page import WorkerPages

LISTED = 8
REGISTERED = 60


def names_of(workers: int) -> list[str]:
    """Return the names of the simulated workers."""
    return [f"worker-{n:03}@host-{n // 8:02}" for n in range(workers)]


def answer_to(command: str, n: int) -> object:
    """Return what the worker of this number answers, in the shape and about the size of a real one."""
    if command in ("active", "reserved"):
        return [_request(f"{command}-{n}-{i}", n) for i in range(LISTED)]
    told: dict[str, object] = {
        "scheduled": [],
        "revoked": [],
        "stats": {
            "pid": 1_000 + n,
            "uptime": 3_600,
            "clock": "123456",
            "total": {f"shop.tasks.task_{i}": 100 * i for i in range(REGISTERED)},
            "pool": {
                "implementation": "celery.concurrency.prefork:TaskPool",
                "max-concurrency": LISTED,
                "processes": list(range(LISTED)),
                "max-tasks-per-child": "N/A",
                "timeouts": [0, 0],
            },
            "broker": {"transport": "redis", "hostname": "redis.prod", "port": 6379},
            "prefetch_count": 4 * LISTED,
            "rusage": {"utime": 12.0, "stime": 3.0, "maxrss": 60_000},
        },
        "active_queues": [{"name": "default", "exchange": {"name": "default", "type": "direct"}, "routing_key": "d"}],
        "registered": [
            f"shop.tasks.task_{i} [max_retries=3 acks_late=False send_events=True]" for i in range(REGISTERED)
        ],
        "conf": {f"setting_{i}": "x" * 20 for i in range(30)},
    }
    return told[command]


def _request(task_id: str, n: int) -> dict[str, object]:
    return {
        "id": f"{task_id}-5a0e-4f8e-9b1f-000000000000",
        "name": "shop.tasks.send_batch",
        "args": [n, "a customer"],
        "kwargs": {"campaign_id": n, "size": 500},
        "hostname": f"worker-{n:03}@host",
        "time_start": time.time(),
        "acknowledged": True,
        "delivery_info": {"exchange": "", "routing_key": "default", "priority": 0, "redelivered": False},
        "worker_pid": 1_000 + n,
    }


def respond(url: str, workers: int, is_ready: Event) -> None:
    """Answer for all workers until the process is ended.

    Real workers answer side by side, each on a processor of its own. One process can do as much only where answers are
    made beforehand and go straight into the list of Redis that kombu would put them into.
    """
    names, redis = names_of(workers), Redis.from_url(url)
    commands = ("scheduled", "reserved", "active", "stats", "active_queues", "registered", "revoked", "conf")
    bodies = {
        command: {name: _encoded({name: answer_to(command, n)}) for n, name in enumerate(names)} for command in commands
    }

    def reply(body: dict[str, Any], _: object) -> None:
        asked, to = body.get("destination"), body["reply_to"]
        pipeline = redis.pipeline(transaction=False)
        for name in names if asked is None else asked:
            properties = {
                "delivery_info": {"exchange": to["exchange"], "routing_key": to["routing_key"]},
                "body_encoding": "base64",
                "delivery_tag": name,
                "delivery_mode": 2,
                "priority": 0,
            }
            envelope = {
                "body": bodies[body["method"]][name],
                "content-encoding": "utf-8",
                "content-type": "application/json",
                "headers": {"ticket": body["ticket"]},
                "properties": properties,
            }
            pipeline.lpush(f"{to['routing_key']}.{to['exchange']}", msgspec.json.encode(envelope))
        pipeline.execute()

    with kombu.Connection(url) as connection, connection.channel() as channel:
        exchange = kombu.Exchange("celery.pidbox", "fanout", durable=False)
        queue = kombu.Queue("bench.celery.pidbox", exchange, durable=False, auto_delete=True)
        with kombu.Consumer(channel, [queue], callbacks=[reply], no_ack=True, accept=["json"]):
            is_ready.set()
            while True:
                connection.drain_events()


def _encoded(answer: object) -> str:
    return base64.b64encode(msgspec.json.encode(answer)).decode()


def timed(what: Callable[[], object]) -> tuple[float, float]:
    """Return how long it took, and its processor time (both in seconds)."""
    began, cpu = time.perf_counter(), time.process_time()
    what()
    return time.perf_counter() - began, time.process_time() - cpu


class Traffic:
    """Bytes into and out of Redis since it was made."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url)
        self._from = self._now()

    def bytes(self) -> int:
        """Return how many bytes the broker took and gave since then."""
        return self._now() - self._from

    def _now(self) -> int:
        info = self._redis.info("stats")
        return int(info["total_net_input_bytes"]) + int(info["total_net_output_bytes"])


def beat(store: Store, workers: int) -> None:
    """Let all workers be heard."""
    now = time.time()
    store.commit(
        [
            Arrival(
                WorkerEvent(
                    type="worker-heartbeat",
                    hostname=name,
                    pid=1_000 + n,
                    clock=1,
                    timestamp=now,
                    freq=2.0,
                    active=LISTED,
                ),
                now,
            )
            for n, name in enumerate(names_of(workers))
        ]
    )


def measure(url: str, store: Store, workers: int, passes: int) -> None:
    """Print the table."""
    inspector = Inspector(make_app(url), logger=logging.getLogger("bench"))
    inspector.start()
    moment = [time.time()]
    inspection = Inspection(
        inspector,
        store,
        clean=str,
        seeing_since=lambda: 0.0,
        clock=lambda: moment[0],
        logger=logging.getLogger("bench"),
    )
    try:
        rows: list[tuple[str, list[float], list[float], int, int]] = []
        for what, count in (("first pass, with registered, revoked and conf", 1), ("a pass", passes)):
            took: list[float] = []
            cpu: list[float] = []
            sent, answered = 0, 0
            for _ in range(count):
                beat(store, workers)
                moment[0] = time.time() + len(rows) * 2 * IDLE_EVERY_S + len(took) * IDLE_EVERY_S
                traffic = Traffic(url)
                seconds, processor = timed(inspection.tick)
                sent += traffic.bytes()
                took.append(seconds)
                cpu.append(processor)
                answered = sum(one.missed == 0 for one in store.inspection.summaries().values())
            rows.append((what, took, cpu, sent // count, answered))
        _print(rows, workers)
        fleet = Fleet(store, clock=time.time)
        pages = WorkerPages(store, fleet, clock=time.time)
        name = names_of(workers)[0]
        _print_page("the list", lambda: msgspec.json.encode(fleet.read()))
        _print_page("one worker", lambda: msgspec.json.encode(pages.read(name)))
    finally:
        inspector.stop()


def _print_page(what: str, read: Callable[[], bytes]) -> None:
    size = len(read())
    runs = [timed(read)[0] for _ in range(20)]
    print(f"{what}: {1e3 * median(runs):.1f} ms, {size / 1e3:.0f} kB of JSON")


def _print(rows: list[tuple[str, list[float], list[float], int, int]], workers: int) -> None:
    print("| | s | CPU s | kB through the broker | answered |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for what, took, cpu, sent, answered in rows:
        print(f"| {what} | {median(took):.2f} | {median(cpu):.2f} | {sent / 1e3:,.0f} | {answered} of {workers} |")
    first, later = rows[0][3], rows[1][3]
    setup = (first - later) / SETUP_EVERY_S * 60
    for what, every_s in (("somebody looks", WATCHED_EVERY_S), ("nobody does", IDLE_EVERY_S)):
        print(f"a minute while {what}: {(later * 60 / every_s + setup) / 1e6:.2f} MB")
    print(f"an answer is waited for {ANSWER_WITHIN_S:.0f} s at most")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benches.inspection", description=__doc__)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{machine()}; load {load()}; {arguments.workers} workers\n")
    with tempfile.TemporaryDirectory() as name, RedisServer(Path(name)) as broker:
        is_ready = multiprocessing.get_context("spawn").Event()
        context = multiprocessing.get_context("spawn")
        responder = context.Process(target=respond, args=(broker.url, arguments.workers, is_ready), daemon=True)
        responder.start()
        try:
            if not is_ready.wait(30):
                raise SystemExit("nobody answers for the workers")
            with closing(open_store(f"{name}/umbel.db")) as store:
                measure(broker.url, store, arguments.workers, arguments.passes)
        finally:
            responder.terminate()
            responder.join(5)


if __name__ == "__main__":
    main()
