"""Bodies become events; what is no event is counted, and nothing stops the decoder."""

import json
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest

from tests.support import bodies
from tests.support.bodies import a_body, a_heartbeat, failed, progressed, received, started, succeeded
from tests.support.events import T0
from umbel.ingest.coerce import LEFT_OUT, MAX_EXTRA_BYTES
from umbel.ingest.decode import MAX_BODY_BYTES, EventDecoder
from umbel.ingest.tally import MAX_UNKNOWN_TYPES, OTHER_TYPES, SAMPLES_PER_KIND, Tally
from umbel.ingest.wire import TaskType, WorkerType
from umbel.model.events import (
    KIND_BY_TYPE,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TRACEBACK_LENGTH,
    WORKER_TYPES,
    Event,
    TaskEvent,
    WorkerEvent,
)


class Decoding:
    """A decoder and its tally."""

    def __init__(self) -> None:
        self.tally = Tally(lambda: T0)
        self.decode = EventDecoder(self.tally).decode

    def task(self, event: dict[str, Any]) -> TaskEvent:
        """Return the one task event that ``event`` becomes."""
        (decoded,) = self.decode(json.dumps(event).encode())
        assert isinstance(decoded, TaskEvent)
        return decoded

    @property
    def malformed(self) -> dict[str, int]:
        """How many were refused, by reason."""
        return self.tally.read().malformed


@pytest.fixture
def decoding() -> Decoding:
    """Return a decoder that has seen nothing."""
    return Decoding()


def test_every_known_type_has_a_typed_parser() -> None:
    """The types of the wire are those of the model: no known event may take the long way for its type."""
    assert set(get_args(TaskType)) == set(KIND_BY_TYPE)
    assert set(get_args(WorkerType)) == set(WORKER_TYPES)


def test_a_list_of_task_events_comes_out_in_its_order(decoding: Decoding) -> None:
    """Prefork workers send lists; each event in one is an event of its own, with all its fields."""
    events = decoding.decode(a_body(received(), started(), succeeded()))

    assert [event.type for event in events] == ["task-received", "task-started", "task-succeeded"]
    first, last = events[0], events[2]
    assert isinstance(first, TaskEvent)
    assert isinstance(last, TaskEvent)
    assert (first.uuid, first.name, first.args, first.kwargs) == ("task-1", "shop.tasks.add", "(1, 2)", "{}")
    assert (first.hostname, first.pid, first.clock, first.timestamp) == ("w1@vm", 20701, 1, T0)
    assert (last.result, last.runtime) == ("3", 0.2)
    assert decoding.tally.read().events == 3


def test_a_single_object_is_an_event(decoding: Decoding) -> None:
    """Gevent workers and producers send each event alone."""
    assert decoding.task(received()).type == "task-received"


def test_a_heartbeat_is_a_worker_event(decoding: Decoding) -> None:
    """A worker's events come alone, with its counters."""
    (event,) = decoding.decode(json.dumps(a_heartbeat(active=2, processed=7)).encode())

    assert isinstance(event, WorkerEvent)
    assert (event.active, event.processed, event.freq) == (2, 7, 2.0)
    assert event.loadavg == (1.24, 0.79, 0.4)
    assert event.sw_ver == "5.7.0"


def test_the_answer_to_a_heartbeat_broadcast_has_no_counters(decoding: Decoding) -> None:
    """Such a heartbeat proves life and nothing else, so its missing counters stay unknown and not 0."""
    bare = bodies.stamped("worker-heartbeat", freq=5)
    (event,) = decoding.decode(json.dumps(bare))

    assert isinstance(event, WorkerEvent)
    assert not event.is_full


@pytest.mark.parametrize("utcoffset", [-5.5, 0.0, 8.0])
def test_the_stamp_is_taken_as_it_is(decoding: Decoding, utcoffset: float) -> None:
    """``timestamp`` is a true UTC epoch on the wire; the worker's UTC offset must not shift it."""
    assert decoding.task(received(utcoffset=utcoffset)).timestamp == T0


SAME_EITHER_WAY: list[dict[str, Any]] = [received(), started(), succeeded(), failed(), a_heartbeat()]


