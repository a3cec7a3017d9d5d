"""What a search finds is counted: all of it where there is time, and honestly where there is not."""

from __future__ import annotations

from tests.store.support import arrivals
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.search_parser import parse
from umbel.store.protocols import Store
from umbel.store.protocols.summaries import Share, Summary


def summary(store: Store, search: str = "", within_s: float = 5.0) -> Summary:
    """The summary of a search."""
    return store.summaries.summarise(parse(search, now=T0), within_s=within_s)


def fill(store: Store) -> None:
    """Store 30 tasks that succeeded over an hour, 6 of another name that failed, and one that waits in a queue."""
    events = [event for n in range(30) for event in a_task_that_succeeded(f"task-{n}", n * 120.0)]
    for n in range(6):
        fields = {"uuid": f"bad-{n}", "hostname": "other@app-02"}
        events += [received(n, name="mail", **fields), an_event("failed", n + 1, exception="ValueError('x')", **fields)]
    store.commit(arrivals([*events, an_event("sent", 5, uuid="waits", name="mail", queue="slow", retries=0)]))


def test_everything_is_counted_by_what_it_is(store: Store) -> None:
    """States, names, queues and workers, and what is not known; minutes by when a task was received, else sent."""
    fill(store)
    found = summary(store)
    assert (found.total, found.complete, found.counted, found.covered_until) == (37, True, True, None)
    assert found.by_state == {"SUCCESS": 30, "FAILURE": 6, "PENDING": 1}
    assert found.names.items == (Share(text="send_customer_sms", n=30), Share(text="mail", n=7))
    assert found.queues.items == (Share(text=None, n=36), Share(text="slow", n=1))
    assert {one.text: one.n for one in found.workers.items} == {"default@app-01": 30, "other@app-02": 6, None: 1}
    first = int(T0 // 60) * 60
    assert found.by_minute[first] == {"SUCCESS": 1, "FAILURE": 6, "PENDING": 1}
    assert sum(sum(states.values()) for states in found.by_minute.values()) == 37


def test_a_search_narrows_what_is_counted(store: Store) -> None:
    """By any word of the language; nothing that matches is an empty summary."""
    fill(store)
    assert summary(store, "worker:other@app-02").by_state == {"FAILURE": 6}
    assert summary(store, "exception:valueerror name:mail").total == 6
    assert summary(store, "id:task-3").total == 1
    assert summary(store, "nothing-like-it").total == 0
    assert store.summaries.count(parse("exception:valueerror", now=T0), within_s=5.0) == (6, True)
    assert store.summaries.count(parse("name:mail", now=T0), within_s=5.0) == (7, True)


def test_without_time_only_what_the_counters_know_is_told(store: Store) -> None:
    """A search by name and state stays exact; of any other nothing was counted, and that is said."""
    fill(store)
    known = summary(store, "name:mail", within_s=0.0)
    assert (known.total, known.counted, known.complete) == (7, True, False)
    assert (known.by_state, known.by_minute) == ({"FAILURE": 6, "PENDING": 1}, {})
    other = summary(store, "worker:other@app-02", within_s=0.0)
    assert (other.total, other.counted, other.complete) == (0, False, False)
    assert store.summaries.count(parse("retries:0", now=T0), within_s=0.0) == (0, False)


def test_an_empty_store_has_an_empty_summary(store: Store) -> None:
    """Zero, and all of it was looked at."""
    found = summary(store, "anything")
    assert (found.total, found.complete, found.by_state) == (0, True, {})
