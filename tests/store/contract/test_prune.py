"""Retention deletes the oldest, in slices, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from tests.store.support import all_ids, arrivals, pages, search
from tests.support.events import T0, a_heartbeat, a_task_that_succeeded, an_event, received
from umbel.model.search import EVERYTHING
from umbel.store.protocols import Archived, Pruned, Retention, Store
from umbel.store.registry import open_store


def finished(store: Store, tasks: int, at: float = 0.0, prefix: str = "task", **fields: str) -> None:
    """Store tasks that have ended, which arrived ``at`` seconds after ``T0``."""
    events = [event for n in range(tasks) for event in a_task_that_succeeded(f"{prefix}-{n}", n, **fields)]
    store.commit(arrivals(events, at=at))


def prune_all(store: Store, retention: Retention, now: float = 0.0) -> Pruned:
    """Prune until nothing is due; the sum of all slices."""
    tasks = journal = terms = 0
    while True:
        pruned = store.prune(retention, T0 + now)
        tasks, journal, terms = tasks + pruned.tasks, journal + pruned.journal, terms + pruned.terms
        if not pruned.more:
            return Pruned(tasks=tasks, journal=journal, terms=terms)


def left(store: Store) -> list[str]:
    """The ids that are left, oldest first."""
    return all_ids(pages(store, EVERYTHING, 1_000, descending=False))


def test_without_a_bound_nothing_goes(store: Store) -> None:
    """The default keeps all tasks."""
    finished(store, 5)
    assert prune_all(store, Retention(), 10**9).tasks == 0


def test_by_age(store: Store) -> None:
    """What arrived longer ago goes, finished or not; what has just come stays."""
    store.commit(arrivals([received(0, uuid="old")], at=0))
    finished(store, 2, at=1, prefix="aged")
    finished(store, 2, at=50, prefix="young")
    assert prune_all(store, Retention(max_age_s=60), 100).tasks == 3
    assert left(store) == ["young-0", "young-1"]


def test_by_count(store: Store) -> None:
    """The newest stay; a task that is not finished stays whatever its place, and is not one of the number."""
    store.commit(arrivals([received(0, uuid="unfinished")]))
    finished(store, 1_000)
    assert prune_all(store, Retention(max_tasks=10)).tasks == 990
    assert left(store) == ["unfinished", *(f"task-{n}" for n in range(990, 1_000))]


def test_a_queue_of_waiting_tasks_takes_no_history(store: Store) -> None:
    """However many wait, as many finished ones are kept as were asked for."""
    finished(store, 5)
    store.commit(arrivals(received(n, uuid=f"waits-{n}") for n in range(20)))
    assert prune_all(store, Retention(max_tasks=5)).tasks == 0
    assert prune_all(store, Retention(max_tasks=3)).tasks == 2
    assert len(left(store)) == 23


def test_only_unfinished_tasks_left(store: Store) -> None:
    """Where nothing may go, pruning ends and says that it is done."""
    store.commit(arrivals(received(n, uuid=f"task-{n}") for n in range(20)))
    assert store.prune(Retention(max_tasks=5), T0) == Pruned()
    assert len(left(store)) == 20


def test_by_bytes(store: Store) -> None:
    """The oldest go until what is left fits."""
    finished(store, 2_000, args="x" * 1_000)
    size = store.size_bytes()
    assert size is not None
    pruned = prune_all(store, Retention(max_bytes=1_500_000))
    assert 500 < pruned.tasks < 2_000
    assert left(store)[-1] == "task-1999"


def test_by_bytes_the_journal_goes_first(store: Store) -> None:
    """What followers no longer need gives way before the history does; the newest batches stay."""
    for n in range(200):
        store.commit(arrivals(received(n, uuid=f"{n}-{'x' * 200}-{m}") for m in range(20)))
    assert store.prune(Retention(max_bytes=1), T0 + 1).journal == 50
    prune_all(store, Retention(max_bytes=1), 1)
    assert store.journal_span().newest - store.journal_span().oldest == 99
    assert len(left(store)) == 4_000, "unfinished tasks are never deleted for room"


def test_a_task_that_ended_late_goes_in_the_next_run(store: Store) -> None:
    """What was spared because it was not finished is looked at again."""
    store.commit(arrivals([received(0, uuid="slow")]))
    finished(store, 10)
    prune_all(store, Retention(max_tasks=5))
    store.commit(arrivals(a_task_that_succeeded("slow")))
    prune_all(store, Retention(max_tasks=4))
    assert left(store) == [f"task-{n}" for n in range(6, 10)]


def test_a_wrong_clock_does_not_stop_retention(store: Store) -> None:
    """Tasks that arrived while our clock was ahead do not keep the older ones behind them."""
    finished(store, 3, at=1_000, prefix="ahead")
    finished(store, 3, at=0, prefix="old")
    prune_all(store, Retention(max_age_s=60), 100)
    assert left(store) == ["ahead-0", "ahead-1", "ahead-2"]


def test_the_tightest_bound_wins(store: Store) -> None:
    """Age, count and bytes hold at once."""
    finished(store, 10, at=0, prefix="old")
    finished(store, 10, at=50, prefix="new")
    prune_all(store, Retention(max_age_s=60, max_tasks=4, max_bytes=10**9), 100)
    assert left(store) == [f"new-{n}" for n in range(6, 10)]


def test_what_was_pruned_is_forgotten_by_every_question(store: Store) -> None:
    """Lookups, lists and counts agree, and later events of it start a record anew."""
    store.commit(arrivals([received(0, uuid="lost")]))
    prune_all(store, Retention(max_age_s=10), 100)
    assert (store.task("lost"), store.list(search("lost")).tasks, store.counts()) == (None, (), [])
    store.commit(arrivals(a_task_that_succeeded("lost"), at=200))
    task = store.task("lost")
    assert task is not None
    assert task.state == "SUCCESS"
    assert left(store) == ["lost"]


def test_a_slice_says_whether_more_is_due(store: Store) -> None:
    """A slice is small; calling again while ``more`` is true gets all."""
    finished(store, 30_000)
    slices = [store.prune(Retention(max_tasks=0), T0)]
    while slices[-1].more:
        slices.append(store.prune(Retention(max_tasks=0), T0))
    assert sum(pruned.tasks for pruned in slices) == 30_000
    assert left(store) == []


def test_workers_that_were_not_seen_for_long_go_too(store: Store) -> None:
    """A worker's name is often made up at its start: without an end they would pile up."""
    store.commit(arrivals([a_heartbeat(hostname="gone@x")], at=0))
    store.commit(arrivals([a_heartbeat(hostname="here@x")], at=90))
    prune_all(store, Retention(max_age_s=60), 100)
    assert [worker.name for worker in store.workers()] == ["here@x"]


