"""Each due time gets the verdict that a person would give it, once, dated at its due time."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.schedule.conftest import MakeWorld
from tests.schedule.world import BEAT, CRON, MINUTELY, World, an_entry
from tests.support.events import T0
from umbel.model.gaps import Gap, GapKind
from umbel.model.schedules import Entry, Grace, Rule, RuleKind, RunVerdict

PAY = an_entry()
EVERY = an_entry(MINUTELY, last_run_at=T0)


def first_minute(world: World, entry: Entry = PAY) -> float:
    """Return the first whole minute that is due, in seconds after ``T0``."""
    due = world.standing(entry).next_due_at
    assert due is not None
    return due - T0


def test_a_run_on_time(make_world: MakeWorld) -> None:
    """The task is found by its name and the time, and the run is dated at the minute that it was due."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    world.run("a", due + 0.01)
    world.until(due + 3)
    run = world.last(PAY)
    assert (run.verdict, run.task_id, run.client, run.how) == (RunVerdict.ON_TIME, "a", BEAT, "name and time")
    assert run.due_at == T0 + due
    assert run.took_s == pytest.approx(0.07)
    standing = world.standing(PAY)
    assert (standing.verdict, standing.next_due_at) == (RunVerdict.ON_TIME, T0 + due + 60)


def test_nothing_is_sent(make_world: MakeWorld) -> None:
    """Within the grace it waits; then it was missed, and each of the next ones too."""
    world = make_world(PAY)
    due = first_minute(world)
    world.until(due + 119)
    assert world.runs(PAY) == [(due, "waiting"), (due + 60, "waiting")]
    world.until(due + 122)
    assert world.runs(PAY)[0] == (due, "missed")
    world.until(due + 245)
    assert world.runs(PAY) == [
        (due, "missed"),
        (due + 60, "missed"),
        (due + 120, "missed"),
        (due + 180, "waiting"),
        (due + 240, "waiting"),
    ]
    standing = world.standing(PAY)
    assert (standing.verdict, standing.runs, standing.since) == (RunVerdict.MISSED, 3, T0 + due)


def test_a_beat_that_comes_back_makes_up_for_it(make_world: MakeWorld) -> None:
    """What beat sends at its start is the last run that it missed, which came late; nothing is counted twice."""
    daily = an_entry(Rule(kind=RuleKind.INTERVAL, text="1 h", every_s=3_600.0), last_run_at=T0 - 3_000)
    world = make_world(daily)
    world.until(600 + 400, step=5)
    assert world.runs(daily) == [(600, "missed")]
    world.run("a", 1_500)
    world.until(2_600, step=5)
    assert world.runs(daily) == [(600, "late")]
    assert world.standing(daily).next_due_at == T0 + 1_500 + 3_600, "beat counts on from when it sent"


