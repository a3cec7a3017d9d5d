"""The short way says what the fold says, or nothing."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from tests.support.events import T0, a_task_that_succeeded, an_event
from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of
from umbel.store.relational.marks import unpack
from umbel.store.relational.plain import plain
from umbel.store.relational.rows import told_of

KINDS = ("sent", "received", "started", "succeeded", "failed", "retried", "progress")


maybe: st.SearchStrategy[object] = st.sampled_from([None, "", "x", "y"])
Fields = dict[str, st.SearchStrategy[object]]
ORIGIN: Fields = {
    "name": maybe,
    "args": maybe,
    "kwargs": maybe,
    "root_id": st.sampled_from([None, "", "x", "root"]),
    "parent_id": maybe,
    "retries": st.sampled_from([None, 0, 0, 0, 1]),
    "eta": st.sampled_from([None, "2026-11-21T12:00:00"]),
}
END: Fields = {
    "result": maybe,
    "runtime": st.sampled_from([None, 0.0, 0.5, 2.0]),
    "exception": st.sampled_from([None, "", "E()", "ExceptionWithTraceback()"]),
    "traceback": st.sampled_from([None, "T\nValueError: x"]),
}
AGENT_RECEIPT: Fields = {
    "sent_at": st.sampled_from([None, None, T0 - 5, T0 + 1]),
    "arguments": st.sampled_from([None, None, '{"args":[1],"kwargs":{}}']),
}
AGENT_END: Fields = {
    "cpu_s": st.sampled_from([None, 0.0, 0.25]),
    "peak_memory_bytes": st.sampled_from([None, 70_000_000]),
}
FIELDS: dict[str, Fields] = {
    "sent": {**ORIGIN, "queue": maybe},
    "received": {**ORIGIN, **AGENT_RECEIPT},
    "started": {},
    "succeeded": {"result": END["result"], "runtime": END["runtime"], **AGENT_END},
    "failed": {"exception": END["exception"], "traceback": END["traceback"], **AGENT_END},
    "retried": {**END, **AGENT_END},
    "progress": {},
}
"""What Celery gives to each kind; anything else may stand in any of them."""
ODDITIES: Fields = {"queue": maybe, "extra": st.just({}), "terminated": st.booleans()}
ODD: Fields = {**ORIGIN, **END, **AGENT_RECEIPT, **AGENT_END, **ODDITIES}


@st.composite
def an_event_of_a_plain_run(draw: st.DrawFn) -> TaskEvent:
    """An event that mostly fits into a plain run, with everything in it that may be missing or odd."""
    kind = draw(st.sampled_from(KINDS))
    usual: list[str | None] = [None] * 15
    odd = draw(st.sampled_from([*usual, *ODD]))
    fields = FIELDS[kind] if odd is None else {**FIELDS[kind], odd: ODD[odd]}
    return an_event(
        kind,
        uuid="root",
        hostname=draw(st.sampled_from(["a@x", "a@x", "a@x", "b@y", ""])),
        pid=draw(st.sampled_from([1, 1, 1, 2])),
        clock=draw(st.integers(0, 5)),
        timestamp=T0 + draw(st.integers(0, 3)),
        **{name: draw(values) for name, values in fields.items()},
    )


streams = st.lists(an_event_of_a_plain_run(), min_size=1, max_size=4)


@settings(max_examples=2_000)
@given(streams)
def test_the_short_way_is_the_fold(events: list[TaskEvent]) -> None:
    """Columns, texts and marks are those of the full fold."""
    told = plain(events)
    if told is not None:
        full = told_of(facts_of(events))
        assert told._replace(facts=b"") == full._replace(facts=b"")
        assert unpack("root", told.facts) == unpack("root", full.facts)


def test_a_plain_run_takes_the_short_way() -> None:
    """The common case is the short one, whole and as far as it came."""
    events = a_task_that_succeeded()
    for n in range(1, len(events) + 1):
        assert plain(events[:n]) is not None
