"""A hundred thousand spoilt bodies: the collector takes them all, and each is accounted for."""

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import celery
import msgspec
import pytest

from tests.support import bodies
from tests.support.processes import wait_until
from tests.support.scripted_receiver import ScriptedReceiver
from umbel.ingest.collector import Collector
from umbel.model.search_parser import parse
from umbel.model.tasks import Task
from umbel.store.protocols import Sort, Store
from umbel.store.relational.sqlite import SqliteStore

BODIES: Final = 100_000
CHUNK: Final = 5_000
SEED: Final = 4_711

REAL: Final = (
    bodies.received(),
    bodies.started(),
    bodies.succeeded(),
    bodies.failed(),
    bodies.progressed(),
    bodies.a_heartbeat(),
    bodies.stamped("task-retried", uuid="task-1", exception="KeyError()", traceback="Traceback"),
    bodies.stamped("task-revoked", uuid="task-1", terminated=True, signum="9", expired=False),
    bodies.stamped("worker-offline", freq=2.0, sw_ident="py-celery"),
    bodies.stamped("worker-resources", rss=1),
)
ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    2**63,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    -0.0,
    "",
    "x" * 20_000,
    "\ud83d",
    "\x00\x1b[31m",
    "1795251600",
    [],
    {},
    [[[[[[[[]]]]]]]],
    {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
    ["\udfff", {"\ud800": float("nan")}],
)


class Spoiler:
    """Makes bodies that are nearly right, or not at all."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._ways: tuple[tuple[Callable[[], bytes], int], ...] = (
            (self._with_odd_fields, 40),
            (self._without_fields, 15),
            (self._damaged, 25),
            (self._random_json, 10),
            (self._random_bytes, 8),
            (self._deep, 1),
            (self._wide, 1),
        )

    def body(self) -> bytes:
        """Return one more body."""
        ways, weights = zip(*self._ways, strict=True)
        make: Callable[[], bytes] = self._chance.choices(ways, weights)[0]
        return make()

    def _events(self) -> list[dict[str, Any]]:
        events = [dict(self._chance.choice(REAL)) for _ in range(self._chance.choice((1, 1, 2, 3)))]
        for event in events:
            event["uuid"] = f"task-{self._chance.randrange(20_000)}"
        return events

    def _with_odd_fields(self) -> bytes:
        events = self._events()
        for event in events:
            for _ in range(self._chance.randint(0, 3)):
                field = self._chance.choice([*event, "eta", "retries", "root_id", "extra", "queue"])
                event[field] = self._chance.choice(ODD)
        return json.dumps(events if self._chance.random() < 0.7 else events[0]).encode()

    def _without_fields(self) -> bytes:
        events = self._events()
        for event in events:
            for field in self._chance.sample(list(event), self._chance.randint(1, 3)):
                del event[field]
        return json.dumps(events).encode()

    def _damaged(self) -> bytes:
        body = bytearray(json.dumps(self._events()).encode())
        for _ in range(self._chance.randint(1, 4)):
            body[self._chance.randrange(len(body))] = self._chance.randrange(256)
        return bytes(body[: self._chance.randint(1, len(body))] if self._chance.random() < 0.3 else body)

    def _random_json(self) -> bytes:
        return json.dumps(self._chance.choices(ODD, k=self._chance.randint(0, 3))).encode()

    def _random_bytes(self) -> bytes:
        return self._chance.randbytes(self._chance.randint(0, 300))

    def _deep(self) -> bytes:
        depth = self._chance.choice((100, 2_000, 200_000))
        return self._chance.choice((b"[" * depth, b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth))

    def _wide(self) -> bytes:
        return json.dumps([*self._chance.choices((0, "", None), k=1_000), *self._events()]).encode()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hundred_thousand_spoilt_bodies_are_accounted_for(tmp_path: Path) -> None:
    """None stops the collector; events, malformed and unknown ones are all that came; the file is sound."""
    receiver, spoiler = ScriptedReceiver(), Spoiler(SEED)
    app = celery.Celery("test", broker="memory://", set_as_current=False)
    with contextlib.closing(SqliteStore(tmp_path / "umbel.db", read_limit_s=60.0)) as store:
        collector = Collector(app, store, receiver=receiver, enable_events=False, buffer_events=10**7)
        collector.start()
        given = sum(_give(receiver, [spoiler.body() for _ in range(CHUNK)]) for _ in range(BODIES // CHUNK))
        last = receiver.give(bodies.a_body(bodies.received(uuid="the last one")))
        wait_until(lambda: last in receiver.settled, "all is stored", within_s=220)
        collector.stop()

        health = collector.health().collector
        assert health.events + health.malformed + health.unknown == given + 1
        assert health.committed == health.events
        assert health.dropped == 0
        assert "fault in Umbel" not in health.malformed_by_reason
        assert "refused by the store" not in health.malformed_by_reason
        assert health.events > BODIES // 10, "many are spoilt so little that they are of use"
        assert health.malformed > BODIES // 10
        _can_be_read(store)
        assert store.problems() == []


def _can_be_read(store: Store) -> None:
    """Every task and worker can be written down, counts agree with them, and the last one is there."""
    tasks = [task for sort in (Sort.ARRIVED, Sort.RECEIVED) for task in _all(store, sort)]
    assert {task.id for task in tasks} >= {"the last one"}
    assert len(tasks) == 2 * sum(sum(count.by_state.values()) for count in store.counts())
    for task in (*tasks, *store.workers()):
        msgspec.json.encode(task)  # raises where a text cannot be written down


def _all(store: Store, sort: Sort) -> Iterator[Task]:
    cursor = None
    while True:
        page = store.list(parse("", now=0.0), sort=sort, limit=500, cursor=cursor)
        yield from page.tasks
        cursor = page.cursor
        if cursor is None:
            return


def _give(receiver: ScriptedReceiver, some: list[bytes]) -> int:
    receiver.give(*some)
    return sum(_items(body) for body in some)


def _items(body: bytes) -> int:
    """Return how many things a body holds: the items of a list, else one."""
    try:
        parsed = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return 1
    return len(parsed) if isinstance(parsed, list) else 1
