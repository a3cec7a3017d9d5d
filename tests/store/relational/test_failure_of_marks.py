"""What a group of failures is made from is what the record says."""

from __future__ import annotations

from hypothesis import given, settings

from tests.store.relational.test_plain import streams
from umbel.model.events import TaskEvent
from umbel.model.fold import facts_of, read
from umbel.model.tasks import State
from umbel.store.relational.failures import _failure
from umbel.store.relational.marks import pack


@settings(max_examples=500)
@given(streams)
def test_the_short_way_says_what_the_record_says(events: list[TaskEvent]) -> None:
    """Name, exception and traceback of a failed task are those of the full fold."""
    facts = facts_of(events)
    record = read(facts)
    if record.state == State.FAILURE:
        assert _failure(pack(facts)) == (record.name, record.exception, record.traceback)
