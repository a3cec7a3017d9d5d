"""Figures are told of the right interval, at the right points, and as unknown where nobody looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.store.contract.conftest import BACKENDS
from tests.store.support import arrivals
from tests.support.events import a_task_that_succeeded, an_event, received
from umbel.model.events import Event
from umbel.model.gaps import Gap, GapKind
from umbel.model.metrics import By, Figures, Key, KeyKind, Series
from umbel.store.protocols import Arrival, BadQuestion, Retention, Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
MINUTE, HOUR, DAY = 60, 3_600, 86_400
ONE, UNKNOWN, TOTAL = KeyKind.ONE, KeyKind.UNKNOWN, KeyKind.TOTAL


class Filled:
    """A store whose clock can be set; ``at`` counts from noon."""

    def __init__(self, open_at: Callable[[Callable[[], float]], Store]) -> None:
        self.now = NOON
        self.store = open_at(lambda: self.now)

    def commit(self, *events: Event) -> None:
        """Store events at the time of the newest one."""
        self.now = max(self.now, *(event.timestamp for event in events))
        self.store.commit([Arrival(event, self.now) for event in events])

    def run(self, name: str, at: float, seconds: float = 1.0, worker: str = "w@x", queue: str | None = None) -> None:
        """Store a task that succeeded; it waited for 2 s."""
        task_id = f"{name}-{at}-{seconds}"
        place = {"uuid": task_id, "hostname": worker, "pid": 1}
        clock = int(at) + 10**6
        events = [
            an_event("received", timestamp=NOON + at, clock=clock, name=name, retries=0, **place),
            an_event("started", timestamp=NOON + at, clock=clock, **place),
            an_event("succeeded", timestamp=NOON + at + seconds, clock=clock, runtime=seconds, **place),
        ]
        if queue is not None:
            sent = {"uuid": task_id, "hostname": "gen1@web", "name": name, "retries": 0, "queue": queue}
            events.append(an_event("sent", timestamp=NOON + at - 2, **sent))
        self.commit(*events)

    def series(self, by: By, since: float, until: float, **more: object) -> Series:
        """Ask in seconds from noon."""
        return self.store.series(by, NOON + since, NOON + until, **more)  # type: ignore[arg-type]  # passed on

    def names(self, since: float, until: float, by: By = By.NAME) -> list[tuple[KeyKind, str | None, int]]:
        """Kind, text and ended of the totals."""
        found = self.store.totals(by, NOON + since, NOON + until)
        return [(one.key.kind, one.key.text, one.figures.ended) for one in found.sums]


@pytest.fixture(params=BACKENDS)
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Filled]:
    """An empty store whose clock stands at noon."""
    one = Filled(partial(BACKENDS[request.param], tmp_path))
    yield one
    one.store.close()


def ended(line: tuple[Figures | None, ...]) -> list[int | None]:
    """How many ended at each point."""
    return [None if point is None else point.ended for point in line]


def test_nothing_is_known_of_an_empty_store(filled: Filled) -> None:
    """No sums, and points that are unknown, not zero."""
    assert filled.store.totals(By.NAME, NOON, NOON + HOUR).sums == ()
    assert filled.series(By.NAME, 0, HOUR).lines == ()
    (line,) = filled.series(By.TOTAL, 0, 5 * MINUTE).lines
    assert (line.key.kind, line.points) == (TOTAL, (None,) * 5)


def test_a_series_counts_minute_by_minute(filled: Filled) -> None:
    """Each thing in the minute in which it happened; a quiet minute is zero, one before the first event unknown."""
    filled.run("a", 0, seconds=90)
    filled.run("b", 200)
    (line,) = filled.series(By.TOTAL, -60, 240).lines
    assert [point and (point.received, point.started, point.ended) for point in line.points] == [
        None,
        (1, 1, 0),
        (0, 0, 1),
        (0, 0, 0),
        (1, 1, 1),
    ]
    found = filled.series(By.TOTAL, -60, 240)
    assert (found.step_s, found.starts[0], len(found.starts)) == (60, NOON - 60, 5)


def test_lines_are_of_the_keys_that_were_asked_for(filled: Filled) -> None:
    """In their order, each once; one that no task ever had is a line of zeros."""
    filled.run("a", 0, queue="one", worker="w1@x")
    filled.run("b", 0, queue="two", worker="w2@x")
    for by, keys in ((By.NAME, ["b", "a", "c", "b"]), (By.QUEUE, ["two", "one", "c"]), (By.WORKER, ["w2@x", "w1@x"])):
        lines = filled.series(by, 0, MINUTE, keys=keys).lines
        assert [(line.key.text, ended(line.points)) for line in lines] == [
            (key, [0 if key == "c" else 1]) for key in dict.fromkeys(keys)
        ]


def test_the_busiest_come_first(filled: Filled) -> None:
    """As many lines as asked for; what no event told is a key of its own."""
    for number in range(6):
        filled.run("often", number)
    for number in range(3):
        filled.run("sometimes", number)
    filled.run("once", 0)
    filled.commit(*[an_event("revoked", uuid=f"u{n}", timestamp=NOON) for n in range(4)])
    lines = filled.series(By.NAME, 0, MINUTE, top=3).lines
    assert [(line.key.kind, line.key.text) for line in lines] == [(ONE, "often"), (ONE, "sometimes"), (UNKNOWN, None)]
    assert filled.names(0, MINUTE) == [
        (ONE, "often", 6),
        (ONE, "sometimes", 3),
        (UNKNOWN, None, 4),
        (ONE, "once", 1),
    ]


def test_figures_of_one_name(filled: Filled) -> None:
    """Counts by outcome, the success rate of what ran, exact means, percentiles within 5 %."""
    for number, seconds in enumerate((1.0, 2.0, 3.0, 10.0)):
        filled.run("a", number, seconds, queue="q")
    place = {"uuid": "bad", "hostname": "w@x", "pid": 1}
    filled.commit(
        an_event("received", timestamp=NOON, clock=1, name="a", retries=0, **place),
        an_event("started", timestamp=NOON, clock=2, **place),
        an_event("retried", timestamp=NOON + 1, clock=3, exception="E()", **place),
        an_event("received", timestamp=NOON + 1, clock=4, name="a", retries=1, **place),
        an_event("started", timestamp=NOON + 2, clock=5, **place),
        an_event("failed", timestamp=NOON + 6, clock=6, exception="E()", **place),
    )
    (one,) = filled.store.totals(By.NAME, NOON, NOON + MINUTE).sums
    found = one.figures
    assert (found.received, found.started, found.succeeded, found.failed, found.retried) == (5, 5, 4, 1, 1)
    assert (found.success_rate, found.run.n, found.wait.n) == (0.8, 5, 4)
    assert found.run.mean_s == pytest.approx((1 + 2 + 3 + 10 + 4) / 5)
    assert found.run.p50_s == pytest.approx(3, rel=0.05)
    assert found.run.p95_s == pytest.approx(10, rel=0.05)
    assert found.wait.mean_s == pytest.approx(2)


def test_totals_hold_their_interval_and_no_more(filled: Filled) -> None:
    """However it lies: of minutes, of whole hours and days, across a day's end, up to now."""
    ats = [-2 * DAY, -DAY, -13 * HOUR, -HOUR - 1, -HOUR, -61, -60, -1, 0]
    filled.now = NOON - 2 * DAY
    for at in ats:
        filled.run("a", at, seconds=0.5)
    for since in (*ats, -90 * MINUTE):
        for until in (*ats, 30):
            if since < until:
                start, end = since // 60 * 60, -(-until // 60) * 60
                found = sum(n for _, _, n in filled.names(since, until))
                assert found == sum(start <= at < end for at in ats), (since, until)