def test_sent_and_not_picked_up(make_world: MakeWorld) -> None:
    """Beat did its part. When a worker takes it after all, the run is what it became."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    world.send("a", due)
    world.until(due + 119)
    assert world.last(PAY).verdict is RunVerdict.WAITING or world.runs(PAY)[0] == (due, "waiting")
    world.until(due + 130)
    assert world.runs(PAY)[0] == (due, "not_picked_up")
    world.pick_up("a", due + 140)
    world.end("a", due + 141, runtime=0.9)
    world.until(due + 400)
    assert world.runs(PAY)[0] == (due, "on_time"), "it was sent on time; that it waited is told by its times"


def test_nobody_saw(make_world: MakeWorld) -> None:
    """Silence while Umbel was blind proves nothing; what is found all the same counts."""
    world = make_world(PAY)
    due = first_minute(world)
    gap = Gap(kind=GapKind.STOPPED, since=T0 + due - 5, until=T0 + due + 65, reason="Umbel was not running")
    world.store.keep_gaps([gap])
    world.run("b", due + 60.02)
    world.until(due + 330)
    assert world.runs(PAY)[:4] == [
        (due, "unknown"),
        (due + 60, "on_time"),
        (due + 120, "missed"),
        (due + 180, "missed"),
    ]
    assert "Umbel was not running" in (world.store.schedules.runs(PAY.id, until=T0 + due)[0].reason or "")


def test_what_is_not_stored_yet_is_not_missed(make_world: MakeWorld) -> None:
    """While what was sent may still be on its way, nobody is blamed."""
    world = make_world(PAY)
    due = first_minute(world)
    world.sees_until = due + 10
    world.until(due + 200)
    assert {verdict for _, verdict in world.runs(PAY)} == {"waiting"}
    world.sees_until = None
    world.run("a", due + 0.5)
    world.until(due + 205)
    assert world.runs(PAY)[0] == (due, "on_time")


def test_two_beats(make_world: MakeWorld) -> None:
    """Who sends the same in the same rhythm is a second beat; a person who sends it once is none."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    for n in range(3):
        world.run(f"a{n}", due + 60 * n + 0.01)
        world.run(f"b{n}", due + 60 * n + 0.4, client="gen9@app-02") if n else world.run("web", due + 20, "gen3@web")
        world.until(due + 60 * n + 30)
    assert [verdict for _, verdict in world.runs(PAY)] == ["on_time", "on_time", "duplicate"]
    run = world.last(PAY)
    assert run.others == ("b2",)
    assert "gen7@app-01 and gen9@app-02" in (run.reason or "")


def test_two_beats_of_an_interval(make_world: MakeWorld) -> None:
    """Each counts from its own start; from the third period on it is clear that both keep time."""
    world = make_world(EVERY)
    for n in range(1, 6):
        world.run(f"a{n}", 60.01 * n)
        world.run(f"b{n}", 60.01 * n + 22, client="gen9@app-02")
        world.until(60.01 * n + 30)
    verdicts = [verdict for _, verdict in world.runs(EVERY)]
    assert verdicts[:2] == ["on_time", "on_time"]
    assert verdicts[3:] == ["duplicate", "duplicate"]


def test_an_interval_counts_from_when_beat_sent(make_world: MakeWorld) -> None:
    """Neither its drift nor a new start of beat makes a run late or missed."""
    world = make_world(EVERY)
    at = 0.0
    for n in range(20):
        at += 60.4
        world.now = max(world.now, at)
        world.run(f"a{n}", at)
        world.until(at + 3)
    at += 25
    world.now = at
    world.run("early", at)
    world.until(at + 80)
    world.run("then", at + 60)
    world.until(at + 110)
    assert {verdict for _, verdict in world.runs(EVERY)} <= {"on_time", "waiting"}
    assert len(world.runs(EVERY)) == 22


def test_the_first_period_proves_nothing(make_world: MakeWorld) -> None:
    """Nobody knows from where on beat counts an interval that Umbel has just learnt of; then it is missed."""
    new = an_entry(MINUTELY, first_seen_at=T0)
    world = make_world(new)
    world.until(250)
    assert world.runs(new)[:3] == [(60, "unknown"), (120, "missed"), (180, "missed")]


