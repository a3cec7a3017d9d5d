"""That beat lives is concluded from what it sends, and that it does not from what all of its entries lack."""

from __future__ import annotations

from msgspec.structs import replace

from umbel.model.schedule_beat import BeatState, beat_of
from umbel.model.schedules import BeatSeen, Entry, Rule, RuleKind, Run, RunVerdict, Standing

MINUTELY = Rule(kind=RuleKind.INTERVAL, text="60 s", every_s=60.0)
ONE, TWO = (Entry(name=name, task=name, rule=MINUTELY) for name in ("one", "two"))
BEAT = BeatSeen(client="gen7@app-01", first_at=0.0, last_at=900.0, sends=9)


def stands(entry: Entry, due: float, verdict: RunVerdict, since: float | None = None) -> tuple[Entry, Standing]:
    """Return an entry whose last run was due then, and came at once unless it was missed."""
    came = None if verdict is RunVerdict.MISSED else due + 0.1
    last = Run(entry_id=entry.id, due_at=due, verdict=verdict, sent_at=came)
    return entry, Standing(entry_id=entry.id, verdict=verdict, since=since or due, runs=1, last=last)


def test_beat_is_silent_when_nothing_is_sent() -> None:
    """Since the first run that was missed after the last that came, whichever entry that was of."""
    pairs = [stands(ONE, 960.0, RunVerdict.MISSED, since=840.0), stands(TWO, 900.0, RunVerdict.ON_TIME)]
    beat = beat_of(pairs, [BEAT], 1_100.0)
    assert (beat.state, beat.since, beat.last_at) == (BeatState.SILENT, 900.1, 900.1)
    assert beat.text == "beat is not sending: 1 entry was due, and nothing was sent"


def test_one_entry_that_is_missed_is_not_the_beat() -> None:
    """What is sent later shows that beat lives."""
    pairs = [stands(ONE, 840.0, RunVerdict.MISSED), stands(TWO, 900.0, RunVerdict.NOT_PICKED_UP)]
    beat = beat_of(pairs, [BEAT], 960.0)
    assert (beat.state, [one.client for one in beat.beats]) == (BeatState.ALIVE, ["gen7@app-01"])
    assert "app-01" in beat.text


def test_what_cannot_be_concluded() -> None:
    """Nothing while Umbel is blind or nothing was due, and nothing of learnt, paused or archived entries."""
    missed = stands(ONE, 960.0, RunVerdict.MISSED)
    assert beat_of([missed], [], 1_100.0, blind="no link to the broker").state is BeatState.UNKNOWN
    assert beat_of([(ONE, Standing(entry_id=ONE.id))], [], 10.0).state is BeatState.UNKNOWN
    for entry in (replace(ONE, enabled=False), replace(ONE, archived_at=5.0), replace(ONE, confidence=0.9)):
        assert beat_of([(entry, missed[1])], [], 1_100.0).state is BeatState.NONE


def test_what_its_agent_says() -> None:
    """A beat that does not tick is silent, and a clock that is off is told."""
    ticks = replace(BEAT, client="celerybeat@app-01", ticked_at=900.0, offset_s=-42.0)
    pairs = [stands(ONE, 900.0, RunVerdict.ON_TIME)]
    assert beat_of(pairs, [ticks], 930.0).state is BeatState.ALIVE
    late = beat_of(pairs, [ticks], 1_000.0)
    assert (late.state, late.since, late.skew_s) == (BeatState.SILENT, 900.0, -42.0)


def test_a_beat_without_an_agent_follows_one_that_had_it() -> None:
    """That the agent's beat is gone says nothing of what is sent since."""
    ticked = replace(BEAT, client="celerybeat-7@app-01", ticked_at=900.0)
    assert beat_of([stands(ONE, 1_200.0, RunVerdict.ON_TIME)], [ticked], 1_230.0).state is BeatState.ALIVE
