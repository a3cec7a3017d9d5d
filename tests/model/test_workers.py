"""What a worker's messages tell of it, with clocks that are wrong and are set."""

import pytest

from tests.support.events import T0, a_heartbeat, a_sample, received
from umbel.model.workers import Heard, Worker, WorkerState, is_beating, least_offset, liveness, observe

HOUR_S = 3_600.0


def heard(*messages: tuple[float, float, str, int], pid: int = 100) -> Worker:
    """Return a worker that sent these: stamp, arrival, type and how many tasks it has processed."""
    known: Worker | None = None
    for stamp, arrival, type_, processed in messages:
        event = a_heartbeat(stamp, type=type_, processed=processed, pid=pid)
        known = observe(known, event, T0 + arrival)
    assert known is not None
    return known


@pytest.mark.parametrize("shift_s", [-HOUR_S, -2 * HOUR_S, HOUR_S])
def test_a_clock_that_is_set_does_not_freeze_the_counters(shift_s: float) -> None:
    """What a worker says after its clock was set counts at once, and its goodbye too."""
    beat, end = "worker-heartbeat", "worker-offline"
    jumped = heard((0.0, 0.1, beat, 1), (shift_s + 2, 2.1, beat, 2), (shift_s + 4, 4.1, beat, 3))
    assert jumped.processed == 3
    assert jumped.restarts == 0
    assert liveness(jumped, T0 + 5.0)[0] is WorkerState.ONLINE
    gone = observe(jumped, a_heartbeat(shift_s + 5, type=end), T0 + 5.1)
    assert liveness(gone, T0 + 6.0)[0] is WorkerState.OFFLINE


def test_a_clock_that_was_ahead_and_is_right_again_does_not_freeze_the_counters() -> None:
    """A worker was an hour ahead; what it says once it is not counts."""
    beat = "worker-heartbeat"
    corrected = heard((HOUR_S, 0.1, beat, 1), (HOUR_S + 2, 2.1, beat, 2), (70.0, 70.1, beat, 9), (72.0, 72.1, beat, 10))
    assert corrected.processed == 10
    assert corrected.clock_offset_s == pytest.approx(0.1)


@pytest.mark.parametrize(("type_", "pid"), [("worker-offline", 100), ("worker-heartbeat", 99)])
def test_what_comes_late_changes_nothing(type_: str, pid: int) -> None:
    """A goodbye of before an outage, and a heartbeat of the process before, are no news."""
    known = heard((0.0, 0.1, "worker-heartbeat", 5), (300.0, 300.1, "worker-heartbeat", 6))
    late = observe(known, a_heartbeat(100.0, type=type_, processed=1, pid=pid), T0 + 301.0)
    assert (late.processed, late.offline_at, late.restarts, late.pid) == (6, None, 0, 100)


@pytest.mark.parametrize(
    ("known", "sample", "told"),
    [
        (None, 0.2, 0.2),
        (0.3, 0.2, 0.2),
        (0.2, 30.2, 0.5),  # a lag, for now
        (-HOUR_S, 0.2, 0.2),  # it was ahead, and was set
        (-HOUR_S, HOUR_S, HOUR_S),
        (HOUR_S, 0.2, 0.2),
        (-HOUR_S, -HOUR_S + 30.0, -HOUR_S + 0.3),  # still ahead, with a lag
    ],
)
def test_the_offset_of_a_clock(known: float | None, sample: float, told: float) -> None:
    """A lag counts little, a clock that was set at once."""
    assert least_offset(known, sample) == pytest.approx(told)


def a_silent_one() -> Worker:
    """Return a worker whose heartbeats came every two seconds, until ``T0``."""
    worker = observe(None, a_heartbeat(0), T0)
    assert worker.freq_s == 2.0
    return worker