@pytest.mark.parametrize(
    ("how", "fields", "verdict", "reason"),
    [
        ("failed", {"exception": "ValueError('no')", "traceback": "Traceback"}, "failed", "ValueError('no')"),
        ("revoked", {"expired": True}, "expired", "it expired before a worker could start it"),
        ("rejected", {"requeue": False}, "failed", "it was rejected"),
    ],
)
def test_other_ends(make_world: MakeWorld, how: str, fields: dict[str, object], verdict: str, reason: str) -> None:
    """A failure, a rejection and an expiry are told as they are."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    world.send("a", due + 0.01)
    if how == "failed":
        world.pick_up("a", due + 0.1)
    world.end("a", due + 0.5, how, **fields)
    world.until(due + 3)
    assert (world.last(PAY).verdict.value, world.last(PAY).reason) == (verdict, reason)


def test_a_run_that_takes_too_long(make_world: MakeWorld) -> None:
    """Three times what 95 of 100 runs take is too long, once twenty runs are known; it may still end well."""
    world = make_world(PAY, grace=Grace(known_runs=20))
    for n in range(20):
        world.run(f"before{n}", -600 + n, client=None)
        world.end(f"before{n}", -600 + n + 2, runtime=1.0)
    due = first_minute(world)
    world.now = due
    world.send("a", due)
    world.pick_up("a", due + 0.1)
    world.until(due + 2)
    assert world.last(PAY).verdict is RunVerdict.RUNNING
    world.until(due + 30)
    run = world.last(PAY)
    assert run.verdict is RunVerdict.TOO_LONG
    assert "is what it may take" in (run.reason or "")


def test_a_restart_forgets_nothing(make_world: MakeWorld) -> None:
    """Due times that passed meanwhile are judged, those of a long absence as far as a page shows them."""
    every = replace(EVERY, name="every")
    world = make_world(PAY, every)
    due = first_minute(world)
    world.until(due + 5)
    world.restart()
    world.until(due + 130)
    assert world.runs(PAY)[0] == (due, "missed")
    world.now += 86_400
    world.restart()
    world.until(world.now + 5)
    for entry in (PAY, every):
        after = [at for at, _ in world.runs(entry) if at > due + 400]
        assert 60 <= len(after) <= 62
        assert world.standing(entry).next_due_at is not None


def test_entries_that_change_or_end(make_world: MakeWorld) -> None:
    """A paused entry has no runs to come, a changed one those of its new rule alone, and a one-off a single one."""
    world = make_world(PAY)
    due = first_minute(world)
    world.take(replace(PAY, enabled=False))
    world.until(due + 300)
    assert (world.runs(PAY), world.standing(PAY).next_due_at) == ([], None)
    hourly = replace(PAY, rule=replace(CRON, text="0 * * * *", minute="0"))
    world.take(hourly)
    next_due = world.standing(hourly).next_due_at
    assert next_due is not None
    assert next_due % 3_600 == 0
    once = an_entry(Rule(kind=RuleKind.CLOCKED, text="once", at=T0 + world.now + 60), name="once", one_off=True)
    world.take(hourly, once)
    world.now += 60
    world.run("o", world.now)
    world.until(world.now + 5)
    assert world.last(once).verdict is RunVerdict.ON_TIME
    assert world.standing(once).next_due_at is None


def test_entries_of_one_task_are_told_apart_by_arguments(make_world: MakeWorld) -> None:
    """Each has the tasks with its own arguments, and where those are the same, that is said."""
    one, two = an_entry(name="one", args="[1]"), an_entry(name="two", args="[2]")
    world = make_world(one, two)
    due = first_minute(world, one)
    world.now = due
    world.run("b", due + 0.01, args="(2,)")
    world.run("a", due + 0.02, args="[1]")
    world.until(due + 3)
    assert (world.last(one).task_id, world.last(two).task_id) == ("a", "b")
    assert world.last(one).reason is None


def test_what_beat_itself_says_counts_more(make_world: MakeWorld) -> None:
    """The agent names the entry of a task, whatever its arguments are and whoever else sends the like."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    world.run("web", due + 0.01, client="gen3@web")
    world.run("mine", due + 0.02, args="[7]")
    world.book.tell({"mine": "pay"})
    world.until(due + 3)
    assert (world.last(PAY).task_id, world.last(PAY).how) == ("mine", "agent")


def test_without_sent_events(make_world: MakeWorld) -> None:
    """A run is found by its receipt; a silence then does not say whether beat or the workers are at fault."""
    world = make_world(PAY)
    due = first_minute(world)
    world.now = due
    world.run("a", due + 0.1, client=None)
    world.until(due + 190)
    assert world.runs(PAY)[:2] == [(due, "on_time"), (due + 60, "missed")]
    missed = world.store.schedules.runs(PAY.id, until=T0 + due + 60)[0]
    assert "whether beat sent it is not known" in (missed.reason or "")
