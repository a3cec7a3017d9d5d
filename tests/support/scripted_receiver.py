"""A receiver whose broker is a test."""

import queue
from collections.abc import Sequence

from umbel.ingest.health import BrokerHealth, LinkState
from umbel.ingest.receivers.protocol import RawMessage, Received


class ScriptedReceiver:
    """Hands out what it is given, and notes what it is told."""

    def __init__(self) -> None:
        self.settled: list[int] = []
        self.enabled: list[Sequence[str] | None] = []
        self.state: LinkState = "connected"
        self.since = 1.0
        self.holds = False
        self.durable_queue: str | None = None
        self.is_closed = False
        self.given = 0
        self.fault: Exception | None = None
        self._waiting: queue.Queue[list[RawMessage]] = queue.Queue()

    def give(self, *bodies: object, content_type: str = "application/json") -> int:
        """Let the next ``receive`` return these bodies; returns the token that they will have."""
        self._waiting.put([RawMessage(body, content_type, "utf-8") for body in bodies])
        self.given += 1
        return self.given

    def receive(self, timeout_s: float) -> Received:
        """Return what was given first."""
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        try:
            messages = self._waiting.get(timeout=timeout_s)
        except queue.Empty:
            return Received((), self.given)
        return Received(messages, self.given - self._waiting.qsize())

    def settle(self, token: int) -> None:
        """Note the token."""
        self.settled.append(token)

    def enable_events(self, workers: Sequence[str] | None = None) -> None:
        """Note who was asked."""
        self.enabled.append(workers)

    def health(self) -> BrokerHealth:
        """Return the state that the test has set."""
        queue = self.durable_queue
        return BrokerHealth(
            url="scripted://", transport="scripted", state=self.state, since=self.since, durable_queue=queue
        )

    def wake(self) -> None:
        """Do nothing: it never waits long."""

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True
