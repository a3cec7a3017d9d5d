"""The short way says what the fold says, or nothing."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from tests.support.events import T0, a_task_that_succeeded, an_event
from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, join, read
from umbel.store.relational.plain import plain
from umbel.store.relational.rows import outline_of

KINDS = ("sent", "received", "started", "succeeded", "failed", "retried", "progress")


@st.composite
def an_event_of_a_plain_run(draw: st.DrawFn) -> TaskEvent:
    """An event that mostly fits into a plain run, with everything in it that may be missing or odd."""
    maybe = st.sampled_from([None, "", "x", "y"])
    return an_event(
        draw(st.sampled_from(KINDS)),
        hostname=draw(st.sampled_from(["a@x", "a@x", "a@x", "b@y"])),
        pid=draw(st.sampled_from([1, 1, 1, 2])),
        clock=draw(st.integers(0, 5)),
        timestamp=T0 + draw(st.integers(0, 3)),
        name=draw(maybe),
        args=draw(maybe),
        kwargs=draw(maybe),
        result=draw(maybe),
        queue=draw(maybe),
        root_id=draw(maybe),
        parent_id=draw(maybe),
        retries=draw(st.sampled_from([None, 0, 0, 0, 1])),
        eta=draw(st.sampled_from([None, "2026-11-21T12:00:00"])),
        runtime=draw(st.sampled_from([None, 0.0, 0.5, 2.0])),
        exception=draw(st.sampled_from([None, "", "E()", "ExceptionWithTraceback()"])),
        traceback=draw(st.sampled_from([None, "T\nValueError: x"])),
        extra=draw(st.sampled_from([None, None, None, {}])),
    )


streams = st.lists(an_event_of_a_plain_run(), min_size=1, max_size=4)


@settings(max_examples=1_000)
@given(st.none() | streams, streams)
def test_the_short_way_is_the_fold(stored: list[TaskEvent] | None, events: list[TaskEvent]) -> None:
    """Facts and columns are those of the full fold, whatever was stored before."""
    known = None if stored is None else facts_of(stored)
    told = plain(known, events)
    if told is not None:
        facts = facts_of(events) if known is None else join(known, facts_of(events))
        assert told == (facts, outline_of(read(facts)))


def test_a_plain_run_takes_the_short_way() -> None:
    """The common case is the short one, at once and event by event."""
    events = a_task_that_succeeded()
    assert plain(None, events) is not None
    known = None
    for event in events:
        told = plain(known, [event])
        assert told is not None
        known = told[0]
