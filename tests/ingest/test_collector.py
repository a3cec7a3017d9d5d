"""The collector stores what it receives, holds it while the store is away, and says how it is."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import celery
import pytest

from tests.support.bodies import a_body, a_heartbeat, received, started, succeeded
from tests.support.memory_store import MemoryStore
from tests.support.processes import wait_until
from tests.support.scripted_receiver import ScriptedReceiver
from umbel.ingest import batcher, intake
from umbel.ingest.collector import Collector
from umbel.ingest.health import CollectorHealth
from umbel.model.events import TaskEvent
from umbel.model.tasks import State
from umbel.store.protocols import Arrival, Commit, StoreUnavailable

APP = celery.Celery("test", broker="memory://", set_as_current=False)


class Rig:
    """A collector between a scripted receiver and a store in memory."""

    def __init__(self, **settings: object) -> None:
        self.receiver = ScriptedReceiver()
        self.store = MemoryStore()
        self.commits: list[Commit] = []
        given: dict[str, object] = {"on_commit": self.commits.append, "batch_s": 0.01, "random": lambda: 1.0}
        self.collector = Collector(APP, self.store, receiver=self.receiver, **{**given, **settings})  # type: ignore[arg-type]

    @property
    def health(self) -> CollectorHealth:
        """How the collector is."""
        return self.collector.health().collector

    def wait_for(self, is_true: Callable[["Rig"], object], what: str) -> None:
        """Wait until something holds of it."""
        wait_until(lambda: is_true(self), what)


@contextmanager
def a_rig(**settings: object) -> Iterator[Rig]:
    """Run a collector for the length of a test."""
    rig = Rig(**settings)
    rig.collector.start()
    try:
        yield rig
    finally:
        rig.store.fail_with = None
        rig.collector.stop()


def test_what_is_received_is_stored() -> None:
    """Events end up folded in the store, the listener hears of it, and then the messages are settled."""
    with a_rig() as rig:
        token = rig.receiver.give(a_body(received(), started()), a_body(succeeded()))
        rig.wait_for(lambda rig: token in rig.receiver.settled, "the messages are settled")

        assert rig.store.tasks["task-1"].state == State.SUCCESS
        assert sum(commit.events for commit in rig.commits) == 3
        health = rig.health
        assert (health.state, health.events, health.committed, health.buffered) == ("live", 3, 3, 0)
        assert health.lag_s is not None
        assert health.last_event_at is not None


def test_nothing_yet_is_waiting() -> None:
    """Before the first event a connected collector waits; it does not claim to be live."""
    with a_rig() as rig:
        assert rig.health.state == "waiting"
        assert rig.health.lag_s is None


def test_without_a_link_it_is_blind() -> None:
    """While the broker is out of reach the collector says so, whatever it saw before."""
    with a_rig() as rig:
        rig.receiver.give(a_body(received()))
        rig.wait_for(lambda rig: rig.store.events, "an event is stored")
        rig.receiver.state = "reconnecting"

        assert rig.health.state == "blind"


def test_a_store_that_is_away_loses_nothing() -> None:
    """While the store refuses, the batch is held and others gather behind it; nothing is settled meanwhile."""
    with a_rig() as rig:
        rig.store.fail_with = StoreUnavailable("locked")
        rig.receiver.give(a_body(received()))
        rig.wait_for(lambda rig: rig.health.state == "stalled", "it says that it is stalled")
        rig.receiver.give(a_body(started()), a_body(succeeded()))
        rig.wait_for(lambda rig: rig.health.buffered == 3, "the events gather")
        assert rig.receiver.settled == []
        assert rig.health.last_error == "StoreUnavailable: locked"

        rig.store.fail_with = None
        rig.wait_for(lambda rig: rig.store.events == 3, "all is stored")
        rig.wait_for(lambda rig: rig.health.state == "live", "it is live again")
        assert rig.store.tasks["task-1"].state == State.SUCCESS


def test_an_overflow_is_counted() -> None:
    """With the store away for long, the buffer stays bounded, and what it dropped is known by type."""
    with a_rig(buffer_events=10) as rig:
        rig.store.fail_with = StoreUnavailable("disk full")
        rig.receiver.give(a_body(received()))
        rig.wait_for(lambda rig: rig.health.state == "stalled", "it is stalled")
        rig.receiver.give(json.dumps([started(float(step)) for step in range(50)]))
        rig.wait_for(lambda rig: rig.health.dropped, "something is dropped")

        health = rig.health
        assert health.dropped_by_type == {"task-started": 41}
        assert health.buffered == 9 + 1
        assert health.buffer_limit == 10
        assert health.events == health.buffered + health.dropped


def test_a_broker_that_holds_waits_for_room() -> None:
    """What is not settled is still there: messages of many events wait for the store, and none is dropped."""
    with a_rig(buffer_events=100, batch_events=50) as rig:
        rig.receiver.holds = True
        rig.store.fail_with = StoreUnavailable("disk full")
        many = [[received(uuid=f"{message}-{number}") for number in range(24)] for message in range(50)]
        first = rig.receiver.give(*map(json.dumps, many[:5]))
        rig.wait_for(lambda rig: rig.health.state == "stalled", "it is stalled")
        last = rig.receiver.give(*map(json.dumps, many[5:]))
        rig.wait_for(lambda rig: rig.health.buffered >= 90 + 24, "the buffer is nearly full")
        assert rig.receiver.settled == []

        rig.store.fail_with = None
        rig.wait_for(lambda rig: last in rig.receiver.settled, "all is settled")
        assert rig.receiver.settled.index(first) < rig.receiver.settled.index(last)
        assert len(rig.store.tasks) == 50 * 24
        assert rig.health.dropped == 0


@pytest.mark.parametrize(("queue", "stored"), [(None, 48), ("umbel", 0)])
def test_a_stop_while_messages_wait_for_room(monkeypatch: pytest.MonkeyPatch, queue: str | None, stored: int) -> None:
    """What waits is stored with the rest, unless a durable queue brings it again."""
    monkeypatch.setattr(batcher, "NEARLY_FULL", 0.0)
    rig = Rig()
    rig.receiver.holds, rig.receiver.durable_queue = True, queue
    rig.collector.start()
    rig.receiver.give(*(json.dumps([received(uuid=f"{message}-{n}") for n in range(24)]) for message in range(2)))
    rig.wait_for(lambda rig: rig.collector._intake.held == 2, "they wait")
    rig.collector.stop()
    assert rig.store.events == stored


def test_what_a_lost_link_left_over_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the messages of one link wait, however often it is lost while the store is away."""
    monkeypatch.setattr(intake, "MOST_HELD", 4)
    with a_rig(buffer_events=10) as rig:
        rig.receiver.holds = True
        rig.store.fail_with = StoreUnavailable("disk full")
        rig.receiver.give(a_body(received(uuid="first")))
        rig.wait_for(lambda rig: rig.health.state == "stalled", "it is stalled")
        rig.receiver.give(*(a_body(*(received(uuid=f"{message}-{n}") for n in range(9))) for message in range(8)))
        rig.wait_for(lambda rig: rig.health.dropped, "something gave way")
        assert rig.collector._intake.held == 4


