"""What a task adds to the figures of its minutes, told a second time without any haste."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, strategies as st

from umbel.model.histogram import Histogram
from umbel.model.rollups import NOTHING, Figure, Share, Tally, share_of, step, tallies_of
from umbel.model.tasks import State

NOON = 1_795_262_400.0
OUTCOMES = {
    State.SUCCESS: Figure.SUCCEEDED,
    State.FAILURE: Figure.FAILED,
    State.REVOKED: Figure.REVOKED,
    State.REJECTED: Figure.REJECTED,
}
instants = st.none() | st.floats(NOON - 400, NOON + 4_000) | st.sampled_from([NOON, NOON + 59.999, NOON + 60, -5.0])
durations = st.none() | st.floats(0, 1e5) | st.sampled_from([0.0, -1.0, 1e300])
tasks = st.builds(
    dict[str, Any],
    state=st.sampled_from([*State, "CUSTOM"]),
    sent_at=instants,
    received_at=instants,
    started_at=instants,
    finished_at=instants,
    runtime_s=durations,
    wait_s=durations,
    heard_at=st.floats(NOON, NOON + 300),
    retried_at=st.lists(st.floats(NOON - 400, NOON + 4_000), max_size=3).map(tuple),
)
TIMES = ("sent_at", "received_at", "started_at", "finished_at", "runtime_s", "wait_s", "heard_at")


def share(task: dict[str, Any]) -> Share:
    """What the code says that a task adds."""
    return share_of(str(task["state"]), tuple(task[name] for name in TIMES), task["retried_at"])


def expected(task: dict[str, Any]) -> Counter[tuple[int, Figure]]:
    """What a task adds, by minute and figure."""
    marks = [(task["sent_at"] if task["received_at"] is None else task["received_at"], Figure.RECEIVED)]
    marks.append((task["started_at"], Figure.STARTED))
    if task["state"] in OUTCOMES:
        at = task["heard_at"] if task["finished_at"] is None else task["finished_at"]
        marks.append((at, OUTCOMES[task["state"]]))
    marks += [(at, Figure.RETRIED) for at in task["retried_at"]]
    latest = task["heard_at"] + 60
    return Counter((max(0, int(min(at, latest)) // 60), figure) for at, figure in marks if at is not None)


def counted(tallies: dict[int, Tally]) -> Counter[tuple[int, Figure]]:
    """The same of tallies."""
    return Counter(
        {
            (minute, figure): tally.counts[figure]
            for minute, tally in tallies.items()
            for figure in Figure
            if tally.counts[figure]
        }
    )


def durations_of(some: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """How long the tasks waited and ran that are to be in a histogram."""
    waits = [task["wait_s"] for task in some if task["started_at"] is not None and task["wait_s"] is not None]
    runs = [task["runtime_s"] for task in some if task["state"] in OUTCOMES and task["runtime_s"] is not None]
    return waits, runs


@given(st.lists(tasks, max_size=8))
def test_every_figure_counts_in_its_minute(some: list[dict[str, Any]]) -> None:
    """Counts, histograms and sums are those of the tasks, however many there are."""
    tallies = tallies_of([share(task) for task in some])
    assert counted(tallies) == sum(map(expected, some), Counter())
    waits, runs = durations_of(some)
    assert sum((tally.wait for tally in tallies.values()), Histogram()) == Histogram.of(waits)
    assert sum((tally.run for tally in tallies.values()), Histogram()) == Histogram.of(runs)
    for found, exact in (
        (sum(tally.wait_us for tally in tallies.values()), waits),
        (sum(tally.run_us for tally in tallies.values()), runs),
    ):
        assert abs(found / 1e6 - sum(min(max(0.0, one), 3.2e8) for one in exact)) <= 1e-6 * max(1, len(exact))


@given(st.lists(tasks), st.lists(tasks))
def test_what_is_taken_back_leaves_nothing(kept: list[dict[str, Any]], gone: list[dict[str, Any]]) -> None:
    """Not even an empty minute."""
    shares, others = [share(task) for task in kept], [share(task) for task in gone]
    assert tallies_of([*shares, *others], others) == tallies_of(shares)


@given(tasks, tasks)
def test_a_step_is_the_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Where it says something, it is what was missing, and nothing has to be taken back."""
    was, now = share(old), share({**old, **{name: new[name] for name in ("state", "finished_at", "runtime_s")}})
    for before, after in ((was, now), (NOTHING, now), (was, was), (share(new), was)):
        more = step(before, after)
        if more is not None:
            assert tallies_of([before, more]) == tallies_of([after])
    assert step(NOTHING, now) == now


def test_what_is_not_counted_adds_nothing() -> None:
    """A task that nobody heard of by our clock came from an archive, or from before there were figures."""
    times = (NOON, NOON, NOON, NOON, 1.0, 1.0, None)
    assert share_of("SUCCESS", times, (NOON,)) == NOTHING
    assert tallies_of([NOTHING]) == {}
