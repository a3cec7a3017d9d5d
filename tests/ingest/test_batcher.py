"""The buffer between receiving and writing: bounded, in order, and honest about what it drops."""

import threading

import pytest

from tests.support.clock import ManualClock
from tests.support.events import T0, a_heartbeat, an_event
from umbel.ingest.batcher import Batcher
from umbel.model.events import Event, Learnt
from umbel.store.protocols import Arrival


def arrivals(*events: Event) -> list[Arrival]:
    """Return events that have just arrived."""
    return [Arrival(event, T0) for event in events]


def some(number: int, kind: str = "received", at: float = 0.0) -> list[Arrival]:
    """Return ``number`` arrivals of one kind."""
    return arrivals(*(an_event(kind, at + step) for step in range(number)))


def clocks(batch: object) -> list[int]:
    """Return the clocks of a batch's events, which tell them apart."""
    return [arrival.event.clock for arrival in getattr(batch, "arrivals", ())]


def test_a_batch_is_closed_by_its_size() -> None:
    """Events are handed out as soon as there are enough, in the order in which they came."""
    batcher = Batcher(clock=ManualClock(), batch_events=3)
    given = some(4)
    batcher.push(given[:2], 1)
    batcher.push(given[2:], 2)

    batch = batcher.take(0)
    assert batch is not None
    assert list(batch.arrivals) == given, "what waits comes with it"
    assert batch.token == 2


def test_a_batch_is_bounded() -> None:
    """However much waits, a batch holds four times its size at most, and its token waits for the whole message."""
    batcher = Batcher(clock=ManualClock(), batch_events=2)
    given = some(9)
    batcher.push(given[:7], 1)
    batcher.push(given[7:], 2)

    first = batcher.take(0)
    assert first is not None
    assert list(first.arrivals) == given[:8]
    assert first.token == 1, "the second message is not stored completely yet"
    batcher.close()
    second = batcher.take(0)
    assert second is not None
    assert list(second.arrivals) == given[8:]
    assert second.token == 2


def test_a_batch_is_closed_by_its_age() -> None:
    """A lone event does not wait for others longer than the batch time."""
    clock = ManualClock()
    batcher = Batcher(clock=clock, batch_events=1_000, batch_s=60.0)
    batcher.push(some(1), 1)
    clock.forward(60.0)

    assert clocks(batcher.take(0)) == [1]


def test_a_young_batch_waits_for_more() -> None:
    """Until it is due, events gather; a full batch ends the waiting at once."""
    batcher = Batcher(clock=ManualClock(), batch_events=2, batch_s=3_600.0)
    taken: list[list[int]] = []
    writer = threading.Thread(target=lambda: taken.append(clocks(batcher.take(60.0))))
    batcher.push(some(1), 1)
    writer.start()
    assert not taken
    batcher.push(some(1, at=1.0), 2)
    writer.join(20.0)

    assert taken == [[1, 1001]]


def test_nothing_is_taken_from_an_empty_buffer() -> None:
    """A writer that waits in vain gets nothing."""
    assert Batcher(clock=ManualClock()).take(0) is None


def test_a_message_without_events_brings_its_token() -> None:
    """Malformed messages are settled as well, or they would come again for ever."""
    batcher = Batcher(clock=ManualClock())
    batcher.push([], 7)

    batch = batcher.take(0)
    assert batch is not None
    assert (list(batch.arrivals), batch.token) == ([], 7)


def test_closing_ends_the_waiting() -> None:
    """At the end what is left is handed out at once."""
    batcher = Batcher(clock=ManualClock(), batch_s=3_600.0)
    batcher.push(some(1), 1)
    batcher.close()

    assert clocks(batcher.take(60.0)) == [1]
    assert batcher.take(60.0) is None


def test_an_overflow_drops_the_least_wanted_first() -> None:
    """Heartbeats go first, then custom events and starts; how tasks ended goes last. Each drop is counted."""
    batcher = Batcher(clock=ManualClock(), batch_events=1_000, limit=100)
    batcher.push(arrivals(*(a_heartbeat(step) for step in range(40))), 1)
    batcher.push(some(20, "progress"), 2)
    batcher.push(some(40, "succeeded"), 3)
    assert batcher.dropped() == {}

    batcher.push(some(10, "failed"), 4)
    assert batcher.dropped() == {"worker-heartbeat": 15}
    batcher.push(some(60, "received"), 5)
    assert batcher.dropped() == {"worker-heartbeat": 40, "task-(custom)": 20, "task-received": 15}
    batcher.push(some(60, "failed"), 6)

    gone = {"worker-heartbeat": 40, "task-(custom)": 20, "task-received": 60, "task-succeeded": 15}
    assert batcher.dropped() == gone
    assert batcher.size == 95
    batcher.close()
    batch = batcher.take(0)
    assert batch is not None
    assert {arrival.event.type for arrival in batch.arrivals} == {"task-succeeded", "task-failed"}
    assert batch.token == 6


def test_an_overflow_leaves_no_empty_places() -> None:
    """However long the store is away, only what waits takes room, and the newest token is still handed out."""
    batcher = Batcher(clock=ManualClock(), batch_events=1_000, limit=100)
    for token in range(1, 2_001):
        batcher.push(arrivals(a_heartbeat(float(token))), token)
    assert len(batcher._chunks) <= 101
    batcher.push(some(100, "succeeded"), 2_000)
    batcher.push([], 2_001)
    assert len(batcher._chunks) <= 2
    batcher.close()
    batch = batcher.take(0)
    assert batch is not None
    assert batch.token == 2_001


def test_what_was_learnt_is_wanted_as_much_as_an_end() -> None:
    """An end that was learnt elsewhere is not a custom event."""
    batcher = Batcher(clock=ManualClock(), limit=10)
    learnt = Learnt(uuid="task-1", timestamp=T0, state="SUCCESS", source="result backend")
    batcher.push(arrivals(learnt), 1)
    batcher.push(some(15, "received"), 2)
    assert batcher.dropped() == {"task-received": 7}


@pytest.mark.parametrize("kind", ["received", "succeeded"])
def test_of_equally_wanted_events_the_oldest_go(kind: str) -> None:
    """When only one kind is left, what is newest is kept."""
    batcher = Batcher(clock=ManualClock(), batch_events=1_000, limit=10)
    batcher.push(some(15, kind), 1)
    batcher.close()

    assert clocks(batcher.take(0)) == [1 + 1000 * step for step in range(6, 15)]
    assert batcher.dropped() == {f"task-{kind}": 6}
