"""What the tests of stores share: ways to say what was committed, and random streams of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from tests.support.events import T0, an_event, received
from umbel.model.events import Event, Learnt, TaskEvent
from umbel.model.fold import fold_all
from umbel.model.learnt import judged_lost
from umbel.model.search import Query
from umbel.model.search_parser import parse
from umbel.model.tasks import Task
from umbel.store.protocols import Arrival, Sort, Store, TaskList

NAMES = ("shop.tasks.pay", "shop.tasks.ship", "mail.send", "SMS_100%", "naïve.\N{SNOWMAN}")
WORKERS = ("default@app-01", "default@app-02", "slow@app-02")


def arrivals(events: Iterable[Event], at: float = 0.0) -> list[Arrival]:
    """Return the events as they came in, ``at`` seconds after ``T0``."""
    return [Arrival(event, T0 + at) for event in events]


def search(text: str, now: float = 60.0) -> Query:
    """Return a parsed search, asked ``now`` seconds after ``T0``."""
    return parse(text, now=T0 + now)


def pages(
    store: Store, query: Query, limit: int, sort: Sort = Sort.ARRIVED, *, descending: bool = True
) -> list[TaskList]:
    """Return all pages of a list."""
    found: list[TaskList] = []
    cursor: str | None = None
    while not found or cursor is not None:
        page = store.list(query, sort=sort, descending=descending, limit=limit, cursor=cursor)
        found.append(page)
        cursor = page.cursor
    return found


def ids(page: TaskList) -> list[str]:
    """Return the ids of a page."""
    return [task.id for task in page.tasks]


def all_ids(found: Iterable[TaskList]) -> list[str]:
    """Return the ids of pages, in order."""
    return [task_id for page in found for task_id in ids(page)]


def records(events: Iterable[Event]) -> dict[str, Task]:
    """Return the fold of all events, by task, in the order of arrival."""
    by_task: dict[str, list[TaskEvent]] = {}
    for event in events:
        if isinstance(event, TaskEvent):
            by_task.setdefault(event.uuid, []).append(event)
    return {task_id: fold_all(gathered) for task_id, gathered in by_task.items()}


def a_life(random: Random, task_id: str, at: float) -> list[TaskEvent]:
    """Return the events of one made-up task: any of the ways that tasks go."""
    worker = random.choice(WORKERS)
    pid, queue, name = random.randint(1, 2), random.choice(["default", "bulk"]), random.choice(NAMES)
    family = {"root_id": f"task-{random.randint(0, 5)}", "parent_id": random.choice([None, "task-1", "task-2"])}
    place = {"uuid": task_id, "hostname": worker, "pid": pid}
    events = [received(at, name=name, kwargs=f"{{'order': {random.randint(0, 9)}}}", **place, **family)]
    if random.random() < 0.3:
        events.insert(0, an_event("sent", at - 1, uuid=task_id, hostname="gen1@web", name=name, queue=queue, retries=0))
    if random.random() < 0.8:
        events.append(an_event("started", at + 0.1, **place))
    runtime_s = random.choice([0.5, 2.0, None, random.random() * 9])
    end = random.choice(["succeeded", "failed", "retried", "revoked", "rejected", None, "succeeded", "progress"])
    if end is not None:
        told: dict[str, dict[str, Any]] = {
            "succeeded": {"result": "{'ok': True}", "runtime": runtime_s},
            "failed": {"exception": "ValueError('no')", "traceback": "Traceback\nValueError: no"},
            "retried": {"exception": "KeyError('k')", "traceback": "Traceback\nKeyError: k"},
            "progress": {"extra": {"done": random.randint(0, 9)}},
        }
        events.append(an_event(end, at + 0.1 + (runtime_s or 1.0), **place, **told.get(end, {})))
    if end is None:
        events += random.choice([[], [judged_lost(fold_all(events), f"{worker} is gone")], [_a_result(task_id, at)]])
    if end == "retried":
        events.append(received(at + 3, name=name, retries=1, **place, **family))
    return events


def _a_result(task_id: str, at: float) -> TaskEvent:
    """Return what a result backend knows of an end that no event told."""
    return Learnt(uuid=task_id, timestamp=T0 + at + 9, state="SUCCESS", source="result backend", result="'found'")


def a_stream(random: Random, tasks: int) -> list[TaskEvent]:
    """Return the events of many tasks, shuffled a little, some of them twice."""
    events = [event for n in range(tasks) for event in a_life(random, f"task-{n}", n * 0.5)]
    events += random.sample(events, len(events) // 5)
    order = {id(event): index + random.random() * 20 for index, event in enumerate(events)}
    return sorted(events, key=lambda event: order[id(event)])


def in_batches(random: Random, items: Sequence[TaskEvent]) -> list[Sequence[TaskEvent]]:
    """Return ``items`` cut into batches of any size."""
    batches: list[Sequence[TaskEvent]] = []
    start = 0
    while start < len(items):
        end = start + random.randint(1, 30)
        batches.append(items[start:end])
        start = end
    return batches