class PickyStore(MemoryStore):
    """Fails without a reason on events of one task."""

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Refuse batches with the task ``poison``."""
        ids = [arrival.event.uuid for arrival in arrivals if isinstance(arrival.event, TaskEvent)]
        if "poison" in ids:
            raise OverflowError("too much for the driver")
        return super().commit(arrivals)


def test_an_event_that_the_store_cannot_take_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the store on one event must not keep out the others; that one is counted with its reason."""
    rig = Rig()
    rig.store = PickyStore()
    rig.collector = Collector(APP, rig.store, receiver=rig.receiver, batch_s=0.01)
    rig.collector.start()
    many = [received(uuid=f"task-{number}") for number in range(20)]
    rig.receiver.give(json.dumps([*many[:10], received(uuid="poison"), *many[10:]]))
    rig.wait_for(lambda rig: rig.receiver.settled, "the batch is done with")
    rig.collector.stop()

    assert set(rig.store.tasks) == {f"task-{number}" for number in range(20)}
    assert rig.health.malformed_by_reason == {"refused by the store": 1}
    assert rig.health.events == rig.health.committed == 20


def test_what_is_malformed_is_counted_and_settled() -> None:
    """Messages of no use are told apart from events and do not stay with the broker."""
    with a_rig() as rig:
        token = rig.receiver.give(b"not json", a_body(received(), {"type": "odd-one"}))
        rig.wait_for(lambda rig: token in rig.receiver.settled, "the messages are settled")

        health = rig.health
        assert (health.events, health.malformed, health.unknown) == (1, 1, 1)
        assert health.unknown_by_type == {"odd-one": 1}
        assert [sample.reason for sample in health.samples] == ["not JSON", "unknown type odd-one"]


