"""What workers said when they were asked: the newest word of each, and a bounded history."""

from msgspec.structs import replace

from tests.support.events import T0
from umbel.model.inspection import Lists, Look, Point, Pool, Process, Registered, Request, Setup, Summary
from umbel.store.protocols import Retention, Store

DAY_S = 86_400.0
SUMMARY = Summary(
    name="a@x", pid=7, asked_at=T0, answered_at=T0, pool=Pool(kind="prefork", slots=4), counts={"active": 2}
)


def test_the_newest_word_counts(store: Store) -> None:
    """A worker has one summary; its lists and its setup stay until newer ones come."""
    kept = store.inspection
    assert (kept.summaries(), kept.lists("a@x"), kept.setup("a@x"), kept.registered()) == ({}, None, None, {})
    lists = Lists(active=(Request(id="1", args="(1,)"),), total={"add": 2})
    setup = Setup(registered=(Registered(name="add", rate_limit="10/m"),), conf={"timezone": "UTC"})
    other = replace(SUMMARY, name="b@x")
    kept.keep([Look(summary=SUMMARY, lists=lists, setup=setup), Look(summary=other)], T0)
    later = replace(SUMMARY, asked_at=T0 + 5, missed=1)
    kept.keep([Look(summary=later)], T0 + 5)
    assert kept.summaries() == {"a@x": later, "b@x": other}
    assert (kept.lists("a@x"), kept.lists("b@x")) == (lists, None)
    assert (kept.setup("a@x"), kept.setup("b@x")) == (setup, None)
    assert kept.registered() == {"a@x": {"add"}}


def test_points_of_one_step_are_one(store: Store) -> None:
    """Looks within a step are averaged, what was done is added up, of memory the most counts; unknown stays unknown."""
    start = T0 - T0 % 60
    points = [
        Point(at=start, active=1, slots=4, done=5, memory_bytes=100),
        Point(at=start + 4, active=3, slots=4, done=None, memory_bytes=90, load=0.5),
        Point(at=start + 11, active=None, done=7),
    ]
    for point in points:
        store.inspection.keep([Look(summary=SUMMARY, point=point)], T0)
    fine = store.inspection.points("a@x", start, start + 60)
    assert fine == [
        Point(at=start, active=2, slots=4, done=5, memory_bytes=100, load=0.5),
        Point(at=start + 10, done=7),
    ]
    (minute,) = store.inspection.points("a@x", start - DAY_S, start + 60)
    assert (minute.at, minute.active, minute.done, minute.memory_bytes) == (start, 2, 12, 100)
    assert store.inspection.saturation(start) == {"a@x": [minute]}
    assert store.inspection.points("b@x", start, start + 60) == []


def test_history_is_bounded(store: Store) -> None:
    """Fine points go after a day and minutes after a week, some at a call; a long interval has few points."""
    for at in (T0, T0 + 2 * DAY_S, T0 + 8 * DAY_S):
        look = Look(summary=replace(SUMMARY, asked_at=at), point=Point(at=at, active=1))
        store.inspection.keep([look], at)
    assert len(store.inspection.points("a@x", T0 - 60, T0 + 8 * DAY_S)) == 2, "the oldest minute is gone"
    looks = [Look(summary=SUMMARY, point=Point(at=T0 + 2 * DAY_S + n * 60, active=1)) for n in range(3_000)]
    store.inspection.keep(looks, T0 + 8 * DAY_S)
    found = store.inspection.points("a@x", T0 + 2 * DAY_S, T0 + 5 * DAY_S)
    assert 1_000 <= len(found) <= 1_500
    assert [one.at for one in found] == sorted(one.at for one in found)


def test_the_processes_of_a_name(store: Store) -> None:
    """Each restart is remembered, the newest hundred of them."""
    processes = [Process(pid=n, started_at=T0 + n, last_at=T0 + n) for n in range(103)]
    for process in [*processes, replace(processes[-1], last_at=T0 + 500)]:
        store.inspection.keep([Look(summary=SUMMARY, process=process)], T0)
    found = store.inspection.processes("a@x")
    assert [one.pid for one in found] == list(range(3, 103))
    assert found[-1].last_at == T0 + 500


def test_it_goes_with_the_history(store: Store) -> None:
    """A worker that was not asked for as long as history is kept is forgotten, and its points with it."""
    store.inspection.keep([Look(summary=SUMMARY, point=Point(at=T0, active=1))], T0)
    store.prune(Retention(max_age_s=60), T0 + 30)
    assert store.inspection.summaries()
    store.prune(Retention(max_age_s=60), T0 + 90)
    assert (store.inspection.summaries(), store.inspection.points("a@x", T0 - 60, T0 + 60)) == ({}, [])
