"""Rollups are what a recount of the tasks gives, whatever came, in whatever order, however often."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from tests.store.support import NAMES, WORKERS, a_stream, arrivals, in_batches
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.events import TaskEvent
from umbel.model.metrics import NO_FIGURES, By, figures_of
from umbel.model.rollups import Figure, Period
from umbel.model.search import EVERYTHING
from umbel.store.protocols import Retention
from umbel.store.relational import rollups
from umbel.store.relational.rollup_rows import NO_KEY, OTHER, Dimension, sum_of, values_of
from umbel.store.relational.sqlite import SqliteStore

HOUR_AHEAD = 3_600.0
KINDS = (
    "sent",
    "received",
    "started",
    "succeeded",
    "failed",
    "retried",
    "revoked",
    "rejected",
    "cancelled",
    "progress",
)


def written(store: SqliteStore) -> dict[Any, Any]:
    """What the rollups say."""
    return rollups.stored(store._connection)


def recounted(store: SqliteStore) -> dict[Any, Any]:
    """What the tasks say."""
    return rollups.recount(store._connection)


def split(random: Random, events: Sequence[TaskEvent]) -> list[Sequence[TaskEvent]]:
    """Cut into a few small batches."""
    cuts = sorted({0, len(events), *(random.randrange(len(events) + 1) for _ in range(4))})
    return [events[start:end] for start, end in pairwise(cuts)]


@st.composite
def an_event_of_any_task(draw: st.DrawFn) -> TaskEvent:
    """An event of one of a few tasks, in time, much too late, or from a clock that is wrong."""
    kind = draw(st.sampled_from(KINDS))
    opens = kind in ("sent", "received")
    at = draw(st.integers(0, 300)) + draw(st.sampled_from([0.0, 0.0, 0.0, -90_000.0, HOUR_AHEAD, 10.0 * HOUR_AHEAD]))
    return an_event(
        kind,
        uuid=draw(st.sampled_from(["a", "b", "c"])),
        hostname=draw(st.sampled_from(WORKERS)),
        pid=draw(st.integers(1, 2)),
        clock=draw(st.integers(0, 9)),
        timestamp=T0 + at,
        name=draw(st.sampled_from(NAMES)) if opens else None,
        queue=draw(st.sampled_from(["default", None])) if kind == "sent" else None,
        retries=draw(st.integers(0, 2)) if opens else None,
        runtime=draw(st.none() | st.floats(0, 1e6)) if kind == "succeeded" else None,
    )


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store: to copy it takes a tenth of the time of making one."""
    path = tmp_path_factory.mktemp("store") / "umbel.db"
    SqliteStore(path).close()
    return path


