"""Switches task events on in workers that were started without ``-E``."""

from collections.abc import Callable, Iterable
from typing import Final

from umbel.ingest.receivers.protocol import Receiver
from umbel.model.events import Event, WorkerEvent

EVERY_S: Final = 10.0
MAX_KNOWN: Final = 100_000


class EventEnabler:
    """Asks new workers at once, and all of them after each connect and every ten seconds.

    The slow round is for workers that tell nothing of themselves (``--without-heartbeat``) and for events that
    somebody has switched off. To a worker that sends events already, the question changes nothing.
    """

    def __init__(self, receiver: Receiver, clock: Callable[[], float]) -> None:
        self._receiver = receiver
        self._clock = clock
        self._known: set[tuple[str, int]] = set()
        self._link_since: float | None = None
        self._next_round_at = 0.0

    def look(self, events: Iterable[Event]) -> None:
        """Ask whom these events, the newest ones, give reason to ask."""
        new = self._unknown_in(events)
        link = self._receiver.health()
        if link.state != "connected":
            return
        now = self._clock()
        is_round_due = self._link_since != link.since or not 0 <= self._next_round_at - now <= EVERY_S
        if is_round_due:
            self._link_since, self._next_round_at = link.since, now + EVERY_S
            self._receiver.enable_events()
        elif new:
            self._receiver.enable_events(sorted(new))

    def _unknown_in(self, events: Iterable[Event]) -> set[str]:
        seen = {(event.hostname, event.pid) for event in events if isinstance(event, WorkerEvent)} - self._known
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        self._known |= seen
        return {hostname for hostname, _ in seen}
