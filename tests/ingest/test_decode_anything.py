"""Whatever a body holds, decoding ends, and what comes out can be stored."""

import json
import math
from typing import Any

import msgspec
from hypothesis import given, strategies as st

from tests.support import bodies
from umbel.ingest.coerce import MAX_EXTRA_BYTES
from umbel.ingest.decode import EventDecoder
from umbel.ingest.tally import Tally
from umbel.ingest.wire import MAX_INTEGER
from umbel.model.events import (
    EARLIEST_TIMESTAMP,
    KIND_BY_TYPE,
    LATEST_TIMESTAMP,
    MAX_ID_LENGTH,
    MAX_TRACEBACK_LENGTH,
    Event,
    TaskEvent,
)
from umbel.model.fold import fold_all

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=50)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
A_TYPE = st.sampled_from([*KIND_BY_TYPE, "task-progress", "task-", "worker-heartbeat", "beat-tick"])
A_FIELD = st.sampled_from([*TaskEvent.__struct_fields__, "utcoffset", "active", "loadavg", "freq", "note"])


@st.composite
def nearly_real_events(draw: st.DrawFn) -> dict[str, Any]:
    """Events as workers send them, with some fields spoilt."""
    event = bodies.stamped(draw(A_TYPE), uuid="task-1", name="shop.tasks.add")
    event.update(draw(st.dictionaries(A_FIELD, ANY_JSON, max_size=5)))
    return event


A_BODY = st.lists(nearly_real_events() | ANY_JSON, max_size=4).map(lambda items: json.dumps(items).encode())


def decoded(body: object, content_type: str | None = None, encoding: str | None = None) -> tuple[list[Event], int]:
    """Return the events of ``body``, and how many things were counted in all."""
    tally = Tally(lambda: 1.0)
    events = EventDecoder(tally).decode(body, content_type, encoding)
    counts = tally.read()
    assert counts.events == len(events)
    return events, counts.events + sum(counts.malformed.values()) + sum(counts.unknown.values())


def assert_storable(event: Event) -> None:
    """Check all that a store relies on."""
    assert EARLIEST_TIMESTAMP <= event.timestamp <= LATEST_TIMESTAMP
    for value in msgspec.to_builtins(event).values():
        if isinstance(value, str):
            assert len(value.encode("utf-8")) <= 4 * MAX_TRACEBACK_LENGTH
        if isinstance(value, int):
            assert 0 <= value <= MAX_INTEGER
        if isinstance(value, float):
            assert math.isfinite(value)
    if isinstance(event, TaskEvent):
        assert 0 < len(event.uuid) <= MAX_ID_LENGTH
        assert len(msgspec.json.encode(event.extra)) <= MAX_EXTRA_BYTES
        assert fold_all([event]).id == event.uuid


@given(A_BODY)
def test_spoilt_events_are_counted_one_by_one(body: bytes) -> None:
    """Each item of a list is an event, malformed or unknown, and the events can be stored and folded."""
    events, counted = decoded(body)

    assert counted == len(json.loads(body))
    for event in events:
        assert_storable(event)


@given(st.binary(max_size=200), st.none() | ANY_TEXT, st.none() | ANY_TEXT)
def test_any_bytes_are_survived(body: bytes, content_type: str | None, encoding: str | None) -> None:
    """Bytes of any kind are counted once, unless they happen to be a list."""
    events, counted = decoded(body, content_type, encoding)

    assert counted == 1 or body.strip().startswith(b"[")
    for event in events:
        assert_storable(event)


@given(nearly_real_events(), st.data())
def test_damaged_bytes_are_survived(event: dict[str, Any], data: st.DataObject) -> None:
    """A body with some of its bytes changed, cut or doubled is still one body."""
    body = bytearray(json.dumps(event).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[: data.draw(st.integers(0, len(body)))])
    events, counted = decoded(damaged)

    assert counted == 1 or damaged.strip().startswith(b"[")
    for found in events:
        assert_storable(found)


@given(ANY_JSON)
def test_parsed_objects_are_survived(item: object) -> None:
    """What a transport has parsed may be anything as well."""
    events, counted = decoded(item)

    assert counted == (len(item) if isinstance(item, list) else 1)
    for event in events:
        assert_storable(event)