@settings(max_examples=150, deadline=None)
@given(events=st.lists(an_event_of_any_task(), min_size=1, max_size=25), random=st.randoms(use_true_random=False))
def test_rollups_are_a_recount_after_anything(empty_file: Path, events: list[TaskEvent], random: Random) -> None:
    """Any permutation, duplication, split and replay, with retries, late events, ends of all kinds and wrong clocks."""
    with TemporaryDirectory() as folder:
        now = [T0 + 300]
        store = SqliteStore(Path(shutil.copy(empty_file, folder)), clock=lambda: now[0])
        stream = [*events, *random.sample(events, len(events) // 3)]
        random.shuffle(stream)
        done: list[Sequence[TaskEvent]] = []
        for batch in split(random, stream):
            now[0] += random.choice([0.2, 30.0, -5.0])
            for one in (batch, *random.sample(done, min(1, len(done)))):
                store.commit(arrivals(one))
                if random.random() < 0.3:
                    store._writer.forget()
            done.append(batch)
            assert written(store) == recounted(store)
        before = written(store)
        store.commit(arrivals(stream))
        assert written(store) == before, "a batch that is committed again changes nothing"
        store.close()


@pytest.mark.parametrize("seed", range(2))
def test_a_busy_stream(sqlite: SqliteStore, seed: int) -> None:
    """Counts by name, queue and worker each add up to the whole, in each minute, hour and day."""
    random = Random(seed)
    for batch in in_batches(random, a_stream(random, 150)):
        sqlite.commit(arrivals(batch))
    found = written(sqlite)
    assert found == recounted(sqlite)
    for (period, dimension, start), tallies in found.items():
        total = found[period, Dimension.TOTAL, start][NO_KEY]
        assert sum_of(tallies.values()) == total, dimension


@pytest.mark.parametrize("seed", range(2))
def test_totals_are_the_sum_of_what_is_stored(sqlite: SqliteStore, seed: int) -> None:
    """Counts of all, how long things took of as many as were asked for, and nothing of other keys."""
    random = Random(seed)
    for batch in in_batches(random, a_stream(random, 150)):
        sqlite.commit(arrivals(batch))
    begin, end = T0 - 2 * 86_400, T0 + 2 * 86_400
    tallies = [
        tally
        for (period, dimension, start), found in written(sqlite).items()
        if period is Period.MINUTE and dimension is Dimension.NAME and begin <= start < end
        for tally in found.items()
    ]
    expected = {key_id: figures_of(sum_of(t for other, t in tallies if other == key_id)) for key_id, _ in tallies}
    whole = sqlite.totals(By.NAME, begin, end)
    assert sorted(map(repr, expected.values())) == sorted(repr(one.figures) for one in whole.sums)
    first, *others = whole.sums
    assert first.figures.run.n > 0
    nothing = NO_FIGURES.run
    counted = tuple(replace(one, figures=replace(one.figures, wait=nothing, run=nothing)) for one in others)
    assert sqlite.totals(By.NAME, begin, end, spreads=1).sums == (first, *counted)
    named = next(one for one in whole.sums if one.key.text is not None)
    assert sqlite.totals(By.NAME, begin, end, keys=[str(named.key.text), "never heard of"]).sums == (named,)


def test_a_commit_that_fails_counts_nothing(sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks and their figures are one transaction: what is killed in its middle leaves neither."""
    sqlite.commit(arrivals(a_task_that_succeeded("before")))
    before = written(sqlite)
    with monkeypatch.context() as patch:
        patch.setattr("umbel.store.relational.journal.write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sqlite.commit(arrivals(a_task_that_succeeded("a", name="new", hostname="new@x")))
    assert written(sqlite) == before == recounted(sqlite)
    sqlite.commit(arrivals(a_task_that_succeeded("a", name="new", hostname="new@x")))
    assert written(sqlite) == recounted(sqlite) != before


def test_what_finds_no_place_is_other(sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first names of a minute have rows, the rest share one; a change finds the row that it is counted in."""
    monkeypatch.setattr(rollups, "KEYS_AT_MOST", 3)
    for number in range(6):
        sqlite.commit(arrivals([received(number, uuid=f"task-{number}", name=f"name-{number}")]))
    minute = (Period.MINUTE, Dimension.NAME, int(T0) // 60 * 60)
    assert len(written(sqlite)[minute]) == 4
    assert written(sqlite)[minute][OTHER].counts[Figure.RECEIVED] == 3
    for number in range(6):
        sqlite.commit(arrivals([an_event("revoked", number + 1, uuid=f"task-{number}")]))
    tallies = written(sqlite)[minute]
    assert sorted(tally.counts[Figure.REVOKED] for tally in tallies.values()) == [1, 1, 1, 3]
    assert tallies[OTHER].counts[Figure.REVOKED] == 3
    monkeypatch.setattr(rollups, "KEYS_AT_MOST", 100)
    sqlite.commit(arrivals([received(0, uuid="task-0", name="name-5"), received(7, uuid="late", name="name-7")]))
    assert sum_of(written(sqlite)[minute].values()) == sum_of(recounted(sqlite)[minute].values())
    assert written(sqlite)[minute].keys() <= tallies.keys(), "what is full stays full: nothing is counted in two rows"


def test_a_clock_that_is_far_ahead_opens_no_other_minute(sqlite: SqliteStore) -> None:
    """Stamps of next year count as of now: at most a minute ahead of our clock, which stands at T0."""
    sqlite.commit(arrivals(a_task_that_succeeded("a", 400 * 86_400.0)))
    starts = {start for period, _, start in written(sqlite) if period is Period.MINUTE}
    assert starts <= {int(T0 + 60) // 60 * 60}


def test_durations_beyond_reason_fit(sqlite: SqliteStore) -> None:
    """What a hostile worker says of its run time breaks no sum."""
    for number, runtime in enumerate((1e300, -1e300, 0.0, 5e-324)):
        events = [received(0, uuid=f"{number}"), an_event("started", 0, uuid=f"{number}")]
        sqlite.commit(arrivals([*events, an_event("succeeded", 1, uuid=f"{number}", runtime=runtime)]))
    assert written(sqlite) == recounted(sqlite)
    days = [
        tallies[NO_KEY]
        for (period, dimension, _), tallies in written(sqlite).items()
        if (period, dimension) == (Period.DAY, Dimension.TOTAL)
    ]
    total = sum_of(days)
    assert (total.counts[Figure.SUCCEEDED], total.run.total) == (4, 4)
    total.run_us = total.wait_us = 2**70
    assert max(values_of(total)[:9]) < 2**63


@pytest.fixture
def an_hour_later(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store whose clock stands an hour after ``T0``."""
    store = SqliteStore(tmp_path / "later.db", clock=lambda: T0 + 3_600)
    yield store
    store.close()


def starts(store: SqliteStore, period: Period) -> set[int]:
    """The minutes, hours or days that are kept."""
    return {start for kind, _, start in written(store) if kind is period}


def prune(store: SqliteStore, now: float) -> int:
    """Prune all figures that are older than ten minutes, three hours and two days; return how many rows went."""
    retention = Retention(by_minute_age_s=600, by_hour_age_s=10_800, by_day_age_s=2 * 86_400)
    gone = 0
    while True:
        pruned = store.prune(retention, now)
        gone += pruned.rollups
        if not pruned.more:
            return gone


def too_old(store: SqliteStore) -> list[int]:
    """How many counts were older than what is kept: of minutes, hours and days."""
    return list(store._connection.exec_driver_sql("SELECT too_old FROM rollup_bound ORDER BY period").scalars())


def test_each_period_is_kept_as_long_as_was_asked(an_hour_later: SqliteStore) -> None:
    """Minutes go first, whole; what is older than the bound is counted as too old and never written in part."""
    sqlite = an_hour_later
    for minute in range(30):
        sqlite.commit(arrivals(a_task_that_succeeded(f"task-{minute}", minute * 60.0)))
    assert len(starts(sqlite, Period.MINUTE)) == 30
    assert prune(sqlite, T0 + 1_800) == 20 * 4
    assert min(starts(sqlite, Period.MINUTE)) == T0 + 1_200
    assert len(starts(sqlite, Period.HOUR)) == len(starts(sqlite, Period.DAY)) == 1
    before = written(sqlite)
    sqlite.commit(arrivals(a_task_that_succeeded("late", 300.0)))
    assert too_old(sqlite) == [3, 0, 0]
    assert {place for place, tallies in written(sqlite).items() if before.get(place) != tallies} == {
        place for place in before if place[0] is not Period.MINUTE
    }
    sqlite.commit(
        arrivals([an_event("started", 300.2, uuid="task-3", clock=5), received(1, uuid="task-2", name="new")])
    )
    kept = {place: tallies for place, tallies in recounted(sqlite).items() if place[2] >= T0 + 1_200 or place[0] > 1}
    assert written(sqlite) == kept, "a task that changes takes nothing back from what is gone"


def test_a_bound_from_a_wrong_clock_is_taken_back(sqlite: SqliteStore) -> None:
    """A clock that stood in the next year for a while does not keep this year's figures out."""
    prune(sqlite, T0 + 400 * 86_400)
    sqlite.commit(arrivals(a_task_that_succeeded("a")))
    assert written(sqlite) == {}
    prune(sqlite, T0)
    sqlite.commit(arrivals(a_task_that_succeeded("b", 1.0)))
    assert len(starts(sqlite, Period.MINUTE)) == len(starts(sqlite, Period.DAY)) == 1


def test_figures_outlive_the_tasks(sqlite: SqliteStore) -> None:
    """Deleting tasks changes no figure, and the names in it are still known."""
    sqlite.commit(arrivals(a_task_that_succeeded("a", name="only.once")))
    before = written(sqlite)
    while sqlite.prune(Retention(max_age_s=60), T0 + 1_000).more:
        pass
    assert sqlite.task("a") is None
    assert written(sqlite) == before
    assert "only.once" in sqlite._connection.exec_driver_sql("SELECT text FROM term").scalars().all()


@pytest.mark.parametrize("keys", [2_000, 1])
def test_a_name_is_known_while_any_figure_tells_of_it(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch, keys: int
) -> None:
    """Also where days go before hours, or a day had no place for it; no other name gets its number."""
    monkeypatch.setattr(rollups, "KEYS_AT_MOST", keys)
    sqlite.commit(arrivals(a_task_that_succeeded("first", -120.0, name="first")))
    sqlite.commit(arrivals(a_task_that_succeeded("a", name="only.once")))
    later = T0 + 1_000 if keys == 1 else T0 + 40 * 86_400
    while sqlite.prune(Retention(max_age_s=60, by_day_age_s=30 * 86_400), later).more:
        pass
    sqlite.commit(arrivals(a_task_that_succeeded("b", -600.0, name="another")))
    told = {one.key.text: one.figures.received for one in sqlite.totals(By.NAME, T0, T0 + 60).sums}
    assert told["only.once"] == 1
    assert set(told.values()) == {1}


def test_an_archive_brings_back_tasks_and_not_their_figures(sqlite: SqliteStore) -> None:
    """They were counted when they happened, and that is still kept; what happens to them from now on is counted."""
    sqlite.commit(arrivals([*a_task_that_succeeded("a"), received(0, uuid="b")]))
    archived = sqlite.archive(EVERYTHING).tasks
    before = written(sqlite)
    while sqlite.prune(Retention(max_age_s=60), T0 + 1_000).more:
        pass
    sqlite.restore(archived)
    sqlite.restore(archived)
    assert written(sqlite) == before
    sqlite.commit(arrivals([an_event("revoked", 1, uuid="b")]))
    sqlite.commit(arrivals([an_event("revoked", 1, uuid="b"), received(0, uuid="b")]))
    sqlite.restore(archived)
    (total,) = sqlite.totals(By.TOTAL, T0, T0 + 60).sums
    assert (total.figures.received, total.figures.succeeded, total.figures.revoked) == (2, 1, 1)


def test_a_task_of_an_archive_counts_once(sqlite: SqliteStore) -> None:
    """What is learnt of it later is added event by event, and what moves takes nothing from others."""
    place = {"uuid": "b", "name": "n"}
    opening = [
        received(0, **place),
        an_event("started", 1, uuid="b"),
        an_event("retried", 2, uuid="b", exception="E()"),
    ]
    sqlite.commit(arrivals(opening))
    archived = sqlite.archive(EVERYTHING).tasks
    while sqlite.prune(Retention(max_age_s=60), T0 + 1_000).more:
        pass
    sqlite.restore(archived)
    for event in (
        received(10, retries=1, clock=4, **place),
        an_event("started", 11, uuid="b", clock=5),
        an_event("retried", 12, uuid="b", clock=6, exception="E()"),
        an_event("sent", -1, queue="late", hostname="gen1@web", **place),
        received(20, retries=2, clock=7, **place),
        an_event("started", 21, uuid="b", clock=8, hostname="other@x"),
        an_event("succeeded", 22, uuid="b", clock=9, hostname="other@x", runtime=1.0),
    ):
        sqlite.commit(arrivals([event]))
        sqlite.commit(arrivals([event]))
    (total,) = sqlite.totals(By.TOTAL, T0 - 60, T0 + 60).sums
    figures = total.figures
    assert (figures.received, figures.started, figures.retried, figures.succeeded) == (1, 1, 2, 1)
    counts = [n for tallies in written(sqlite).values() for tally in tallies.values() for n in tally.counts]
    assert min(counts) == 0