def test_two_questions_without_an_answer_tell_a_dead_worker() -> None:
    """One that is missed is no sign; two, beside heartbeats that stay away, are; an answer is a sign of life."""
    worker = a_silent_one()
    missed = [liveness(worker, T0 + 10, heard=Heard(answered_at=T0 - 5, missed=n))[0] for n in range(3)]
    assert missed == [WorkerState.SILENT, WorkerState.SILENT, WorkerState.OFFLINE]
    assert liveness(worker, T0 + 7, heard=Heard(answered_at=T0 - 5, missed=9))[0] is WorkerState.ONLINE
    state, reason = liveness(worker, T0 + 30, heard=Heard(answered_at=T0 + 25))
    assert (state, "it answers" in reason) == (WorkerState.ONLINE, True)


def test_a_solo_worker_is_busy_and_not_gone() -> None:
    """It says nothing while it runs a task; after long nobody can tell, and in the end it is taken for offline."""
    worker, solo = a_silent_one(), Heard(answered_at=T0 - 5, missed=5, is_mute_while_busy=True)
    states = [liveness(worker, T0 + after_s, heard=solo)[0] for after_s in (5, 40, 200, 1_000, 8_000)]
    assert states == [
        WorkerState.ONLINE,
        WorkerState.BUSY,
        WorkerState.BUSY,
        WorkerState.SILENT,
        WorkerState.OFFLINE,
    ]
    assert "last heard 40 s ago" in liveness(worker, T0 + 40, heard=solo)[1]


def test_a_worker_without_heartbeats() -> None:
    """What it answers is all that tells of it."""
    worker = observe(None, received(0), T0)
    assert liveness(worker, T0 + 10, heard=Heard(answered_at=T0 + 5))[0] is WorkerState.ONLINE
    assert liveness(worker, T0 + 90, heard=Heard(answered_at=T0 + 5))[0] is WorkerState.UNKNOWN


def test_a_sample_of_the_agent_is_a_sign_of_life_and_no_heartbeat() -> None:
    """The newest one counts, whenever it comes, as long as it is fresh and of the process that is heard."""
    worker = observe(None, a_heartbeat(0, processed=7), T0)
    for sample in (a_sample(10, 70), a_sample(5, 60)):
        worker = observe(worker, sample, T0 + 10)

    assert worker.sample is not None
    assert (worker.sample.memory_bytes, worker.sample.cpu) == (140, 50.0)
    assert (worker.last_seen_at, worker.last_heartbeat_at, worker.processed) == (T0 + 10, T0, 7)
    assert worker.sample_at(T0 + 20) == worker.sample
    assert worker.sample_at(T0 + 60) is None
    assert observe(worker, a_heartbeat(15, pid=200), T0 + 15).sample_at(T0 + 16) is None


def test_a_busy_solo_worker_with_the_agent_sends_samples_and_no_heartbeats() -> None:
    """It lives, the reason says by what that is known, and what its last heartbeat counted is of the past."""
    worker = observe(observe(None, a_heartbeat(0), T0), a_sample(2), T0 + 2)
    assert (liveness(worker, T0 + 3)[1], is_beating(worker)) == ("its heartbeats come", True)
    busy = observe(worker, a_sample(40), T0 + 40)
    state, reason = liveness(busy, T0 + 42)
    assert (state, is_beating(busy)) == (WorkerState.ONLINE, False)
    assert liveness(busy, T0 + 42, heard=Heard(is_mute_while_busy=True)) == (WorkerState.BUSY, reason)
    assert reason == "its agent speaks, but no heartbeat came for 40 s; a solo worker sends none while busy"
    assert liveness(observe(busy, a_heartbeat(44), T0 + 44), T0 + 45)[1] == "its heartbeats come"
    mute = observe(None, a_sample(0), T0)
    assert liveness(mute, T0 + 5)[0] is WorkerState.ONLINE
    assert liveness(mute, T0 + 90)[0] is WorkerState.UNKNOWN


def test_a_clock_that_was_set_back_hides_no_sample() -> None:
    """One from long before is of now: the worker's clock was ahead."""
    worker = observe(observe(None, a_sample(10_000, 70), T0), a_sample(1, 60), T0 + 1)

    assert worker.sample is not None
    assert worker.sample.memory_bytes == 120
