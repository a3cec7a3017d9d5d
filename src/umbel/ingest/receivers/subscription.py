"""One live subscription to Celery's events through kombu, from its connection to its last message."""

import contextlib
import copy
import threading
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import celery
import kombu
from celery.events.event import get_exchange

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.protocol import RawMessage
from umbel.ingest.receivers.pubsub import PubSubReader
from umbel.ingest.receivers.reading import AmqpReader, Inbox, KombuReader, Reader

SUBSCRIBE_WITHIN_S: Final = 5.0
HEARTBEAT_S: Final = 10
PING_EVERY_S: Final = 5
UNACKNOWLEDGED: Final = 20_000
"""How many messages of a durable queue may be on the way to the store."""
DURABLE_TTL_S: Final = 3_600.0
DURABLE_MAX_BYTES: Final = 256 * 1024 * 1024

_REDIS_OPTIONS: Final = {
    "socket_connect_timeout": 5,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": PING_EVERY_S,
}


class Subscription:
    """A connection, its channel and a consumer of raw messages. One thread at a time.

    Opening it raises what kombu and its driver raise. ``durable_queue`` names a queue that outlives the
    subscription (AMQP only): its messages are acknowledged by ``settle``, and what comes while nobody listens waits.
    """

    def __init__(self, app: "celery.Celery", durable_queue: str | None = None) -> None:
        self._app = app
        self._inbox = Inbox()
        self._unsettled: deque[tuple[int, Any]] = deque()
        self._connection = _connection(app)
        self._driver = str(self._connection.transport.driver_type)
        self._is_durable = durable_queue is not None and self._driver == "amqp"
        try:
            self._open(durable_queue)
        except BaseException:
            self.close(is_lost=True)
            raise

    def _open(self, durable_queue: str | None) -> None:
        tries = max(1, len(self._connection.alt or ()))
        self._connection.ensure_connection(max_retries=tries, interval_start=0, interval_step=0, interval_max=0)
        # From here on the transport is used directly: the connection would silently connect again.
        self._transport = self._connection.transport
        self._link = self._connection.connection
        self._channel: Any = self._transport.create_channel(self._link)
        self._control_channel: Any = None
        queue = _durable_queue(self._app, self._connection, str(durable_queue)) if self._is_durable else None
        self._consume(queue or _queue(self._app, self._connection, self._driver))
        self._reader = self._reader_of_driver()

    def _consume(self, queue: kombu.Queue) -> None:
        consumer = kombu.Consumer(
            self._channel,
            queues=[queue],
            no_ack=not self._is_durable,
            on_message=self._inbox.on_message,
            on_decode_error=lambda message, _error: self._inbox.on_message(message),
        )
        if self._is_durable:
            consumer.qos(prefetch_count=UNACKNOWLEDGED)
        consumer.consume()

    def _reader_of_driver(self) -> Reader:
        if self._driver == "amqp" and hasattr(self._link, "transport"):
            return AmqpReader(self._transport, self._link)
        if self._driver == "redis":
            self._await_subscription()
            pubsub = self._channel.subclient
            if hasattr(pubsub.connection, "register_connect_callback"):
                return PubSubReader(pubsub)
        return KombuReader(self._drain)

    def _drain(self, timeout_s: float) -> None:
        self._transport.drain_events(self._link, timeout=timeout_s)

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
        self._reader.read(timeout_s, self._inbox)
        self._reader.keep_alive()

    def take(self, token: int) -> Sequence[RawMessage]:
        """Return what was gathered; ``token`` names these messages to ``settle``."""
        messages, self._inbox.messages = self._inbox.messages, []
        if messages and self._is_durable:
            self._unsettled.append((token, self._inbox.last_tag))
        return messages

    def settle(self, token: int) -> None:
        """Acknowledge all messages up to ``token``."""
        tag = None
        while self._unsettled and self._unsettled[0][0] <= token:
            tag = self._unsettled.popleft()[1]
        if tag is not None:
            self._channel.basic_ack(tag, multiple=True)

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers."""
        if self._control_channel is None:
            self._control_channel = self._transport.create_channel(self._link)
        control: Any = self._app.control
        mailbox = copy.copy(control.mailbox)
        mailbox._producer_pool = None  # noqa: SLF001 - the pool has connections of its own that wait for ever
        names = None if destination is None else list(destination)
        mailbox(self._connection)._broadcast(command, destination=names, channel=self._control_channel)  # noqa: SLF001

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of everything. Where the link is lost, nobody waits for the broker's answer to it."""
        if not is_lost:
            self._release()
        elif self._driver == "amqp":
            with contextlib.suppress(Exception):  # it is not needed any more, whatever it says
                self._connection.collect()
        else:  # which cleans up behind itself on the broker, and may wait long for one that is silent
            threading.Thread(target=self._release, name="umbel-release", daemon=True).start()

    def _release(self) -> None:
        with contextlib.suppress(Exception):  # it is not needed any more, whatever it says
            self._connection.release()


def _connection(app: "celery.Celery") -> kombu.Connection:
    url = app.conf.broker_read_url
    driver = app.connection_for_read(url).get_transport_cls().driver_type  # nothing is connected for it
    set_by_user = app.conf.broker_transport_options or {}
    options = _REDIS_OPTIONS if driver == "redis" else {}
    added = {name: value for name, value in options.items() if name not in set_by_user}
    return app.connection_for_read(url, heartbeat=HEARTBEAT_S, transport_options=added)


def _queue(app: "celery.Celery", connection: kombu.Connection, driver: str) -> kombu.Queue:
    """Return a queue as ``celery.events.EventReceiver`` makes it, under a new name for each subscription."""
    conf = app.conf
    is_exclusive = bool(conf.get("event_queue_exclusive", driver == "amqp"))
    return kombu.Queue(
        f"{conf.event_queue_prefix}.{uuid.uuid4()}",
        exchange=get_exchange(connection, name=conf.event_exchange),
        routing_key="#",
        auto_delete=True,
        durable=False,
        exclusive=is_exclusive,
        message_ttl=conf.event_queue_ttl,
        expires=conf.event_queue_expires,
    )


def _durable_queue(app: "celery.Celery", connection: kombu.Connection, name: str) -> kombu.Queue:
    return kombu.Queue(
        name,
        exchange=get_exchange(connection, name=app.conf.event_exchange),
        routing_key="#",
        auto_delete=False,
        durable=True,
        message_ttl=DURABLE_TTL_S,
        queue_arguments={"x-max-length-bytes": DURABLE_MAX_BYTES, "x-overflow": "drop-head"},
    )
