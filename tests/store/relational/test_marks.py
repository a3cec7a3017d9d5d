"""Marks come back from a row as they went in, in a fraction of the bytes."""

from __future__ import annotations

import msgspec
from hypothesis import given, strategies as st

from tests.support.events import T0, a_task_that_succeeded
from umbel.model.events import Kind
from umbel.model.fold import facts_of
from umbel.model.tasks import Facts, Mark, Progress
from umbel.store.relational.marks import pack, unpack

texts = st.none() | st.sampled_from(["", "id", "a@x", "другой"])
marks = st.builds(
    Mark,
    timestamp=st.floats(T0, T0 + 10),
    kind=st.sampled_from(Kind),
    worker=st.sampled_from(["a@x", "b@x", ""]),
    pid=st.integers(0, 2**63 - 1),
    clock=st.integers(0, 2**63 - 1),
    **dict.fromkeys(("type", "name", "root_id", "parent_id", "eta", "queue", "exception", "traceback"), texts),
    retries=st.none() | st.integers(0, 5),
    runtime_s=st.none() | st.floats(0, 10),
    terminated=st.none() | st.booleans(),
)
progress = st.none() | st.just(Progress(key=(T0, 9, "a@x", 1, 2, "task-progress"), fields={"done": 3}))


@given(st.lists(marks, min_size=1, max_size=4), st.booleans(), progress)
def test_marks_come_back(given_marks: list[Mark], cut: bool, told: Progress | None) -> None:
    """Whatever a mark holds."""
    facts = Facts(id="id", marks=tuple(given_marks), cut=cut, progress=told)
    row = unpack("id", pack(facts))
    assert (row.marks, row.cut, row.progress) == (facts.marks, cut, told)


def test_rows_of_the_first_stores_are_read() -> None:
    """They kept each field by its name."""
    facts = facts_of(a_task_that_succeeded())
    old = msgspec.msgpack.encode((facts.marks, False, None))
    assert unpack(facts.id, old).marks == facts.marks
    assert len(pack(facts)) < 0.7 * len(old)
