"""Loss is told when a worker counted tasks whose events did not come, and never otherwise."""

import random

import pytest
from hypothesis import given, settings, strategies as st

from umbel.ingest.loss import SILENT_TASKS, ProcessLoss


class Rig:
    """A worker process as it counts, and what of its events arrives."""

    def __init__(self, loss: ProcessLoss | None = None) -> None:
        self.loss = loss or ProcessLoss()
        self.processed = 0
        self.clock = 0
        self.stamp = 1.0

    def run(self, tasks: int, arriving: int | None = None) -> None:
        """Run tasks; the events of ``arriving`` of them come, of all by default."""
        for number in range(tasks):
            self.processed += 1
            self.clock += 1
            if arriving is None or number < arriving:
                self.loss.started(self.clock)

    def beat(self, times: int = 1) -> None:
        """Send a heartbeat that arrives."""
        for _ in range(times):
            self.clock += 1
            self.stamp += 2.0
            self.loss.heartbeat(self.processed, self.clock, self.stamp)

    def restart(self) -> None:
        """Begin at 0 with the same pid."""
        self.processed = self.clock = 0


def warmed() -> Rig:
    """A worker that is compared already."""
    rig = Rig()
    rig.beat()
    rig.run(1)
    rig.beat()
    assert rig.loss.is_measured
    return rig


def told(rig: Rig) -> tuple[int, int]:
    """What is expected and lost once two more heartbeats have come."""
    rig.beat(3)
    return rig.loss.expected, rig.loss.lost


def test_nothing_lost() -> None:
    """When every event comes, nothing is lost."""
    rig = warmed()
    for _ in range(10):
        rig.run(50)
        rig.beat()
    assert told(rig) == (500, 0)


def test_what_did_not_come_is_lost() -> None:
    """Each task without its event counts as one, whichever it was."""
    rig = warmed()
    for _ in range(10):
        rig.run(50, arriving=45)
        rig.beat()
    assert told(rig) == (500, 50)


def test_events_in_flight_are_not_lost() -> None:
    """Events that were sent before a heartbeat and come behind it belong before it."""
    rig = warmed()
    for _ in range(5):
        rig.processed += 20
        sent = [rig.clock + number for number in range(1, 21)]
        rig.clock += 20
        rig.beat()
        for clock in sent:
            rig.loss.started(clock)
    assert told(rig) == (100, 0)


def test_a_lost_heartbeat_changes_nothing() -> None:
    """The next one tells the same."""
    rig = warmed()
    for number in range(10):
        rig.run(50, arriving=48)
        if number % 3 == 0:
            rig.beat()
    assert told(rig) == (500, 20)


def test_what_ran_before_events_were_switched_on_is_not_lost() -> None:
    """A worker without ``-E`` has a count and no events; from the first event on it is compared."""
    rig = Rig()
    rig.run(100, arriving=0)
    rig.beat(2)
    rig.run(100, arriving=0)
    rig.beat(3)
    assert rig.loss.is_silent
    assert told(rig) == (0, 0)

    rig.run(10)
    rig.beat()
    rig.run(30)
    assert told(rig) == (30, 0)
    assert not rig.loss.is_silent


def test_an_idle_worker_is_not_silent() -> None:
    """Whoever runs nothing has no events to send, whatever it did before we came."""
    rig = Rig()
    rig.run(500, arriving=0)
    rig.beat(10)
    assert not rig.loss.is_silent
    assert not rig.loss.is_measured


def test_events_that_were_switched_off_are_not_lost() -> None:
    """Many tasks and not one event of them: nobody sends any. The loss of before stays."""
    rig = warmed()
    rig.run(100, arriving=90)
    rig.beat(3)
    rig.run(5)
    rig.beat(3)
    for _ in range(4):
        rig.run(SILENT_TASKS, arriving=0)
        rig.beat()
    assert rig.loss.is_silent
    assert told(rig) == (105, 10)

    rig.run(1)
    rig.beat()
    rig.run(20, arriving=18)
    assert told(rig) == (125, 12)


def test_a_restart_begins_anew() -> None:
    """A count that falls back is another process, even with the same pid, and what it had lost stays lost."""
    rig = warmed()
    rig.run(100, arriving=90)
    rig.beat(3)
    rig.restart()
    rig.beat()
    rig.run(3)
    rig.beat()
    rig.run(50)
    assert told(rig) == (150, 10)


def test_repeats_do_not_hide_a_loss() -> None:
    """A broker that delivers again after a reconnect brings more events than were sent; later losses still count."""
    rig = warmed()
    rig.run(200)
    rig.beat(2)
    for clock in range(rig.clock - 100, rig.clock):
        rig.loss.started(clock)
    rig.beat(3)
    assert rig.loss.repeated == 100
    rig.run(100, arriving=60)
    assert told(rig) == (300, 40)


def test_a_heartbeat_that_comes_again_is_left_out() -> None:
    """An old heartbeat tells an old count, which is no restart."""
    rig = warmed()
    rig.run(100)
    rig.beat(2)
    rig.loss.heartbeat(1, 3, 2.0)
    assert told(rig) == (100, 0)


@pytest.mark.parametrize("seed", range(5))
def test_threads_that_count_out_of_step(seed: int) -> None:
    """With a pool of threads a count and its event may fall on different sides of a heartbeat: that is no loss."""
    rig, random_ = warmed(), random.Random(seed)
    for _ in range(50):
        rig.run(20)
        early = random_.randint(0, 3)
        rig.processed += early
        rig.beat()
        for _ in range(early):
            rig.clock += 1
            rig.loss.started(rig.clock)
    expected, lost = told(rig)
    assert expected > 1_000
    assert lost <= 3


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 100), st.booleans()), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_sum_is_right_whatever_happens(steps: list[tuple[int, int, bool]], random_: random.Random) -> None:
    """With any tasks, any loss below all and any missing heartbeats, the loss is what did not come."""
    rig = warmed()
    lost = ran = 0
    for tasks, percent, beats in steps:
        arriving = max(1, tasks - round(tasks * percent / 100))
        rig.run(tasks, arriving)
        ran, lost = ran + tasks, lost + tasks - arriving
        if beats:
            rig.beat()
    assert told(rig) == (ran, lost)
