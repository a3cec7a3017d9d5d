"""What is concluded of workers, events and messages, without a broker."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from tests.support.events import T0
from umbel.control.brokers.consumers import consumers_of
from umbel.control.brokers.messages import NOTHING, parse, parse_unacked
from umbel.control.brokers.protocol import clean_name, is_internal
from umbel.model.inspection import Part, Summary
from umbel.model.queues import Consuming
from umbel.model.workers import Worker


def worker(name: str, *, heard: float = 0.0, pid: int = 7) -> Worker:
    """Return a worker whose last heartbeat came ``heard`` seconds after ``T0``."""
    at = T0 + heard
    return Worker(name=name, pid=pid, first_seen_at=T0, last_seen_at=at, last_event_at=at, last_heartbeat_at=at)


def told(name: str, *queues: str, pid: int = 7, held: int = 0) -> Summary:
    """Return what a worker answered."""
    answered = {Part.QUEUES.value: T0}
    counts = {Part.SCHEDULED.value: held}
    return Summary(name=name, pid=pid, asked_at=T0, answered_at=T0, told_at=answered, queues=queues, counts=counts)


def test_who_consumes_what() -> None:
    """A worker that told counts; one that has not told yet makes it unknown; one that is offline is no consumer."""
    found = consumers_of([worker("a"), worker("b")], {"a": told("a", "q", held=3), "b": told("b", "q", "r")}, T0)
    assert found.by_queue == {"q": ("a", "b"), "r": ("b",)}
    assert (set(found.only), found.held["a"]) == ({"a"}, 3)
    assert found.of("r", None)[0] is Consuming.YES
    assert found.of("nobody", None)[0] is Consuming.NO

    silent = consumers_of([worker("a"), worker("new")], {"a": told("a", "q")}, T0)
    consuming, why = silent.of("r", None)
    assert consuming is Consuming.UNKNOWN
    assert "new" in str(why)
    assert silent.of("q", None)[0] is Consuming.YES
    assert silent.of("r", 0)[0] is Consuming.NO, "what the broker counts is sure"

    gone = consumers_of([worker("a", heard=-600)], {"a": told("a", "q")}, T0)
    assert gone.of("q", None)[0] is Consuming.NO
    again = consumers_of([worker("a", pid=8)], {"a": told("a", "q")}, T0)
    assert again.of("q", None)[0] is Consuming.UNKNOWN, "another process may consume something else"
    assert consumers_of([], {"quiet": told("quiet", "q")}, T0 + 60).of("q", None)[0] is Consuming.YES
    assert consumers_of([], {"quiet": told("quiet", "q")}, T0 + 600).of("q", None)[0] is Consuming.NO


def message(**headers: object) -> dict[str, object]:
    """Return a message as kombu writes it."""
    properties = {"delivery_info": {"exchange": "", "routing_key": "q"}, "priority": 0}
    return {"body": "W10=", "headers": {"task": "t", "id": "1", **headers}, "properties": properties}


def test_what_a_message_tells() -> None:
    """Its task, when it was sent, its ETA, and whether it is a retry; of the body nothing is read."""
    found = parse(json.dumps(message(umbel_sent_at=T0, eta="2026-11-21T09:00:00+00:00")))
    assert (found.task, found.task_id, found.sent_at, found.exchange, found.routing_key) == ("t", "1", T0, "", "q")
    assert found.eta is not None
    assert found.is_first
    assert not parse(json.dumps(message(retries=2))).is_first
    assert parse_unacked(json.dumps([message(), "", "q"])).task == "t"


@pytest.mark.parametrize("sent_at", [True, "1", -1, 1e300, float("nan"), None])
def test_a_time_that_is_none(sent_at: object) -> None:
    """Is not believed."""
    assert parse(json.dumps(message(umbel_sent_at=sent_at))).sent_at is None


@given(st.one_of(st.binary(max_size=60), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_no_message_breaks_it(raw: bytes | str) -> None:
    """Whatever lies in a list of that name."""
    assert parse(raw).task is None
    assert parse_unacked(raw).task is None
    assert parse("[" * 100_000) == NOTHING


def test_names() -> None:
    """What Celery makes for itself is hidden, and no store is given a name that it cannot keep."""
    assert all(map(is_internal, ("celeryev.x", "w@h.celery.pidbox", "1.reply.celery.pidbox", "celery_delayed_3")))
    assert not is_internal("celery")
    assert clean_name(b"caf\xc3\xa9 \xff") == "café �"
    assert clean_name("\ud83d") == "?"
    assert [clean_name(name) for name in ("", "a\0b", "x" * 501, 5)] == [None] * 4