def test_stopping_stores_what_is_buffered() -> None:
    """An orderly stop loses nothing that was received."""
    rig = Rig(batch_s=3_600.0)
    rig.collector.start()
    rig.receiver.give(a_body(received(), succeeded()))
    rig.wait_for(lambda rig: rig.health.events == 2, "the events are received")
    assert rig.store.events == 0
    rig.collector.stop()

    assert rig.store.events == 2
    assert rig.health.state == "stopped"
    assert rig.receiver.is_closed


def test_stopping_does_not_wait_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    """When the store stays away, a stop gives up after its time and says how much is lost."""
    rig = Rig()
    rig.collector.start()
    rig.store.fail_with = StoreUnavailable("gone")
    rig.receiver.give(a_body(received(), started()))
    rig.wait_for(lambda rig: rig.health.state == "stalled", "it is stalled")
    with caplog.at_level(logging.ERROR, "umbel.ingest"):
        rig.collector.stop(timeout_s=0.1)

    assert "Gave up 2 events" in caplog.text
    assert (rig.health.buffered, rig.health.dropped_by_type) == (0, {"task-received": 1, "task-started": 1})
    assert [overflow.at_stop for overflow in rig.health.overflows] == [True]


def test_what_a_durable_queue_keeps_is_not_given_up() -> None:
    """It comes again at the next start."""
    rig = Rig()
    rig.receiver.holds, rig.receiver.durable_queue = True, "umbel"
    rig.collector.start()
    rig.store.fail_with = StoreUnavailable("gone")
    rig.receiver.give(a_body(received()))
    rig.wait_for(lambda rig: rig.health.state == "stalled", "it is stalled")
    rig.collector.stop(timeout_s=0.1)

    assert rig.health.dropped == 0
    assert rig.receiver.settled == []


def test_a_stop_before_the_start_is_harmless() -> None:
    """Parts are stopped in reverse order, also those that never came to start."""
    rig = Rig()
    rig.collector.stop()

    assert rig.health.state == "stopped"


def test_a_listener_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The live side is told of commits; its faults are logged and stay its own."""

    def fail(_commit: Commit) -> None:
        raise RuntimeError("live is broken")

    with a_rig(on_commit=fail) as rig:
        rig.receiver.give(a_body(received()))
        rig.wait_for(lambda rig: rig.store.events == 1, "the first is stored")
        rig.receiver.give(a_body(succeeded()))
        rig.wait_for(lambda rig: rig.store.events == 2, "the second is stored")

    assert "live is broken" in caplog.text


def test_a_fault_of_the_receiver_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A bug on the receiving side is logged and counted, and receiving goes on."""
    with a_rig() as rig:
        rig.receiver.fault = ZeroDivisionError("a bug")
        rig.wait_for(lambda rig: rig.health.malformed, "the fault is counted")
        rig.receiver.give(a_body(received()))
        rig.wait_for(lambda rig: rig.store.events == 1, "the next event is stored")

        assert rig.health.malformed_by_reason == {"fault in Umbel": 1}


def test_new_workers_are_asked_for_events() -> None:
    """All workers are asked at each connect, and one that shows up later is asked by its name, once."""
    with a_rig() as rig:
        rig.wait_for(lambda rig: rig.receiver.enabled == [None], "all are asked at the start")
        rig.receiver.give(json.dumps(a_heartbeat(hostname="w2@vm")))
        rig.wait_for(lambda rig: rig.receiver.enabled[1:] == [["w2@vm"]], "the new one is asked")
        rig.receiver.give(json.dumps(a_heartbeat(2.0, hostname="w2@vm")))
        rig.wait_for(lambda rig: rig.store.events == 2, "its second heartbeat is stored")
        assert rig.receiver.enabled == [None, ["w2@vm"]]

        rig.receiver.since += 1
        rig.wait_for(lambda rig: rig.receiver.enabled[2:] == [None], "all are asked after a reconnect")


def test_workers_can_be_left_alone() -> None:
    """Where it is switched off, nothing is ever sent to a worker."""
    with a_rig(enable_events=False) as rig:
        rig.receiver.give(json.dumps(a_heartbeat()))
        rig.wait_for(lambda rig: rig.store.events == 1, "the heartbeat is stored")

        assert rig.receiver.enabled == []
