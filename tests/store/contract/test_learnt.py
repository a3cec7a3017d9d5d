"""What was learnt is committed, counted and found as what was seen is."""

from __future__ import annotations

from msgspec.structs import replace

from tests.store.support import arrivals, ids, search
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.events import Learnt
from umbel.model.fold import fold_all
from umbel.model.learnt import judged_lost
from umbel.store.protocols import Store

RUNNING = [received(0), an_event("started", 0.1)]
END = Learnt(uuid="task-1", timestamp=T0 + 9, state="SUCCESS", source="result backend", result="1")


def test_a_lost_task_is_found_and_counted(store: Store) -> None:
    """``state:lost`` and ``is:lost`` find it, and its reason comes with it; an end that comes late takes it away."""
    lost = judged_lost(fold_all(RUNNING), "default@app-01 was restarted")
    store.commit(arrivals(RUNNING))
    store.commit(arrivals([lost], 60))
    found, other = (store.list(search(text)) for text in ("state:lost", "is:lost"))
    assert (ids(found), found.count) == (ids(other), other.count) == (["task-1"], 1)
    assert found.tasks[0].lost_because == "default@app-01 was restarted"
    store.commit(arrivals(a_task_that_succeeded(), 90))
    assert store.list(search("is:lost")).count == 0
    assert store.counts()[0].by_state == {"SUCCESS": 1}


def test_an_end_that_was_learnt_is_stored_with_its_source(store: Store) -> None:
    """The record is the fold of all; a second time changes nothing, and events that come late win."""
    store.commit(arrivals(RUNNING))
    first = store.commit(arrivals([END], 60))
    again = store.commit(arrivals([END], 70))
    assert (first.tasks, again.tasks, again.seq) == (1, 0, first.seq)
    task = store.task("task-1")
    assert task == fold_all([*RUNNING, END])
    assert task is not None
    assert (task.state, task.learnt_from, task.result) == ("SUCCESS", "result backend", "1")
    store.commit(arrivals(a_task_that_succeeded()[2:], 80))
    task = store.task("task-1")
    assert task is not None
    assert (task.learnt_from, task.result) == (None, "{'sms_sent': True}")


def test_what_was_learnt_is_no_sign_of_life(store: Store) -> None:
    """A result that names its worker, read an hour later, does not bring that worker back."""
    store.commit(arrivals([replace(END, hostname="gone@x")]))
    assert store.workers() == []