@pytest.mark.parametrize("event", SAME_EITHER_WAY, ids=lambda event: str(event["type"]))
def test_the_long_way_gives_what_the_short_way_gives(event: dict[str, Any]) -> None:
    """A healthy event is the same whether a custom one stands beside it in the message or not."""
    alone, beside = Decoding(), Decoding()
    (short,) = alone.decode(json.dumps(event))
    (long, _) = beside.decode(a_body(event, progressed()))

    assert msgspec.to_builtins(short) == msgspec.to_builtins(long)


def test_a_custom_event_keeps_its_other_fields(decoding: Decoding) -> None:
    """What a task tells of itself is kept as it said it, without the fields that all events have."""
    assert decoding.task(progressed()).extra == {"done": 1, "total": 10, "note": "half"}


def test_a_known_event_keeps_no_other_fields(decoding: Decoding) -> None:
    """Only custom events tell of progress, also where a known one carries a field of that name."""
    assert decoding.task(started(extra={"done": 1}, other=2)).extra is None


def test_a_huge_custom_event_is_bounded(decoding: Decoding) -> None:
    """What does not fit is left out, and that it was is said."""
    fields: dict[str, Any] = {f"field_{number}": "x" * 900 for number in range(50)}
    extra = decoding.task(progressed(**fields)).extra

    assert extra is not None
    assert len(msgspec.json.encode(extra)) <= MAX_EXTRA_BYTES
    assert extra["done"] == 1
    assert extra[LEFT_OUT] == 50 - (len(extra) - 4)


def test_a_deep_custom_event_is_bounded(decoding: Decoding) -> None:
    """Nesting is cut, so that nobody who walks it later can run out of stack."""
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]

    assert "bottom" not in json.dumps(decoding.task(progressed(deep=deep)).extra)


LENIENT: list[tuple[dict[str, Any], str, Any]] = [
    ({"args": [1, "two"]}, "args", "[1, 'two']"),
    ({"kwargs": {"a": 1}}, "kwargs", "{'a': 1}"),
    ({"clock": "73"}, "clock", 73),
    ({"clock": -1}, "clock", 0),
    ({"pid": 2**80}, "pid", 0),
    ({"signum": 9}, "signum", "9"),
    ({"runtime": None}, "runtime", None),
    ({"runtime": "0.5"}, "runtime", 0.5),
    ({"runtime": -1.0}, "runtime", None),
    ({"eta": 1_795_251_600.0}, "eta", "2026-11-21T09:00:00+00:00"),
    ({"eta": {}}, "eta", None),
    ({"timestamp": str(T0)}, "timestamp", T0),
    ({"uuid": 42}, "uuid", "42"),
    ({"root_id": "x" * (MAX_ID_LENGTH + 1)}, "root_id", None),
    ({"terminated": 1}, "terminated", True),
    ({"terminated": "yes"}, "terminated", None),
    ({"retries": 1.0}, "retries", 1),
    ({"name": "n" * 600}, "name", "n" * (MAX_NAME_LENGTH - 1) + "…"),
    ({"result": "r" * 20_000}, "result", "r" * (MAX_TEXT_LENGTH - 1) + "…"),
    ({"exception": "lone \ud83d surrogate"}, "exception", "lone \ufffd surrogate"),
]


@pytest.mark.parametrize(("given", "field", "value"), LENIENT)
def test_other_types_of_a_field_are_taken_for_what_they_mean(
    decoding: Decoding, given: dict[str, Any], field: str, value: object
) -> None:
    """An event with one odd field is worth more than no event."""
    assert getattr(decoding.task(received(**given)), field) == value
    assert not decoding.malformed


def test_a_long_traceback_keeps_its_last_line(decoding: Decoding) -> None:
    """The last line of a traceback names the exception, so the middle is what goes."""
    frames = '  File "x.py", line 1, in f\n' * 5_000
    traceback = f"Traceback (most recent call last):\n{frames}shop.PaymentRefused: no funds"
    event = decoding.task(failed(exception="ExceptionWithTraceback()", traceback=traceback))

    assert event.traceback is not None
    assert len(event.traceback) == MAX_TRACEBACK_LENGTH
    assert event.traceback.startswith("Traceback (most")
    assert event.traceback.endswith("shop.PaymentRefused: no funds")


