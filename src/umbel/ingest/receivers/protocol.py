"""What every receiver is. ``tests/integration/test_receivers.py`` is the same text as tests."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from umbel.ingest.health import BrokerHealth


class RawMessage(NamedTuple):
    """A broker's message as it came: nothing of it was looked at."""

    body: object
    content_type: str | None
    encoding: str | None


class Received(NamedTuple):
    """What one look at the broker brought. ``token`` grows with each; it names these messages to ``settle``."""

    messages: Sequence[RawMessage]
    token: int


class Receiver(Protocol):
    """One subscription to all events of a Celery deployment. Used by one thread, unless a method says otherwise.

    A receiver connects when it is first asked for messages, and again whenever the link is lost, for ever. It
    never raises for a fault of the broker or the link: these are told by ``health``.
    """

    @property
    def holds(self) -> bool:
        """Whether the broker keeps what is not settled, and sends a bounded number of messages ahead of that."""

    def receive(self, timeout_s: float) -> Received:
        """Return what has come, in the order of arrival, waiting at most about ``timeout_s`` for the first.

        Empty when nothing came, or while there is no link. One call brings a bounded number of messages. An
        attempt to connect may take longer than ``timeout_s``.
        """

    def settle(self, token: int) -> None:
        """Say that all messages up to ``token`` are stored. Any thread may call it.

        A receiver that can acknowledges them at its next ``receive``; until then the broker holds them.
        """

    def enable_events(self, workers: Sequence[str] | None = None) -> None:
        """Ask these workers, or all, to send task events. Nothing is done while there is no link."""

    def health(self) -> BrokerHealth:
        """Return how the link is now. Any thread may call it."""

    def wake(self) -> None:
        """End the waiting of ``receive`` between two tries to connect. Any thread may call it."""

    def close(self) -> None:
        """Let go of the link for good. Safe to call twice."""
