"""Lists are in order, paged without gap or repetition, and say what they cover."""

from __future__ import annotations

from operator import attrgetter
from random import Random

import pytest

from tests.store.support import a_stream, all_ids, arrivals, ids, in_batches, pages, records, search
from tests.support.events import a_task_that_succeeded, an_event, received
from umbel.model.search import EVERYTHING, matches
from umbel.model.tasks import Task
from umbel.store.protocols import BadCursor, Sort, Store

FIELD_BY_SORT = {
    Sort.RECEIVED: "received_at",
    Sort.STARTED: "started_at",
    Sort.FINISHED: "finished_at",
    Sort.RUNTIME: "runtime_s",
    Sort.NAME: "name",
    Sort.STATE: "state",
    Sort.WORKER: "worker",
    Sort.RETRIES: "retries",
}


def in_order(tasks: list[Task], sort: Sort, *, descending: bool) -> list[str]:
    """The ids of ``tasks`` (oldest arrival first) as a list must give them."""
    ordered = tasks[::-1] if descending else tasks
    if sort is Sort.ARRIVED:
        return [task.id for task in ordered]
    value = attrgetter(FIELD_BY_SORT[sort])
    known = sorted((task for task in tasks if value(task) is not None), key=value)  # stable: ties by arrival
    unknown = [task for task in ordered if value(task) is None]
    return [task.id for task in [*(known[::-1] if descending else known), *unknown]]


@pytest.fixture
def tasks(store: Store) -> list[Task]:
    """A hundred tasks of all kinds, in the order of their arrival."""
    random = Random(7)
    events = a_stream(random, 100)
    for batch in in_batches(random, events):
        store.commit(arrivals(batch))
    return list(records(events).values())


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("text", ["", "name:shop.*", "state:failure,retry", "order", "-runtime:<1s", "worker:slow@*"])
def test_every_sort_pages_through_what_matches(
    store: Store, tasks: list[Task], sort: Sort, descending: bool, text: str
) -> None:
    """All pages together are the matches in order: ties by arrival, the tasks without a value last."""
    query = search(text)
    expected = in_order([task for task in tasks if matches(query, task)], sort, descending=descending)
    for limit in (7, 100):
        found = pages(store, query, limit, sort, descending=descending)
        assert all_ids(found) == expected
        assert all(page.complete and page.covered_until is None for page in found)
        assert all(len(page.tasks) == limit for page in found[:-1])


def test_an_empty_store_has_one_empty_page(store: Store) -> None:
    """Every sort of nothing is nothing."""
    for sort in Sort:
        page = store.list(EVERYTHING, sort=sort)
        assert (page.tasks, page.cursor, page.complete, page.seq) == ((), None, True, 0)


def test_records_of_a_list_are_whole(store: Store, tasks: list[Task]) -> None:
    """What a list returns is what a lookup returns."""
    assert list(store.list(EVERYTHING, descending=False, limit=1_000).tasks) == tasks


def test_new_tasks_do_not_disturb_the_next_page(store: Store) -> None:
    """A page that was begun goes on where it ended, though tasks have arrived since."""
    store.commit(arrivals(received(n, uuid=f"old-{n}") for n in range(4)))
    first = store.list(EVERYTHING, limit=2)
    store.commit(arrivals(received(n, uuid=f"new-{n}") for n in range(4)))
    second = store.list(EVERYTHING, limit=2, cursor=first.cursor)
    assert ids(first) + ids(second) == ["old-3", "old-2", "old-1", "old-0"]


def test_a_page_tells_the_position_it_reflects(store: Store) -> None:
    """``seq`` is that of the last commit that the page has seen."""
    store.commit(arrivals(a_task_that_succeeded()))
    assert store.list(EVERYTHING).seq == 1
    store.commit(arrivals([an_event("failed", uuid="other")]))
    assert store.list(EVERYTHING).seq == 2


@pytest.mark.parametrize("cursor", ["", "nonsense", "bm9uc2Vuc2U", "=", "ü", "WzEsMiwzXQ", "W10", "a" * 10_000])
def test_nonsense_is_no_cursor(store: Store, cursor: str) -> None:
    """A text that no list gave out is refused, whatever it is."""
    with pytest.raises(BadCursor):
        store.list(EVERYTHING, cursor=cursor)


def test_a_cursor_is_of_one_sort(store: Store) -> None:
    """A cursor goes on in the sort and direction that gave it out, and in no other."""
    store.commit(arrivals(received(n, uuid=f"task-{n}") for n in range(4)))
    cursor = store.list(EVERYTHING, limit=2).cursor
    for sort, descending in ((Sort.NAME, True), (Sort.ARRIVED, False)):
        with pytest.raises(BadCursor):
            store.list(EVERYTHING, sort=sort, descending=descending, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_holds_one_to_a_thousand(store: Store, limit: int) -> None:
    """Any other limit is a mistake of the caller."""
    with pytest.raises(ValueError, match="limit"):
        store.list(EVERYTHING, limit=limit)
