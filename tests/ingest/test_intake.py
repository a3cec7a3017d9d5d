"""What waits for room in the buffer goes in later, in its order, as of when it came."""

import json

from tests.support.bodies import received
from tests.support.clock import ManualClock
from umbel.ingest.batcher import Batcher
from umbel.ingest.decode import EventDecoder
from umbel.ingest.intake import Intake
from umbel.ingest.receivers.protocol import RawMessage, Received
from umbel.ingest.tally import Tally


def messages(first: int, last: int) -> list[RawMessage]:
    """Return messages of three events each."""
    bodies = [[received(uuid=f"{number}-{event}") for event in range(3)] for number in range(first, last)]
    return [RawMessage(json.dumps(body).encode(), "application/json", "utf-8") for body in bodies]


def test_what_waits_goes_in_as_of_when_it_came() -> None:
    """Nothing overtakes, a token comes with the last of its messages, and no clock looks wrong because of the wait."""
    clock = ManualClock()
    batcher = Batcher(clock=clock, batch_events=3, limit=10)
    intake = Intake(batcher, EventDecoder(Tally(clock)).decode)
    intake.put(Received(messages(0, 4), 1), 100.0, may_wait=True)
    intake.put(Received(messages(4, 6), 2), 200.0, may_wait=True)
    assert (batcher.size, intake.held) == (9, 3)

    first = batcher.take(0)
    assert first is not None
    assert first.token == 0, "one of its messages still waits"
    noted = intake.put(Received((), 2), 300.0, may_wait=True)
    assert [(len(events), at) for events, at in noted] == [(3, 100.0), (6, 200.0)]
    second = batcher.take(0)
    assert second is not None
    assert second.token == 2
    both = [*first.arrivals, *second.arrivals]
    assert [getattr(arrival.event, "uuid", "") for arrival in both] == [
        f"{number}-{event}" for number in range(6) for event in range(3)
    ]
    assert [arrival.at for arrival in both] == [100.0] * 12 + [200.0] * 6
    assert batcher.drops() == ({}, ())
