"""Workers are what their messages told."""

from __future__ import annotations

from tests.store.contract.conftest import OpenStore
from tests.store.support import arrivals
from tests.support.events import T0, a_heartbeat, a_sample, an_event, received
from umbel.model.workers import observe
from umbel.store.protocols import Store


def test_no_worker_in_an_empty_store(store: Store) -> None:
    """Nobody was seen, and nothing runs."""
    assert store.workers() == []
    assert store.running_by_worker() == {}


def test_a_worker_is_what_its_heartbeats_tell(open_again: OpenStore) -> None:
    """The newest full heartbeat counts, also over batches and a restart."""
    beats = [a_heartbeat(n * 2.0, processed=n, hostname="b@x") for n in range(3)]
    store = open_again()
    store.commit(arrivals(beats[:2], at=3))
    store.close()
    store = open_again()
    store.commit(arrivals([beats[2], a_heartbeat(hostname="a@x")], at=5))
    expected = observe(observe(observe(None, beats[0], T0 + 3), beats[1], T0 + 3), beats[2], T0 + 5)
    assert [worker.name for worker in store.workers()] == ["a@x", "b@x"]
    assert store.workers()[1] == expected


def test_a_heartbeat_older_than_a_task_event_counts(store: Store) -> None:
    """The events of its tasks prove that it lives, and hide none of its heartbeats."""
    store.commit(arrivals([received(5)], at=5))
    store.commit(arrivals([a_heartbeat(4, processed=7)], at=5))
    assert [worker.processed for worker in store.workers()] == [7]


def test_what_the_agent_reads_is_kept(open_again: OpenStore) -> None:
    """The newest sample stays with its worker, and the same one again changes nothing."""
    store = open_again()
    first = store.commit(arrivals([a_heartbeat(0), a_sample(0.5)], at=1)).seq
    assert store.commit(arrivals([a_sample(0.5)], at=1)).seq == first
    assert store.commit(arrivals([a_sample(10.5, 60)], at=11)).seq > first
    store.close()
    assert [one.sample for one in open_again().workers()] == [a_sample(10.5, 60).sample]


def test_a_producer_is_no_worker(store: Store) -> None:
    """``task-sent`` comes from a client."""
    store.commit(arrivals([an_event("sent", hostname="gen1@web", name="one")]))
    assert store.workers() == []


def test_its_end_is_kept(store: Store) -> None:
    """A worker that said good-bye stays in the list, with the instant."""
    store.commit(arrivals([a_heartbeat(0), a_heartbeat(1, type="worker-offline", active=None)]))
    assert [worker.offline_at for worker in store.workers()] == [T0 + 1]


def test_what_runs_where(store: Store) -> None:
    """Tasks in STARTED are counted on the worker that started them; ended ones no more."""
    place = {"hostname": "a@x"}
    for n in range(3):
        store.commit(
            arrivals([received(n, uuid=f"task-{n}", **place), an_event("started", n + 0.1, uuid=f"task-{n}", **place)])
        )
    store.commit(arrivals([an_event("succeeded", 9, uuid="task-0", runtime=1.0, **place), received(0, uuid="waits")]))
    assert store.running_by_worker() == {"a@x": 2}
