"""One live subscription to Celery's events through kombu, from its connection to its last message."""

import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

import celery
import kombu
from celery.events.event import get_exchange

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.connection import Connection
from umbel.ingest.receivers.live import Warned
from umbel.ingest.receivers.protocol import RawMessage
from umbel.ingest.receivers.pubsub import PubSubReader
from umbel.ingest.receivers.reading import AmqpReader, Inbox, KombuReader, Reader

SUBSCRIBE_WITHIN_S: Final = 5.0


class Subscription:
    """A connection, its channel and a consumer of raw messages; see ``Live``.

    Opening it raises what kombu and its driver raise.
    """

    explanation: str | None = None
    holds = False
    warning = Warned()

    def __init__(self, app: "celery.Celery") -> None:
        self._inbox = Inbox()
        self._connection = Connection(app)
        try:
            self._channel = self._connection.channel()
            self._consume(_queue(app, self._connection))
            self._reader = self._reader_of_driver()
            self.heard_at = time.monotonic()
        except BaseException:
            self.close(is_lost=True)
            raise

    def _consume(self, queue: kombu.Queue) -> None:
        consumer = kombu.Consumer(
            self._channel,
            queues=[queue],
            no_ack=True,
            on_message=self._inbox.on_message,
            on_decode_error=lambda message, _error: self._inbox.on_message(message),
        )
        consumer.consume()

    def _reader_of_driver(self) -> Reader:
        connection = self._connection
        if connection.driver == "amqp" and hasattr(connection.link, "transport"):
            return AmqpReader(connection.transport, connection.link)
        if connection.driver == "redis":
            self._await_subscription()
            pubsub = self._channel.subclient
            if hasattr(pubsub.connection, "register_connect_callback"):
                return PubSubReader(pubsub)
        return KombuReader(self._drain)

    def _drain(self, timeout_s: float) -> None:
        transport: Any = self._connection.transport
        transport.drain_events(self._connection.link, timeout=timeout_s)

    def _await_subscription(self) -> None:
        """Wait for Redis to confirm that it will send what is published."""
        try:
            self._drain(SUBSCRIBE_WITHIN_S)
        except TimeoutError as error:
            raise LinkLost(f"no answer to the subscription in {SUBSCRIBE_WITHIN_S:.0f} s") from error

    def drain(self, timeout_s: float) -> None:
        """Gather what comes, waiting at most ``timeout_s`` for the first message and then only for what is there.

        Raises LinkLost, or what the driver raises, when the link is gone; what came before it is still there for
        ``take``.
        """
        if self._reader.read(timeout_s, self._inbox):
            self.heard_at = time.monotonic()
        self._reader.keep_alive()

    def take(self, token: int) -> Sequence[RawMessage]:  # noqa: ARG002 - nothing is acknowledged
        """Return what was gathered."""
        messages, self._inbox.messages = self._inbox.messages, []
        return messages

    def settle(self, token: int) -> None:
        """Do nothing: these messages are not acknowledged."""

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers."""
        self._connection.broadcast(command, destination)

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of everything. Where the link is lost, nobody waits for the broker's answer to it."""
        self._connection.close(is_lost=is_lost)


def _queue(app: "celery.Celery", connection: Connection) -> kombu.Queue:
    """Return a queue as ``celery.events.EventReceiver`` makes it, under a new name for each subscription."""
    conf = app.conf
    is_exclusive = bool(conf.get("event_queue_exclusive", connection.driver == "amqp"))
    return kombu.Queue(
        f"{conf.event_queue_prefix}.{uuid.uuid4()}",
        exchange=get_exchange(connection.kombu, name=conf.event_exchange),
        routing_key="#",
        auto_delete=True,
        durable=False,
        exclusive=is_exclusive,
        message_ttl=conf.event_queue_ttl,
        expires=conf.event_queue_expires,
    )