def ended(store: Store, tasks: int, how: str, at: float = 0.0) -> None:
    """Store tasks that ended in this way."""
    events = [
        event
        for n in range(tasks)
        for event in (received(n, uuid=f"{how}-{n}"), an_event(how, n + 1.0, uuid=f"{how}-{n}"))
    ]
    store.commit(arrivals(events, at=at))


def kinds(store: Store) -> dict[str, int]:
    """How many tasks are left in which state."""
    return {state: n for count in store.counts() for state, n in count.by_state.items()}


def test_by_state(store: Store) -> None:
    """A state with an age of its own goes by that one; the others go by the common one."""
    for how in ("failed", "succeeded", "revoked"):
        ended(store, 3, how)
    store.commit(arrivals([received(0, uuid="open")]))
    ages = Retention(max_age_s=50, max_age_s_by_state={"SUCCESS": 10, "FAILURE": 100})
    assert kinds(store) == {"FAILURE": 3, "SUCCESS": 3, "REVOKED": 3, "RECEIVED": 1}
    assert prune_all(store, ages, 11).tasks == 3
    assert kinds(store) == {"FAILURE": 3, "REVOKED": 3, "RECEIVED": 1}
    prune_all(store, ages, 51)
    assert kinds(store) == {"FAILURE": 3}
    prune_all(store, ages, 101)
    assert kinds(store) == {}


def test_a_state_that_is_kept_for_ever(store: Store) -> None:
    """No age of its own is an answer, too: it outlasts the common one."""
    ended(store, 3, "failed")
    ended(store, 3, "succeeded")
    prune_all(store, Retention(max_age_s=50, max_age_s_by_state={"FAILURE": None}), 10**6)
    assert kinds(store) == {"FAILURE": 3}


