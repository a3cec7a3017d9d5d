"""Counts are exact at every moment, and are never counted anew."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.store.support import a_stream, arrivals, in_batches, pages, search
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.search import EVERYTHING
from umbel.model.tasks import Task
from umbel.store.protocols import CountKind, Retention, Store


def counted(store: Store) -> Counter[tuple[str | None, str]]:
    """What the store counts."""
    return Counter({(one.name, state): n for one in store.counts() for state, n in one.by_state.items()})


def stored(store: Store) -> list[Task]:
    """All tasks that the store lists."""
    return [task for page in pages(store, EVERYTHING, 100) for task in page.tasks]


def test_nothing_is_counted_in_an_empty_store(store: Store) -> None:
    """No task, no name."""
    assert store.counts() == []
    assert (store.list(EVERYTHING).count, store.list(EVERYTHING).count_kind) == (0, CountKind.EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_a_recount(store: Store, seed: int) -> None:
    """After any batches, replays and prunes the counts are what counting the listed tasks gives."""
    random = Random(seed)
    events = a_stream(random, 80)
    for number, batch in enumerate(in_batches(random, events)):
        store.commit(arrivals(batch, at=number))
        if random.random() < 0.3:
            store.commit(arrivals(random.sample(events, 5), at=number))
        if random.random() < 0.2:
            store.prune(Retention(max_tasks=30, max_age_s=15), T0 + number)
        assert counted(store) == Counter((task.name, task.state) for task in stored(store))


def test_the_name_with_most_tasks_comes_first(store: Store) -> None:
    """A name that no event told is ``None``."""
    for n in range(3):
        store.commit(arrivals(a_task_that_succeeded(f"a-{n}", name="often")))
    store.commit(arrivals([an_event("started", uuid="b")]))
    store.commit(arrivals([received(0, uuid="c", name="once"), received(0, uuid="d", name="once")]))
    assert [(one.name, one.by_state) for one in store.counts()] == [
        ("often", {"SUCCESS": 3}),
        ("once", {"RECEIVED": 2}),
        (None, {"STARTED": 1}),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 6),
        ("state:success", 3),
        ("-state:success", 3),
        ("name:often", 3),
        ("name:o*", 5),
        ("-name:often", 3),
        ("name:once state:received", 2),
        ("name:often OR state:started", 4),
        ("state:failure", 0),
        ("name:nothing", 0),
    ],
)
def test_a_search_by_name_and_state_is_counted_exactly(store: Store, text: str, expected: int) -> None:
    """However many pages it has, the counters know."""
    test_the_name_with_most_tasks_comes_first(store)
    for page in pages(store, search(text), 1):
        assert (page.count, page.count_kind) == (expected, CountKind.EXACT)


def test_another_search_is_counted_as_far_as_it_is_known(store: Store) -> None:
    """A page that is all there is counts exactly; a page with more behind it says what it has seen."""
    for n in range(5):
        store.commit(arrivals(a_task_that_succeeded(f"a-{n}")))
    assert store.list(search("sms"), limit=5).count_kind is CountKind.EXACT
    assert [(page.count, page.count_kind) for page in pages(store, search("sms"), 2)] == [
        (3, CountKind.AT_LEAST),
        (5, CountKind.AT_LEAST),
        (5, CountKind.AT_LEAST),
    ]
