"""A stream of events as a busy deployment sends it, the same in every run."""

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

NAMES: Final = tuple(f"shop.{area}.job_{number}" for area in ("orders", "mail", "stock") for number in range(20))
WORKERS: Final = tuple((f"celery@worker-{number:02}.example.com", 1_000 + number) for number in range(20))
START: Final = 1_790_000_000.0
EVENTS_PER_S: Final = 10_000.0
EVENTS_A_MESSAGE: Final = ((1, 2, 3, 4, 5), (24, 34, 41, 1, 1))
"""Sizes and weights as prefork workers under load make them: 2.2 events a message."""
RUNNING: Final = 400
HEARTBEAT_EVERY: Final = 1_000
TRACEBACK: Final = "Traceback (most recent call last):\n" + (
    '  File "/srv/shop/orders.py", line 118, in charge\n    return gateway.charge(order)\n' * 8
)


class Stream:
    """Interleaved lives of tasks on 20 workers: one in 25 fails, one in 30 is tried twice."""

    def __init__(self, tasks: int) -> None:
        self._random = Random(7)
        self._tasks = tasks
        self._clock = 0

    def messages(self) -> Iterator[bytes]:
        """Yield bodies as they are on the wire."""
        waiting: dict[str, list[dict[str, Any]]] = {}
        for event in self._events():
            if event["type"].startswith("worker-"):
                yield json.dumps(event).encode()
                continue
            mine = waiting.setdefault(event["hostname"], [])
            mine.append(event)
            sizes, weights = EVENTS_A_MESSAGE
            if len(mine) >= self._random.choices(sizes, weights)[0]:
                yield json.dumps(waiting.pop(event["hostname"])).encode()
        for rest in waiting.values():
            yield json.dumps(rest).encode()

    def _events(self) -> Iterator[dict[str, Any]]:
        running: list[Iterator[dict[str, Any]]] = []
        made = 0
        while running or made < self._tasks:
            if len(running) < RUNNING and made < self._tasks:
                running.append(self._life(*self._random.choice(WORKERS)))
                made += 1
            position = self._random.randrange(len(running))
            event = next(running[position], None)
            if event is None:
                running[position] = running[-1]
                running.pop()
                continue
            yield event
            if self._clock % HEARTBEAT_EVERY == 0:
                yield self._heartbeat(*WORKERS[self._clock // HEARTBEAT_EVERY % len(WORKERS)])

    def _life(self, hostname: str, pid: int) -> Iterator[dict[str, Any]]:
        task_id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        number, retries = self._random.randrange(10**6), int(self._random.random() < 1 / 30)
        for attempt in range(retries + 1):
            yield self._event("task-received", hostname, pid, task_id, **self._call(task_id, number, attempt))
            yield self._event("task-started", hostname, pid, task_id)
            told = {"exception": "GatewayError('no answer')", "traceback": TRACEBACK + "shop.GatewayError: no answer\n"}
            if attempt < retries:
                yield self._event("task-retried", hostname, pid, task_id, **told)
            elif self._random.random() < 1 / 25:
                yield self._event("task-failed", hostname, pid, task_id, **told)
            else:
                done = {"result": f"{{'ok': True, 'order': {number}}}", "runtime": self._random.random()}
                yield self._event("task-succeeded", hostname, pid, task_id, **done)

    def _call(self, task_id: str, number: int, attempt: int) -> dict[str, Any]:
        return {
            "name": self._random.choice(NAMES),
            "args": f"({number}, 'customer-{number % 5_000}@example.com')",
            "kwargs": f"{{'tenant': 'acme-{number % 50}', 'dry_run': False, 'options': {{'lang': 'en'}}}}",
            "root_id": task_id,
            "parent_id": None,
            "retries": attempt,
            "eta": None,
            "expires": None,
        }

    def _event(self, type_: str, hostname: str, pid: int, task_id: str, **fields: object) -> dict[str, Any]:
        return {**self._stamp(type_, hostname, pid), "uuid": task_id, **fields}

    def _heartbeat(self, hostname: str, pid: int) -> dict[str, Any]:
        counters = {"freq": 2.0, "active": 8, "processed": self._clock, "loadavg": [1.24, 0.79, 0.4]}
        software = {"sw_ident": "py-celery", "sw_ver": "5.7.0", "sw_sys": "Linux"}
        return {**self._stamp("worker-heartbeat", hostname, pid), **counters, **software}

    def _stamp(self, type_: str, hostname: str, pid: int) -> dict[str, Any]:
        self._clock += 1
        at = START + self._clock / EVENTS_PER_S
        stamp = {"hostname": hostname, "utcoffset": 0.0, "pid": pid, "clock": self._clock}
        return {**stamp, "timestamp": at, "type": type_}


def write(path: Path, tasks: int) -> tuple[int, int]:
    """Write a stream to ``path``, a message a line; return how many messages and events it has."""
    messages = events = 0
    with path.open("wb") as file:
        for body in Stream(tasks).messages():
            messages += 1
            events += body.count(b'"clock":')
            file.write(body + b"\n")
    return messages, events


def read(path: Path) -> Iterator[bytes]:
    """Yield the messages of a stream."""
    with path.open("rb") as file:
        for line in file:
            yield line[:-1]


def redis_message(body: bytes) -> bytes:
    """Return what kombu publishes on Redis for ``body``."""
    properties = {
        "delivery_mode": 1,
        "delivery_info": {"exchange": "celeryev", "routing_key": "task.multi"},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": "00000000-0000-4000-8000-000000000000",
    }
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"hostname": "celery@worker-00.example.com"},
        "properties": properties,
    }
    return json.dumps(message).encode()
