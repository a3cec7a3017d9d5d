"""Made-up tasks of a plausible shop, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from random import Random
from typing import Any, Final
from uuid import UUID

from umbel.model.events import TaskEvent
from umbel.store.protocols import Arrival

START: Final = 1_790_000_000.0
"""When the first task arrived (epoch seconds)."""
NAMES: Final = [f"shop.tasks.job_{n}" for n in range(60)]
WORKERS: Final = [f"celery@worker-{n:02}" for n in range(20)]
PER_SECOND: Final = 1_000
FAMILY: Final = 50
"""Of so many tasks the first one has children: the next nine."""
CHILDREN: Final = 9
_FAILS: Final = (20, 3)
_IS_LOST: Final = (500, 7)
"""One task of so many, and which."""


def uuid(n: int) -> str:
    """The id of the n-th task: random to an index, the same in every run."""
    return str(UUID(int=Random(n).getrandbits(128), version=4))


def life(n: int) -> list[tuple[float, TaskEvent]]:
    """The events of the n-th task: most names are rare, one in 20 fails, one in 500 is never seen to end."""
    random = Random(n)
    at = START + n / PER_SECOND
    name = NAMES[min(int(random.expovariate(0.12)), len(NAMES) - 1)]
    place: dict[str, Any] = {"uuid": uuid(n), "hostname": random.choice(WORKERS), "pid": 7}
    parent = uuid(n - n % FAMILY) if 0 < n % FAMILY <= CHILDREN else None
    kwargs = f"{{'order_id': {n % 100_000}, 'customer': 'customer-{n % 5_000}', 'label': 'some value'}}"
    events = [
        TaskEvent(
            type="task-received",
            timestamp=at,
            clock=n,
            name=name,
            args=f"({n},)",
            kwargs=kwargs,
            retries=0,
            root_id=parent or place["uuid"],
            parent_id=parent,
            **place,
        ),
        TaskEvent(type="task-started", timestamp=at + 0.01, clock=n + 1, **place),
    ]
    runtime_s = random.expovariate(1.0)
    if n % _FAILS[0] == _FAILS[1]:
        trace = "Traceback (most recent call last):\n" + '  File "app/tasks.py", line 10, in run\n    call()\n' * 6
        events.append(
            TaskEvent(
                type="task-failed",
                timestamp=at + 0.01 + runtime_s,
                clock=n + 2,
                exception=f"ValueError('order {n} is bad')",
                traceback=trace,
                **place,
            )
        )
    elif n % _IS_LOST[0] != _IS_LOST[1]:
        events.append(
            TaskEvent(
                type="task-succeeded",
                timestamp=at + 0.01 + runtime_s,
                clock=n + 2,
                result=f"{{'ok': True, 'order': {n}}}",
                runtime=runtime_s,
                **place,
            )
        )
    return [(event.timestamp, event) for event in events]


def stream(tasks: int) -> Iterator[Arrival]:
    """All events in the order of their stamps, a few seconds of them in memory."""
    chunk = PER_SECOND * 10
    waiting: list[tuple[float, TaskEvent]] = []
    for start in range(0, tasks, chunk):
        fresh = sorted((pair for n in range(start, min(tasks, start + chunk)) for pair in life(n)), key=_stamp)
        until = START + (start + chunk) / PER_SECOND
        ordered = list(merge(waiting, fresh, key=_stamp))
        waiting = [pair for pair in ordered if pair[0] >= until]
        yield from (Arrival(event, at) for at, event in ordered if at < until)
    yield from (Arrival(event, at) for at, event in waiting)


def _stamp(pair: tuple[float, TaskEvent]) -> float:
    return pair[0]
