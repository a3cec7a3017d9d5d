"""One look tells what is lost, how far behind the store is, and the last minutes; its memory has a bound."""

import pytest

from tests.support.clock import ManualClock
from tests.support.events import a_heartbeat, an_event
from umbel.ingest.accounting import FORGET_S, MAX_PROCESSES, MAX_WORKERS, WINDOW_S, Accounting, WorkerAccount
from umbel.ingest.series import STEP_S, Spread, Totals
from umbel.model.events import Event
from umbel.store.protocols import Arrival


class Rig:
    """An accounting whose clock and totals a test sets. Events are stamped with the time since the start."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.began = self.clock()
        self.totals = Totals()
        self.accounting = Accounting(self.clock, lambda: self.totals)
        self.ticks = 0

    def receive(self, *events: Event) -> None:
        """Let events come now."""
        self.accounting.note_received(events, self.clock())

    def beat(self, processed: int, **fields: object) -> None:
        """Let a heartbeat come, two seconds after the last one, stamped when it comes unless it says otherwise."""
        self.clock.forward(2.0)
        self.ticks += 1
        given = {"timestamp": self.clock(), "clock": self.ticks * 1_000, "processed": processed}
        self.receive(a_heartbeat(**{**given, **fields}))

    def start(self, tasks: int, **fields: object) -> None:
        """Let the starts of tasks come that the next heartbeat has counted."""
        stamps = {"timestamp": self.clock(), **fields}
        self.receive(*(an_event("started", **{"clock": self.ticks * 1_000 + n + 1, **stamps}) for n in range(tasks)))

    def commit(self, *ages_s: float, took_s: float = 0.01, **fields: object) -> None:
        """Let events be committed that happened so long ago and arrived just now."""
        now = self.clock()
        arrivals = [Arrival(an_event("sent", **{"timestamp": now - age_s, **fields}), now) for age_s in ages_s]
        self.accounting.note_commit(arrivals, took_s, now)

    def worker(self, name: str = "default@app-01") -> WorkerAccount:
        """What is told of a worker."""
        return next(one for one in self.accounting.read().workers if one.name == name)


def test_a_worker_is_measured_by_its_heartbeats() -> None:
    """Ten of a hundred events that did not come are ten percent, since the start and within the window."""
    rig = Rig()
    rig.beat(0)
    rig.start(1)
    rig.beat(1)
    rig.start(90)
    for _ in range(3):
        rig.beat(101)
    told = rig.worker()
    assert (told.state, told.expected, told.lost) == ("measured", 100, 10)
    assert (told.window_expected, told.window_lost, told.loss_ratio) == (100, 10, 0.1)

    rig.clock.forward(WINDOW_S)
    for _ in range(3):
        rig.beat(101)
    told = rig.worker()
    assert (told.lost, told.window_expected, told.window_lost, told.loss_ratio) == (10, 0, 0, None)


def test_without_heartbeats_nothing_can_be_compared() -> None:
    """Tasks of a worker with ``--without-heartbeat`` are seen; whether all of them, nobody can say."""
    rig = Rig()
    rig.start(5)
    assert rig.worker().state == "waiting"
    rig.clock.forward(60)
    rig.start(5)
    assert (rig.worker().state, rig.worker().expected) == ("no_heartbeats", 0)


def test_a_worker_without_events_is_told_apart() -> None:
    """Its count grows and no event comes: that is no loss."""
    rig = Rig()
    for processed in (5, 10, 20, 30):
        rig.beat(processed)
    assert (rig.worker().state, rig.worker().lost) == ("no_task_events", 0)


def test_a_heartbeat_that_answers_a_broadcast_tells_no_count() -> None:
    """Such a one proves life and nothing else."""
    rig = Rig()
    rig.receive(a_heartbeat(active=None, processed=None))
    assert (rig.worker().state, rig.worker().processes) == ("waiting", 0)


def test_processes_that_went_stay_in_the_sums() -> None:
    """A worker that is restarted again and again keeps its loss and a bounded number of processes."""
    rig = Rig()
    for pid in range(10):
        rig.beat(0, pid=pid)
        rig.start(1, pid=pid)
        rig.beat(1, pid=pid)
        rig.start(4, pid=pid)
        for _ in range(3):
            rig.beat(6, pid=pid)
    told = rig.worker()
    assert (told.expected, told.lost, told.processes) == (50, 10, MAX_PROCESSES)


def test_names_without_end_take_no_memory_without_end() -> None:
    """Whoever publishes under ever new names pushes out those that were not heard for the longest time."""
    rig = Rig()
    for number in range(MAX_WORKERS + 10):
        rig.receive(a_heartbeat(hostname=f"w{number}"))
    names = {one.name for one in rig.accounting.read().workers}
    assert len(names) == MAX_WORKERS
    assert "w9" not in names
    rig.clock.forward(FORGET_S + 1)
    assert rig.accounting.read().workers == ()


@pytest.mark.parametrize("offset_s", [3_600.0, -3_600.0, 0.4, 0.0])
def test_a_wrong_clock_is_told_and_makes_no_lag(offset_s: float) -> None:
    """A worker whose clock is an hour off does not make Umbel an hour late."""
    rig = Rig()
    rig.beat(0, timestamp=rig.clock() + 2.0 - offset_s)
    rig.commit(offset_s + 0.5, hostname="default@app-01")
    assert rig.worker().clock_offset_s == pytest.approx(offset_s)
    lag_s = rig.accounting.read().lag_s
    assert lag_s is not None
    assert lag_s <= 1.0


def test_lag_and_commit_time_are_of_the_last_minute() -> None:
    """The median and the 99th percentile, within a tenth of the exact ones, and unknown once nothing comes."""
    rig = Rig()
    rig.commit(*[0.2] * 95, *[4.0] * 5, took_s=0.02)
    account = rig.accounting.read()
    assert account.lag_s == pytest.approx(0.2, rel=0.11)
    assert account.lag_p99_s == pytest.approx(4.0, rel=0.11)
    assert account.commit_s == pytest.approx(0.02, rel=0.11)
    rig.clock.forward(90)
    assert (rig.accounting.read().lag_s, rig.accounting.read().commit_p99_s) == (None, None)


def test_the_last_minutes_in_steps() -> None:
    """Each step has its rates; steps in which nothing happened are there and empty."""
    rig = Rig()
    rig.totals = Totals(events=50, committed=40, dropped=1, buffered=9)
    rig.commit(0.1)
    rig.clock.forward(3 * STEP_S)
    rig.totals = Totals(events=50, committed=50, dropped=1)
    points = rig.accounting.read().points
    assert [(point.events_per_s, point.committed_per_s, point.dropped) for point in points] == [
        (10.0, 8.0, 1),
        (0.0, 0.0, 0),
        (0.0, 0.0, 0),
    ]
    assert [point.lag_s is None for point in points] == [False, True, True]
    rig.clock.forward(100 * STEP_S)
    assert len(rig.accounting.read().points) <= WINDOW_S / STEP_S


def test_drops_are_of_the_window() -> None:
    """What was dropped long ago is history, not a reason to doubt what is shown now."""
    rig = Rig()
    rig.totals = Totals(events=100, dropped=10, malformed=3)
    assert (rig.accounting.read().window.dropped, rig.accounting.read().window.malformed) == (10, 3)
    for _ in range(70):
        rig.clock.forward(STEP_S)
        rig.accounting.read()
    account = rig.accounting.read()
    assert (account.window.dropped, account.totals.dropped) == (0, 10)


def test_a_clock_that_is_set_back_breaks_nothing() -> None:
    """Ours may be corrected too."""
    rig = Rig()
    rig.commit(0.1)
    rig.clock.forward(-3_600)
    rig.beat(3)
    rig.commit(0.1)
    assert rig.accounting.read().lag_s is not None
    rig.clock.forward(1e9)
    assert rig.accounting.read().points is not None


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99, 1.0])
def test_quantiles_are_within_a_tenth(share: float) -> None:
    """From a tenth of a millisecond to a day."""
    values = [0.0001 * 1.07**n for n in range(300)]
    spread = Spread()
    spread.add(values)
    exact = sorted(values)[max(0, round(share * len(values)) - 1)]
    assert spread.quantile(share) == pytest.approx(exact, rel=0.11)