def test_a_coarser_series_adds_up(filled: Filled) -> None:
    """Whatever the step, a series of an interval holds what happened in it."""
    filled.now = NOON - DAY
    for hour in range(-24, 0):
        filled.run("a", hour * HOUR + 600)
        filled.run("a", hour * HOUR + 900)
    for step_s, points in ((300, 288), (900, 96), (HOUR, 24), (6 * HOUR, 4), (DAY, 2)):
        (line,) = filled.series(By.NAME, -DAY, 0, keys=["a"], step_s=step_s).lines
        assert (len(line.points), sum(n or 0 for n in ended(line.points))) == (points, 48)


def test_points_that_were_not_seen_are_unknown(filled: Filled) -> None:
    """In a gap nothing is known but what came later; gaps of single workers hide nothing, however many."""
    filled.run("a", 0)
    filled.run("a", 600)
    filled.run("a", 350)
    filled.store.keep_gaps(
        [
            Gap(kind=GapKind.LINK, since=NOON + 90, until=NOON + 250, reason="the link was lost"),
            Gap(kind=GapKind.STOPPED, since=NOON + 240, until=NOON + 420, reason="Umbel was stopped"),
            Gap(kind=GapKind.WORKER, since=NOON + 420, until=NOON + 500, reason="it did more", worker="w@x"),
            *(
                Gap(kind=GapKind.WORKER, since=NOON + 421, until=NOON + 500, reason="x", worker=f"{n}")
                for n in range(1_000)
            ),
        ]
    )
    (line,) = filled.series(By.TOTAL, 0, 660).lines
    assert ended(line.points) == [1, 0, None, None, None, 1, None, 0, 0, 0, 1]
    (line,) = filled.series(By.TOTAL, 600, 900).lines
    assert ended(line.points)[-1] is None, "nobody has looked that far yet"


