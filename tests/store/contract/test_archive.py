"""What an archive takes out of a store, another store takes in: the same tasks, in the same order, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.store.support import a_stream, all_ids, arrivals, in_batches, pages, records, search
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.fold import fold_all
from umbel.model.learnt import judged_lost
from umbel.model.search import EVERYTHING, Query
from umbel.store.protocols import Archived, Deleted, Restored, Retention, Store
from umbel.store.registry import open_store


@pytest.fixture
def other(tmp_path: Path) -> Store:
    """A second, empty store."""
    return open_store(str(tmp_path / "other.db"), clock=lambda: T0)


def archived(store: Store, query: Query = EVERYTHING, limit: int = 7) -> list[Archived]:
    """Return all that a walk gives."""
    found: list[Archived] = []
    after: int | None = 0
    while after is not None:
        page = store.archive(query, after=after, limit=limit)
        found += page.tasks
        after = page.next
    return found


def filled(store: Store, seed: int = 1, tasks: int = 120) -> None:
    """Store tasks of every kind."""
    random = Random(seed)
    for n, batch in enumerate(in_batches(random, a_stream(random, tasks))):
        store.commit(arrivals(batch, at=n))


def test_a_round_trip(store: Store, other: Store) -> None:
    """Lists, counts, records, ages: all is as it was."""
    filled(store)
    taken = archived(store)
    for start in range(0, len(taken), 50):
        other.restore(taken[start : start + 50])
    assert archived(other) == taken
    assert other.list(EVERYTHING, limit=1_000).tasks == store.list(EVERYTHING, limit=1_000).tasks
    assert sorted(other.counts(), key=repr) == sorted(store.counts(), key=repr)
    for text in ("state:failure", "name:mail.send", "worker:slow*", "queue:bulk", "kwargs.order:3", "retries:>0"):
        assert all_ids(pages(other, search(text), 50)) == all_ids(pages(store, search(text), 50)), text
    other.close()


def test_a_task_with_more_marks_than_are_kept(store: Store, other: Store) -> None:
    """That something was left out is kept, too, and so is progress whose mark is gone."""
    events = [received(0), *(an_event("retried", n, exception="KeyError('k')") for n in range(1, 60))]
    events += [an_event("progress", 0.5 + n / 10, extra={"done": n}) for n in range(50)]
    store.commit(arrivals(events))
    other.restore(archived(store))
    assert other.task("task-1") == store.task("task-1")
    task = other.task("task-1")
    assert task is not None
    assert task.facts.cut
    other.close()


def test_twice_changes_nothing(store: Store, other: Store) -> None:
    """The second time nothing is new, and the journal says nothing."""
    filled(store)
    taken = archived(store)
    assert other.restore(taken) == Restored(new=len(taken))
    before = (archived(other), other.counts(), other.journal_span())
    assert other.restore(taken) == Restored(same=len(taken))
    assert (archived(other), other.counts(), other.journal_span()) == before
    other.close()


def test_an_archive_joins_what_is_stored(store: Store, other: Store) -> None:
    """Each side tells what the other one missed, whichever comes first."""
    sent, started, ended = a_task_that_succeeded()
    store.commit(arrivals([sent, ended]))
    other.commit(arrivals([started]))
    assert other.restore(archived(store)) == Restored(changed=1)
    store.commit(arrivals([started]))
    assert other.task("task-1") == store.task("task-1")
    other.commit(arrivals([sent, started, ended]))
    assert other.task("task-1") == store.task("task-1")
    assert [count.by_state for count in other.counts()] == [{"SUCCESS": 1}]
    other.close()


@pytest.mark.parametrize("seed", range(4))
def test_by_archive_or_by_events(store: Store, other: Store, seed: int) -> None:
    """Whatever came in which way, in any order and however often: a task is the fold of all that was seen."""
    random = Random(seed)
    events = a_stream(random, 60)
    for batch in in_batches(random, [event for event in events if random.random() < 0.6]):
        store.commit(arrivals(batch))
    taken = archived(store)
    random.shuffle(taken)
    batches = [*in_batches(random, events), *in_batches(random, random.sample(events, len(events)))]
    for n, batch in enumerate(batches):
        other.commit(arrivals(batch))
        other.restore(taken[n::7][: random.randint(0, 5)])
    other.restore(taken)
    assert {task.id: task for page in pages(other, EVERYTHING, 500) for task in page.tasks} == records(events)
    assert other.problems() == []
    other.close()


def test_events_go_on_after_a_restore(store: Store, other: Store) -> None:
    """What the archive brought unfinished is finished by the events that come, in the same store."""
    sent, started, ended = a_task_that_succeeded()
    store.commit(arrivals([sent]))
    other.commit(arrivals([received(0, uuid="beside")]))
    other.restore(archived(store))
    other.commit(arrivals([started, ended]))
    task = other.task("task-1")
    assert task is not None
    assert task.state == "SUCCESS"
    other.close()


def test_followers_hear_of_it(store: Store, other: Store) -> None:
    """What an import changes is in the journal, so that open pages show it."""
    filled(store, tasks=5)
    other.restore(archived(store))
    (batch,) = other.journal(0)
    assert set(batch.task_ids) == {one.task.id for one in archived(store)}
    other.close()


def test_a_walk_is_bounded_and_searches(store: Store) -> None:
    """``until`` keeps out what came since; a search finds what the list finds; places are those of the tasks."""
    filled(store)
    until = store.newest_place()
    store.commit(arrivals(a_task_that_succeeded("later")))
    query = search("state:failure")
    wanted = all_ids(pages(store, query, 50, descending=False))
    assert [one.task.id for one in archived(store, query)] == wanted
    assert len(store.places(query).places) == len(wanted)
    assert "later" in [one.task.id for one in archived(store)]
    assert "later" not in [one.task.id for one in store.archive(EVERYTHING, until=until, limit=1_000).tasks]


def test_delete_spares_what_is_not_finished(store: Store) -> None:
    """Finished and lost tasks go, with their counts; the others, and places that are gone, are passed over."""
    lost = [received(0, uuid="lost"), judged_lost(fold_all([received(0, uuid="lost")]), "its worker is gone")]
    store.commit(arrivals([received(0, uuid="running"), *a_task_that_succeeded("done"), *lost]))
    places = list(store.places(EVERYTHING).places)
    assert store.delete([*places, 10**9]) == Deleted(tasks=2, done=4)
    assert store.delete(places) == Deleted(tasks=0, done=3)
    assert all_ids(pages(store, EVERYTHING, 10)) == ["running"]
    assert [count.by_state for count in store.counts()] == [{"RECEIVED": 1}]


def test_delete_takes_a_slice_at_a_time(store: Store) -> None:
    """``done`` says where to go on; in the end all are gone."""
    store.commit(arrivals([event for n in range(3_000) for event in a_task_that_succeeded(f"task-{n}", n)]))
    left, slices = list(store.places(EVERYTHING).places), 0
    while left:
        deleted = store.delete(left)
        left, slices = left[deleted.done :], slices + 1
    assert slices > 1
    assert (store.counts(), store.newest_place()) == ([], 0)


def test_a_place_is_never_another_tasks(open_again: Callable[[], Store]) -> None:
    """Who deletes the newest tasks a second time deletes none that came since, also after a restart."""
    store = open_again()
    store.commit(arrivals([event for n in range(5) for event in a_task_that_succeeded(f"old-{n}", n)]))
    store.commit(arrivals([received(0, uuid="runs")]))
    places = store.places(EVERYTHING).places
    assert store.delete(places).tasks == 5
    store.commit(arrivals(a_task_that_succeeded("runs")))
    assert store.delete(places).tasks == 1
    store.close()
    again = open_again()
    again.commit(arrivals([event for n in range(9) for event in a_task_that_succeeded(f"new-{n}", n)]))
    assert again.delete(places) == Deleted(tasks=0, done=6)
    assert len(all_ids(pages(again, EVERYTHING, 10))) == 9
    while again.prune(Retention(max_tasks=0), T0).more:
        pass
    again.commit(arrivals(a_task_that_succeeded("newer")))
    assert again.places(EVERYTHING).places == (16,)
