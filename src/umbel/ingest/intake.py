"""The way from the receiver into the buffer: it waits for room where the broker keeps what is not settled."""

from collections import deque
from collections.abc import Callable
from typing import Final

from umbel.ingest.batcher import Batcher
from umbel.ingest.receivers.protocol import RawMessage, Received
from umbel.ingest.receivers.queues import UNACKNOWLEDGED
from umbel.model.events import Event
from umbel.store.protocols import Arrival

MOST_HELD: Final = UNACKNOWLEDGED
"""So many messages are held at most: those of one link. What a lost one left over gives way to the next one's."""


class _Look:
    """What one look at the broker brought and is not decoded yet."""

    __slots__ = ("at", "messages", "token")

    def __init__(self, received: Received, at: float) -> None:
        self.messages: deque[RawMessage] = deque(received.messages)
        self.token = received.token
        self.at = at


class Intake:
    """Decodes messages and pushes their events, in their order. One thread.

    A message may hold many events, so that no count of messages tells whether there is room. Until there is, a message
    stays as it came, and its token is not passed on.
    """

    def __init__(self, batcher: Batcher, decode: Callable[..., list[Event]]) -> None:
        self._batcher = batcher
        self._decode = decode
        self._looks: deque[_Look] = deque()
        self.held = 0

    def put(self, received: Received, at: float, *, may_wait: bool) -> list[tuple[list[Event], float]]:
        """Take what came ``at`` an epoch second, and return the events that went into the buffer now, each with theirs.

        Unless it ``may_wait`` all of it goes there, and the buffer drops what it has no room for.
        """
        if received.messages:
            self._looks.append(_Look(received, at))
            self.held += len(received.messages)
        let_in: list[tuple[list[Event], float]] = []
        while self._looks:
            must = max(0, self.held - MOST_HELD) if may_wait else self.held
            room = self._batcher.room
            if not must and not room:
                break
            look = self._looks[0]
            let_in.append((self._let_in(look, room, must), look.at))
        return let_in

    def _let_in(self, look: _Look, room: int, must: int) -> list[Event]:
        """Push messages of this look until their events fill the room and ``must`` of them, or all, are in."""
        events: list[Event] = []
        messages, decode, before = look.messages, self._decode, len(look.messages)
        while messages and (len(events) < room or before - len(messages) < must):
            events += decode(*messages.popleft())
        self.held -= before - len(messages)
        arrivals = [Arrival(event, look.at) for event in events]
        if messages:
            self._batcher.push(arrivals)
        else:
            self._looks.popleft()
            self._batcher.push(arrivals, look.token)
        return events
