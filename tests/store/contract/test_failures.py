"""Failures are grouped as they come, counted once each, and remembered with what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.store.contract.conftest import OpenStore
from tests.store.support import a_stream, all_ids, arrivals, in_batches, pages, records, search
from tests.support.events import T0, an_event, received
from umbel.model.events import TaskEvent
from umbel.model.failures import DAY_S, HOUR_S, WINDOWS, Decision, Trend, trend_of
from umbel.model.search import EVERYTHING
from umbel.model.tasks import Task
from umbel.store.protocols import Retention, Store
from umbel.store.registry import open_store


def failing(number: int, at: float, exception: str, *, name: str = "mail.send", worker: str = "w@a") -> list[TaskEvent]:
    """Return the events of a task that fails ``at`` seconds after ``T0``."""
    of = {"uuid": f"task-{number}", "hostname": worker}
    return [
        received(at - 1, name=name, **of),
        an_event(
            "failed", at, exception=exception, traceback=f'  File "/srv/app/mail.py", line {number}, in send', **of
        ),
    ]


def test_failures_of_one_kind_are_one_group(store: Store) -> None:
    """However much their ids and lines differ; each name and worker is told with its number of tasks."""
    store.commit(arrivals(failing(1, -50, "ValueError('order 17 is closed')", name="pay")))
    store.commit(arrivals(failing(2, -40, "ValueError('order 18 is closed')")))
    store.commit(
        arrivals(
            [*failing(3, -30, "ValueError('order 19 is closed')", worker="w@b"), *failing(4, -20, "KeyError('k')")]
        )
    )
    groups = store.failures.groups(T0)
    assert [(one.type, one.message, one.place, one.total) for one in groups] == [
        ("KeyError", "k", "app/mail.py send", 1),
        ("ValueError", "order <n> is closed", "app/mail.py send", 3),
    ]
    orders = groups[1]
    assert (orders.names, orders.first_at, orders.last_at) == (("pay", "mail.send"), T0 - 50, T0 - 30)
    assert (orders.exception, trend_of(orders, T0)) == ("ValueError('order 17 is closed')", Trend.NEW)
    detail = store.failures.group(orders.id, T0)
    assert detail is not None
    assert [task.id for task in detail.tasks] == ["task-3", "task-2", "task-1"]
    assert [(one.text, one.tasks) for one in detail.names] == [("mail.send", 2), ("pay", 1)]
    assert [(one.text, one.tasks) for one in detail.workers] == [("w@a", 2), ("w@b", 1)]
    assert (detail.group, detail.looked_at, sum(detail.by_hour)) == (orders, 3, 3)
    assert store.failures.group("none", T0) is None


def test_windows_count_what_ended_in_them(store: Store) -> None:
    """The short ones to a minute, the long ones to an hour."""
    for number, ago_s in enumerate((60, 2 * HOUR_S, 5 * HOUR_S, 2 * DAY_S, 6 * DAY_S, 20 * DAY_S)):
        store.commit(arrivals(failing(number, -ago_s, "KeyError('k')")))
    (group,) = store.failures.groups(T0)
    assert [group.counts[window] for window in WINDOWS] == [1, 2, 3, 4, 5]
    assert (group.total, sum(group.by_hour), group.by_hour[-6]) == (6, 3, 1)


@pytest.mark.parametrize("seed", range(4))
def test_each_failed_task_counts_once(open_again: OpenStore, seed: int) -> None:
    """Whatever the order, the batches and the repetitions: groups say what the folded tasks say."""
    random = Random(seed)
    stream = a_stream(random, 60)
    stream += [event for number in range(70, 90) for event in failing(number, number, f"ValueError('no {number}')")]
    random.shuffle(stream)
    store = open_again()
    for batch in in_batches(random, stream):
        store.commit(arrivals(batch))
    for batch in in_batches(random, stream):
        open_again().commit(arrivals(batch))
    _groups_are_of(store, records(stream).values())


def _groups_are_of(store: Store, tasks: Iterable[Task]) -> None:
    by_group: dict[str, list[Task]] = {}
    for task in tasks:
        if task.failure is not None:
            by_group.setdefault(task.failure, []).append(task)
    groups = {group.id: group for group in store.failures.groups(T0 + 120)}
    assert {group_id: group.total for group_id, group in groups.items()} == {
        group_id: len(some) for group_id, some in by_group.items()
    }
    assert by_group
    for group_id, some in by_group.items():
        assert groups[group_id].counts[WINDOWS[-1]] == len(some)
        found = all_ids(pages(store, search(f"failure:{group_id}"), 7))
        assert sorted(found) == sorted(task.id for task in some)


def test_a_task_that_failed_after_all_otherwise_moves(store: Store) -> None:
    """News may say that it was another failure, or none: it counts where it belongs."""
    first, end = failing(1, 0, "KeyError('k')")
    store.commit(arrivals([first, end]))
    of = {"uuid": "task-1", "hostname": "w@a"}
    again = [received(5, retries=1, clock=8, **of), an_event("failed", 6, clock=9, exception="ValueError('no')", **of)]
    store.commit(arrivals(again))
    by_type = {group.type: group.total for group in store.failures.groups(T0 + 60)}
    assert by_type == {"KeyError": 0, "ValueError": 1}


def test_decisions_are_kept_and_a_failure_reopens(open_again: OpenStore) -> None:
    """Who, when and why; what fails after it was resolved is back, what is ignored is not."""
    store = open_again()
    store.commit(arrivals([*failing(1, 0, "KeyError('k')"), *failing(2, 0, "ValueError('v')")]))
    key, value = sorted(store.failures.groups(T0 + 60), key=lambda group: group.type)
    assert store.failures.decide(key.id, Decision.RESOLVED, at=T0 + 10, by="ann", note="fixed in 2.1")
    assert store.failures.decide(value.id, Decision.IGNORED, at=T0 + 10, by=None, note=None)
    assert not store.failures.decide("none", Decision.OPEN, at=T0, by=None, note=None)
    assert store.failures.by_decision() == {Decision.OPEN: 0, Decision.RESOLVED: 1, Decision.IGNORED: 1}
    store = open_again()
    store.commit(arrivals([*failing(3, 30, "KeyError('k')"), *failing(4, 30, "ValueError('v')")]))
    groups = {group.type: group for group in store.failures.groups(T0 + 120)}
    assert {type_: trend_of(group, T0 + 120) for type_, group in groups.items()} == {
        "KeyError": Trend.REGRESSED,
        "ValueError": Trend.IGNORED,
    }
    assert (groups["KeyError"].note, groups["KeyError"].decided_by) == ("fixed in 2.1", "ann")
    assert store.failures.by_decision() == {Decision.OPEN: 1, Decision.RESOLVED: 0, Decision.IGNORED: 1}


def test_counts_outlive_tasks_and_go_with_the_hours(store: Store) -> None:
    """Pruning tasks takes nothing from the counts; a group goes when nothing of it is left."""
    store.commit(arrivals(failing(1, 0, "KeyError('k')")))
    retention = Retention(max_age_s=60, by_hour_age_s=30 * DAY_S)
    while store.prune(retention, T0 + HOUR_S / 2).more:
        pass
    (group,) = store.failures.groups(T0 + HOUR_S / 2)
    detail = store.failures.group(group.id, T0 + HOUR_S / 2)
    assert detail is not None
    assert (group.counts[HOUR_S], group.total, detail.tasks, detail.looked_at) == (1, 1, (), 0)
    assert all_ids(pages(store, search(f"failure:{group.id}"), 7)) == []
    while store.prune(retention, T0 + 31 * DAY_S).more:
        pass
    assert store.failures.groups(T0 + 31 * DAY_S) == []


def test_an_archive_brings_failures_back_into_their_group(store: Store, tmp_path: Path) -> None:
    """They are found and counted no second time."""
    store.commit(arrivals(failing(1, 0, "KeyError('k')")))
    with closing(open_store(str(tmp_path / "other.db"))) as other:
        other.restore(store.archive(EVERYTHING).tasks)
        (group,) = other.failures.groups(T0)
        assert (group.total, group.counts[HOUR_S]) == (0, 0)
        assert all_ids(pages(other, search(f"failure:{group.id}"), 7)) == ["task-1"]


def test_groups_come_newest_first(store: Store) -> None:
    """A limit keeps those that failed last."""
    store.commit(arrivals([event for n in range(9) for event in failing(n, n, f"Error{'x' * n}('no')")]))
    times = [group.last_at for group in store.failures.groups(T0 + 60)]
    assert all(one > other for one, other in pairwise(times))
    assert [group.last_at for group in store.failures.groups(T0 + 60, 2)] == times[:2]