MALFORMED: list[tuple[str, Callable[[Decoding], list[Event]]]] = [
    ("not JSON", lambda d: d.decode(b"{")),
    ("not JSON", lambda d: d.decode(b"")),
    ("not JSON", lambda d: d.decode(b"[" * 100_000)),
    ("not JSON", lambda d: d.decode(b"\x80\x04\x95pickle")),
    ("not JSON", lambda d: d.decode(b'{"clock":' + b"9" * 10_000 + b"}")),
    ("not an object", lambda d: d.decode(b"1")),
    ("not an object", lambda d: d.decode(b"[[]]")),
    ("not an object", lambda d: d.decode(None)),
    ("no type", lambda d: d.decode(b"{}")),
    ("no type", lambda d: d.decode(b'{"type": 5}')),
    ("no task id", lambda d: d.decode(a_body(received(uuid="")))),
    ("no task id", lambda d: d.decode(a_body({**started(), "uuid": None}))),
    ("id too long", lambda d: d.decode(a_body(received(uuid="x" * (MAX_ID_LENGTH + 1))))),
    ("no hostname", lambda d: d.decode(a_body(received(hostname=None)))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=None)))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=float("nan"))))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=float("inf"))))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=0)))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=10**400)))),
    ("timestamp", lambda d: d.decode(a_body(received(timestamp=True)))),
    ("too large", lambda d: d.decode(b" " * (MAX_BODY_BYTES + 1))),
    ("content type", lambda d: d.decode(a_body(received()), "application/x-yaml", "utf-8")),
    ("content type", lambda d: d.decode(b"\x80\x04", "application/x-python-serialize", "binary")),
    ("encoding", lambda d: d.decode(a_body(received()), "application/json", "punycode")),
]


@pytest.mark.parametrize(("reason", "feed"), MALFORMED)
def test_what_is_no_event_is_counted_with_its_reason(
    decoding: Decoding, reason: str, feed: Callable[[Decoding], list[Event]]
) -> None:
    """Nothing is lost in silence: each refusal has a count and a sample that says why."""
    assert feed(decoding) == []
    assert decoding.malformed == {reason: 1}
    assert [sample.reason for sample in decoding.tally.read().samples] == [reason]


def test_the_good_events_of_a_body_survive_the_bad_ones(decoding: Decoding) -> None:
    """One malformed event in a list costs only itself."""
    events = decoding.decode(a_body(received(), {"type": "task-started"}, succeeded()))

    assert [event.type for event in events] == ["task-received", "task-succeeded"]
    assert decoding.malformed == {"no task id": 1}


@pytest.mark.parametrize("type_", ["worker-resources", "beat-heartbeat", "anything", "task-"])
def test_events_of_other_types_are_unknown(decoding: Decoding, type_: str) -> None:
    """Well-formed events that Umbel has no use for are not called malformed."""
    assert decoding.decode(json.dumps(bodies.stamped(type_))) == []

    counts = decoding.tally.read()
    assert counts.unknown == {type_: 1}
    assert not counts.malformed


def test_the_kinds_of_unknown_events_are_bounded(decoding: Decoding) -> None:
    """A producer that invents types cannot fill the memory."""
    for number in range(MAX_UNKNOWN_TYPES + 100):
        decoding.decode(json.dumps(bodies.stamped(f"odd-{number}")))

    unknown = decoding.tally.read().unknown
    assert len(unknown) == MAX_UNKNOWN_TYPES + 1
    assert unknown[OTHER_TYPES] == 100


def test_the_newest_samples_are_kept(decoding: Decoding) -> None:
    """The doctor page shows a few of each kind, and those are the latest."""
    for number in range(10):
        decoding.decode(f"bad {number}")

    excerpts = [sample.excerpt for sample in decoding.tally.read().samples]
    assert excerpts == [f"bad {number}" for number in range(10 - SAMPLES_PER_KIND, 10)]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "UTF8", "binary", None])
def test_other_encodings_are_read(decoding: Decoding, encoding: str | None) -> None:
    """The encoding is the one that the message names."""
    body = json.dumps(received()).encode({"binary": "utf-8", None: "utf-8"}.get(encoding, str(encoding)))
    (event,) = decoding.decode(body, "application/json; charset=x", encoding)

    assert event.timestamp == T0


def test_an_object_that_a_transport_has_parsed_is_taken(decoding: Decoding) -> None:
    """Some transports hand out parsed bodies."""
    events = decoding.decode([received(), started()])

    assert [event.type for event in events] == ["task-received", "task-started"]
