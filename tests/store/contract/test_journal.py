"""The journal tells who follows it which tasks and workers changed, in order."""

from __future__ import annotations

from tests.store.contract.conftest import OpenStore
from tests.store.support import arrivals
from tests.support.events import T0, a_heartbeat, a_task_that_succeeded, received
from umbel.model.events import Event
from umbel.store.protocols import JournalBatch, JournalSpan, Retention, Store


def test_an_empty_journal(store: Store) -> None:
    """Both ends are 0 when nothing was ever committed."""
    assert store.journal(0) == []
    assert store.journal_span() == JournalSpan(oldest=0, newest=0)


def test_a_batch_names_what_it_changed(store: Store) -> None:
    """Tasks in the order of their arrival, the workers seen, the number of events, and our clock."""
    events: list[Event] = [
        received(0, uuid="b"),
        received(0, uuid="a"),
        *a_task_that_succeeded("b"),
        a_heartbeat(hostname="w@x"),
    ]
    store.commit(arrivals(events))
    (batch,) = store.journal(0)
    assert batch == JournalBatch(
        seq=1, committed_at=T0, task_ids=("b", "a"), workers=("w@x", "default@app-01"), events=6
    )


def test_only_what_changed_is_named(store: Store) -> None:
    """An event that was stored already names no task."""
    store.commit(arrivals(a_task_that_succeeded("a")))
    store.commit(arrivals([*a_task_that_succeeded("a"), received(1, uuid="b")], at=5))
    assert [batch.task_ids for batch in store.journal(0)] == [("a",), ("b",)]


def test_a_heartbeat_alone_is_a_batch(store: Store) -> None:
    """Who watches workers learns of them, too."""
    store.commit(arrivals([a_heartbeat()]))
    assert [(batch.task_ids, batch.workers) for batch in store.journal(0)] == [((), ("default@app-01",))]


def test_it_is_read_from_any_position(open_again: OpenStore) -> None:
    """After a position come the later ones, oldest first and at most ``limit``, also after a restart."""
    store = open_again()
    for n in range(6):
        store.commit(arrivals([received(n, uuid=f"task-{n}")]))
    store.close()
    store = open_again()
    assert [batch.seq for batch in store.journal(2)] == [3, 4, 5, 6]
    assert [batch.seq for batch in store.journal(2, limit=2)] == [3, 4]
    assert store.journal(6) == []
    assert store.journal_span() == JournalSpan(oldest=1, newest=6)


def test_the_last_position_outlives_its_age(store: Store) -> None:
    """Old batches go; positions go on, and a follower at the end can always resume."""
    for n in range(4):
        store.commit(arrivals([received(n, uuid=f"task-{n}")]))
    assert store.prune(Retention(journal_age_s=60), T0 + 100).journal == 3
    assert store.journal_span() == JournalSpan(oldest=4, newest=4)
    assert store.commit(arrivals([received(9, uuid="new")])).seq == 5
