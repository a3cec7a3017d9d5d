"""What is committed is what is read, whatever the order, the batches and the repetition."""

from __future__ import annotations

from random import Random

import pytest

from tests.store.contract.conftest import OpenStore
from tests.store.support import a_stream, arrivals, in_batches, records
from tests.support.events import a_heartbeat, a_task_that_succeeded, an_event, received
from umbel.model.fold import fold_all
from umbel.store.protocols import Commit, Store


def test_a_task_is_the_fold_of_its_events(store: Store) -> None:
    """The record that comes back is the fold, with its marks, texts and attempts."""
    events = a_task_that_succeeded()
    assert store.commit(arrivals(events)) == Commit(seq=1, tasks=1, events=3)
    assert store.task("task-1") == fold_all(events)


def test_what_is_not_stored_is_none(store: Store) -> None:
    """An unknown id is ``None``, not an error."""
    assert store.task("nobody") is None
    assert store.tasks_by_id(["nobody"]) == []
    assert store.tasks_by_id([]) == []


def test_an_empty_batch_writes_nothing(store: Store) -> None:
    """Nothing to say is no transaction."""
    assert store.commit([]) == Commit(seq=0, tasks=0, events=0)
    store.commit(arrivals(a_task_that_succeeded()))
    assert store.commit([]) == Commit(seq=1, tasks=0, events=0)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_batches_and_repetition_give_the_fold(open_again: OpenStore, seed: int) -> None:
    """A stream in any batches, with replays and a restart in between, leaves the fold of its events."""
    random = Random(seed)
    events = a_stream(random, 60)
    store = open_again()
    for batch in in_batches(random, events):
        store.commit(arrivals(batch))
        if random.random() < 0.2:
            store.commit(arrivals(random.sample(events, 10)))
        if random.random() < 0.1:
            store.close()
            store = open_again()
    assert {task.id: task for task in store.tasks_by_id([f"task-{n}" for n in range(60)])} == records(events)


def test_a_replay_changes_nothing(store: Store) -> None:
    """The same batch again gives the last position and no journal row: a retry is safe."""
    stopped = a_heartbeat(1.5, type="worker-offline", active=None)
    batch = arrivals([*a_task_that_succeeded(), a_heartbeat(1.0), stopped, an_event("failed", 4, uuid="other")])
    first = store.commit(batch)
    assert (first.seq, first.tasks, first.events) == (1, 2, 6)
    assert store.commit(batch) == Commit(seq=1, tasks=0, events=0)
    assert store.commit(batch[::-1]) == Commit(seq=1, tasks=0, events=0)
    assert len(store.journal(0)) == 1


def test_two_writers_of_one_store_see_each_other(open_again: OpenStore) -> None:
    """What another connection wrote is joined, not overwritten: nothing remembered is taken for the truth."""
    one, other = open_again(), open_again()
    events = a_task_that_succeeded()
    one.commit(arrivals(events[:1]))
    other.commit(arrivals(events[1:2]))
    one.commit(arrivals(events[2:]))
    assert one.task("task-1") == other.task("task-1") == fold_all(events)
    assert one.counts() == other.counts()


def test_every_field_survives(store: Store) -> None:
    """A rich record comes back as it went in: progress, retries, long texts, unicode, large and small numbers."""
    events = [
        an_event("sent", -1, hostname="gen1@web", name="n", queue="q", exchange="x", routing_key="r", retries=0),
        received(0, name="n", args="('ü\N{SNOWMAN}',)", kwargs="{}", eta="2026-11-21T12:00:00+00:00", expires="soon"),
        an_event("started", 0.5, clock=2**60),
        an_event("progress", 0.7, extra={"done": 1, "of": [1, 2.5, None, {"deep": True}]}),
        an_event("retried", 0.9, exception="E('%_')", traceback="T" * 5_000),
        received(1.5, name="n", retries=1, root_id="", parent_id="up"),
        an_event("failed", 2.5, exception="E2", traceback="T2"),
        an_event("rejected", 2.6, requeue=True),
    ]
    store.commit(arrivals(events))
    assert store.task("task-1") == fold_all(events)


def test_a_task_that_retries_for_ever_is_bounded(store: Store) -> None:
    """Hundreds of attempts, a batch each, leave what one fold leaves."""
    events = [
        event
        for n in range(60)
        for event in (received(n, retries=n), an_event("started", n + 0.1), an_event("retried", n + 0.5, exception="E"))
    ]
    for event in events:
        store.commit(arrivals([event]))
    assert store.task("task-1") == fold_all(events)


def test_children_and_lookups(store: Store) -> None:
    """Children are those that name the parent, oldest first, without the task itself; lookups take a thousand ids."""
    for n in range(5):
        store.commit(arrivals([received(n, uuid=f"task-{n}", parent_id="task-0", root_id="task-0")]))
    assert [task.id for task in store.children("task-0")] == ["task-1", "task-2", "task-3", "task-4"]
    assert [task.id for task in store.children("task-0", limit=2)] == ["task-1", "task-2"]
    assert store.children("task-4") == []
    assert {task.id for task in store.tasks_by_id(["task-1", "task-3", "none"])} == {"task-1", "task-3"}
    with pytest.raises(ValueError, match="1000"):
        store.tasks_by_id(["x"] * 1_001)