def test_what_stays_is_not_in_the_way(store: Store) -> None:
    """Behind thousands of tasks that are kept longer, the others still go; so do late comers, in time."""
    ended(store, 3_000, "failed")
    store.commit(arrivals([received(0, uuid="late")]))
    ended(store, 3_000, "succeeded", at=20)
    ages = Retention(max_age_s_by_state={"SUCCESS": 10})
    assert prune_all(store, ages, 25).tasks == 0
    assert prune_all(store, ages, 31).tasks == 3_000
    store.commit(arrivals([an_event("succeeded", 40, uuid="late")], at=40))
    ended(store, 10, "succeeded", at=41)
    assert prune_all(store, ages, 60).tasks == 10, "what ended late waits for the look of the day"
    assert prune_all(store, ages, 2 * 86_400).tasks == 1
    assert kinds(store) == {"FAILURE": 3_000}


def old_ones(folder: Path, tasks: int) -> list[Archived]:
    """Return an archive of tasks that arrived ten days before ``T0``, half of them failed."""
    with closing(open_store(str(folder / "other.db"), clock=lambda: T0)) as other:
        ended(other, tasks // 2, "failed", at=-10 * 86_400)
        ended(other, tasks // 2, "succeeded", at=-10 * 86_400)
        return list(other.archive(EVERYTHING, limit=tasks).tasks)


def test_what_was_imported_goes_by_its_age(open_again: Callable[[], Store], tmp_path: Path) -> None:
    """Old tasks that came behind thousands of young ones go in the next run, whoever has brought them."""
    server, importer = open_again(), open_again()
    ages = Retention(max_age_s=86_400)
    finished(server, 2_500, prefix="young")
    assert prune_all(server, ages, 60).tasks == 0
    importer.restore(old_ones(tmp_path, 20))
    finished(server, 2_500, prefix="younger")
    assert prune_all(server, ages, 120).tasks == 20
    assert kinds(server) == {"SUCCESS": 5_000}
    server.restore(old_ones(tmp_path, 20))
    assert prune_all(open_again(), ages, 180).tasks == 20, "a server that starts walks all"


def test_what_was_imported_goes_by_the_age_of_its_state(store: Store, tmp_path: Path) -> None:
    """Behind young tasks, too, each state has its own age; what waited longer goes first."""
    finished(store, 2_500, prefix="young")
    store.restore(old_ones(tmp_path, 20))
    ages = Retention(max_age_s=86_400, max_age_s_by_state={"FAILURE": 11 * 86_400})
    assert prune_all(store, ages, 60).tasks == 10
    assert kinds(store) == {"SUCCESS": 2_500, "FAILURE": 10}
    for_ever = Retention(max_age_s=86_400, max_age_s_by_state={"FAILURE": None})
    assert prune_all(store, for_ever, 2 * 86_400).tasks == 2_500
    assert prune_all(store, ages, 4 * 86_400).tasks == 10


def test_texts_that_no_task_uses_are_forgotten(store: Store) -> None:
    """Names, workers and queues go with their last task and the figures of it, and only then; they may come again."""
    finished(store, 700, prefix="old", name="old.name", hostname="old@x")
    for n in range(600):
        store.commit(arrivals(a_task_that_succeeded(f"made-up-{n}", n, name=f"made.up_{n}")))
    store.commit(arrivals([an_event("sent", 0, uuid="new", name="new.name", queue="new", hostname="gen1@x")], at=90))
    assert prune_all(store, Retention(max_age_s=60), 100).terms == 0, "the figures of that day still name them"
    no_days = Retention(max_age_s=2 * 86_400, by_day_age_s=60)
    assert prune_all(store, no_days, 86_400).terms == 0, "the figures of its minutes still do"
    no_figures = replace(no_days, by_minute_age_s=60, by_hour_age_s=60)
    assert prune_all(store, no_figures, 86_400).terms == 602
    assert [(count.name, count.by_state) for count in store.counts()] == [("new.name", {"PENDING": 1})]
    assert len(store.list(search("queue:new")).tasks) == 1
    finished(store, 1, prefix="again", name="old.name")
    assert len(store.list(search("name:old.name")).tasks) == 1
