"""Tasks that send no events are read from what workers answer, without trust."""

import pytest

from tests.support.clock import ManualClock
from tests.support.inspecting import Scripted
from umbel.control.inspect import Answers
from umbel.control.mute import Muted, MuteTasks, mute_tasks_in, runs_in
from umbel.web.self_schemas import SelfWorker
from umbel.web.self_view import without_mute


def test_the_names_are_read() -> None:
    """Wherever the field stands, and whatever else a worker tells."""
    told = [
        "loud [max_retries=3 send_events=True]",
        "quiet [max_retries=3 send_events=False]",
        "alone [send_events=False]",
        "odd [name] [send_events=False rate_limit=10/m]",
        "no_info",
    ]
    assert list(mute_tasks_in(told)) == ["quiet", "alone", "odd [name]"]


@pytest.mark.parametrize("told", [None, {"error": "no"}, [None, 3], "text", [""]])
def test_nonsense_is_passed_over(told: object) -> None:
    """A worker may answer anything."""
    assert list(mute_tasks_in(told)) == []
    assert runs_in(told, {"a"}) == 0


def test_runs_are_summed() -> None:
    """Of these tasks only, and numbers only."""
    assert runs_in({"total": {"a": 3, "b": 4, "c": "many", "d": 9}}, {"a", "b", "c", "e"}) == 7
    assert runs_in({"total": None}, {"a"}) == 0


class Watched:
    """A worker with a task that sends no events, and what is told of its loss."""

    def __init__(self, window_s: float = 300.0) -> None:
        self.clock = ManualClock()
        self.lost = 0
        self._ran = 0
        inspector = Scripted(
            lambda _, workers: Answers(told={name: {"total": {"quiet": self._ran}} for name in workers})
        )
        self._mute = MuteTasks(inspector, lambda: {"w": self.lost}, self.clock, window_s=window_s)
        self._mute.learn(("w", 1), ["quiet [send_events=False]"])

    def after(self, seconds: float, *, ran: int = 0, lost: int = 0, told: int | None = None) -> Muted:
        """Let it run mute tasks and others of which the events are lost; ``told`` runs are counted by then."""
        self.clock.forward(seconds)
        self._ran += ran
        self.lost += lost + (ran if told is None else told)
        self._mute.look([("w", 1)])
        return self._mute.known()["w"]


def test_a_loss_of_long_ago_is_none_of_late() -> None:
    """What is surely lost is told apart by when it was: mute tasks that go on to run add nothing to it."""
    it = Watched()
    assert it.after(10, ran=5) == Muted(ran=5, lost=0)
    assert it.after(10, ran=5, lost=100) == Muted(ran=10, lost=100)
    assert it.after(290, ran=50) == Muted(ran=60, lost=100, lost_before=0)
    assert it.after(10, ran=50) == Muted(ran=110, lost=100, lost_before=100)
    assert it.after(10, lost=3) == Muted(ran=110, lost=103, lost_before=100)


def test_runs_that_are_not_missed_yet_hide_no_loss() -> None:
    """They are told of seconds before the heartbeats that count them, and must not make an old loss a new one."""
    it = Watched()
    it.after(10, lost=100)
    assert it.after(400, ran=50, told=0) == Muted(ran=50, lost=100, lost_before=100)
    assert it.after(10, told=50) == Muted(ran=50, lost=100, lost_before=100)


def test_a_count_that_begins_anew() -> None:
    """What was lost before is not held against what is counted since."""
    it = Watched()
    it.after(10, lost=100)
    it.lost = 0
    assert it.after(400, lost=2) == Muted(ran=0, lost=2)


@pytest.mark.parametrize(
    ("muted", "window_lost"),
    [
        (Muted(ran=5_000, lost=100, lost_before=100), 0),
        (Muted(ran=5_000, lost=100, lost_before=80), 20),
        (Muted(ran=5_000, lost=100, lost_before=0), 50),
        (Muted(ran=5_000, lost=100), 0),
    ],
)
def test_the_loss_of_late_is_without_mute_tasks(muted: Muted, window_lost: int) -> None:
    """Of 50 that did not come of late, those are lost that no mute task explains."""
    worker = SelfWorker(name="w", state="measured", expected=10**5, lost=5_100, window_expected=1_000, window_lost=50)
    told = without_mute(worker, muted)
    assert (told.lost, told.window_lost, told.loss_ratio) == (100, window_lost, window_lost / 1_000)


def test_all_that_was_counted_is_of_late() -> None:
    """Where a worker was heard first a moment ago, its loss is new."""
    worker = SelfWorker(name="w", state="measured", expected=200, lost=60, window_expected=200, window_lost=60)
    assert without_mute(worker, Muted(ran=50, lost=10)).window_lost == 10