def test_a_quiet_week_is_no_week_away(filled: Filled) -> None:
    """Where no minute with figures is kept any more, the days still tell that Umbel was there."""
    filled.run("a", 0)
    filled.now = NOON + 8 * DAY
    filled.store.note_seen(filled.now)
    while filled.store.prune(Retention(), filled.now).more:
        pass
    (line,) = filled.series(By.TOTAL, 8 * DAY - HOUR, 8 * DAY, step_s=60).lines
    assert ended(line.points) == [0] * 60
    (line,) = filled.series(By.TOTAL, -HOUR, 2 * HOUR, step_s=3_600).lines
    assert ended(line.points) == [None, 1, 0]


def test_what_is_gone_is_unknown(filled: Filled) -> None:
    """When minutes are kept no longer, their hours answer; when these are gone, too, the points are unknown."""
    filled.run("a", 0)
    filled.now = NOON + 10 * DAY
    filled.run("b", 10 * DAY)
    retention = Retention(by_minute_age_s=DAY, by_hour_age_s=20 * DAY)
    while filled.store.prune(retention, filled.now).more:
        pass
    (line,) = filled.series(By.TOTAL, 0, HOUR, step_s=60).lines
    assert set(line.points) == {None}
    found = filled.series(By.TOTAL, 0, HOUR)
    assert (found.step_s, ended(found.lines[0].points)) == (HOUR, [1])
    totals = filled.store.totals(By.NAME, NOON + 60, NOON + 120)
    assert (totals.since, totals.until) == (NOON, NOON + HOUR)
    assert [one.key for one in totals.sums] == [Key(kind=ONE, text="a")]


@pytest.mark.parametrize(
    ("since", "until", "more"),
    [
        (10, 10, {}),
        (10, 0, {}),
        (0, 60, {"step_s": 7}),
        (0, 3 * DAY, {"step_s": 60}),
        (0, 60, {"keys": [str(n) for n in range(51)]}),
    ],
)
def test_what_cannot_be_asked(filled: Filled, since: float, until: float, more: dict[str, object]) -> None:
    """Nothing, backwards, an odd step, too many points, too many lines: each is refused with its reason."""
    with pytest.raises(BadQuestion):
        filled.series(By.NAME, since, until, **more)
    if until <= since:
        with pytest.raises(BadQuestion):
            filled.store.totals(By.NAME, NOON + since, NOON + until)


def test_two_thousand_names(filled: Filled) -> None:
    """Each has its own row; their totals and the busiest of them are one question each."""
    events = [received(0, uuid=f"t{n}", name=f"job.{n}", timestamp=NOON) for n in range(2_000)]
    filled.commit(*events, *[received(0, uuid=f"again{n}", name="job.77", timestamp=NOON) for n in range(3)])
    found = filled.store.totals(By.NAME, NOON, NOON + HOUR)
    assert (len(found.sums), found.sums[0].key.text, found.cut) == (2_000, "job.77", False)
    assert filled.series(By.NAME, 0, DAY, top=1).lines[0].key.text == "job.77"


def test_replay_changes_nothing(filled: Filled) -> None:
    """The same batch again leaves every figure as it is."""
    events = arrivals(a_task_that_succeeded("a"))
    filled.now = events[0].at
    filled.store.commit(events)
    before = filled.store.totals(By.NAME, events[0].at - DAY, events[0].at + DAY)
    filled.store.commit(events)
    assert filled.store.totals(By.NAME, events[0].at - DAY, events[0].at + DAY) == before
