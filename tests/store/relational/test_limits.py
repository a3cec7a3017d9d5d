"""Every read ends in time and says how far it came."""

from __future__ import annotations

import pytest

from tests.store.relational.conftest import Ticking
from tests.store.support import all_ids, arrivals, ids, pages, search
from tests.support.events import T0, received
from umbel.model.search import EVERYTHING
from umbel.store.protocols import QueryTooSlow, Sort
from umbel.store.relational.arrival import _FIRST_WINDOW
from umbel.store.relational.sqlite import SqliteStore

TASKS = 12 * _FIRST_WINDOW


@pytest.fixture
def many(sqlite: SqliteStore) -> SqliteStore:
    """Some windows of tasks; every 10,000th is a ``rare`` one. Each thousand arrived a second after the other."""
    for start in range(0, TASKS, 1_000):
        events = [
            received(n, uuid=f"task-{n}", name="rare" if n % 5_000 == 0 else "common", kwargs=None)
            for n in range(start, min(TASKS, start + 1_000))
        ]
        sqlite.commit(arrivals(events, at=start // 1_000))
    return sqlite


@pytest.mark.slow
def test_a_long_search_goes_on_by_its_cursor(many: SqliteStore, ticking: Ticking) -> None:
    """A part says so, tells until when it looked, and all parts together are the answer."""
    ticking.step = 0.01
    expected = [f"task-{n}" for n in range(0, TASKS, 5_000)]
    for descending in (True, False):
        found = pages(many, search("rare"), 100, descending=descending)
        assert len(found) > 1
        assert all_ids(found) == (expected[::-1] if descending else expected)
        assert [page.complete for page in found] == [False] * (len(found) - 1) + [True]
        assert found[-1].covered_until is None
        parts = [page.covered_until for page in found[:-1]]
        assert all(at is not None and T0 <= at <= T0 + TASKS for at in parts)
        assert parts == sorted(parts, key=lambda at: at or 0, reverse=descending)


@pytest.mark.slow
def test_a_sort_gives_what_is_sure(many: SqliteStore, ticking: Ticking) -> None:
    """A sort whose time is over returns the places that nothing can better, and goes on from there."""
    ticking.step = 0.02
    found = pages(many, search("rare"), 3, Sort.RECEIVED)
    assert all_ids(found) == [f"task-{n}" for n in range(0, TASKS, 5_000)][::-1]
    assert not all(page.complete for page in found)


@pytest.mark.slow
def test_a_sort_of_which_nothing_is_sure_is_too_slow(many: SqliteStore, ticking: Ticking) -> None:
    """Where not even a part can be said, the answer is an error that says what helps."""
    ticking.step = 0.02
    with pytest.raises(QueryTooSlow, match="sort by arrival"):
        many.list(search("nowhere"), sort=Sort.RECEIVED)


@pytest.mark.slow
def test_an_indexed_search_is_not_slowed_by_what_it_skips(many: SqliteStore, ticking: Ticking) -> None:
    """By a name's index a page is whole in few looks at the clock, however many other tasks there are."""
    ticking.step = 0.008
    for text in ("name:rare", "worker:nobody", "state:failure", "id:task-17", "parent:nobody", "received:>2099-01-01"):
        assert many.list(search(text)).complete, text


def test_a_walk_gets_on_wherever_one_row_fits(sqlite: SqliteStore, ticking: Ticking) -> None:
    """What an index finds and a text refuses may fill any window: it shrinks, and no page is asked for twice."""
    family = [received(n / 1_000, uuid=f"task-{n}", root_id="root") for n in range(3_000)]
    sqlite.commit(arrivals([*family, received(9, uuid="last", root_id="root", kwargs="{'a': 'needle'}")]))
    ticking.step = 0.03
    query = search("root:root needle")
    after, asked, found = 0, 0, list[str]()
    while asked < 500:
        page = sqlite.archive(query, after=after)
        found += [one.task.id for one in page.tasks]
        asked += 1
        if page.next is None:
            break
        assert page.next > after
        after = page.next
    assert found == ["last"]
    assert 1 < asked < 500
    ticking.step = 100.0
    with pytest.raises(QueryTooSlow, match="narrow"):
        sqlite.archive(query)


def test_a_read_without_time_is_too_slow(sqlite: SqliteStore, ticking: Ticking) -> None:
    """The limit holds for every question; the store works on after it."""
    sqlite.commit(arrivals(received(n, uuid=f"task-{n}") for n in range(5_000)))
    ticking.step = 100.0
    with pytest.raises(QueryTooSlow, match="narrow"):
        sqlite.tasks_by_id([f"task-{n}" for n in range(1_000)])
    ticking.step = 0.0
    assert len(ids(sqlite.list(EVERYTHING))) == 100
