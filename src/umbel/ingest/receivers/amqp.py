"""The fast receiver for RabbitMQ: py-amqp opens the connection and speaks AMQP, and the messages are cut by us.

py-amqp has all that connecting needs (TLS, users, virtual hosts, negotiation, heartbeats), and takes ten times as long
as it must for a message. Its transport's buffer holds what was read and not used yet, so that both see one stream.
"""

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import celery
import kombu
from amqp.exceptions import AccessRefused, PreconditionFailed, ResourceLocked

from umbel.ingest.errors import LinkLost, NotSupported
from umbel.ingest.receivers.connection import Connection
from umbel.ingest.receivers.frames import FrameCutter
from umbel.ingest.receivers.live import LiveReceiver, Opener, Warned
from umbel.ingest.receivers.protocol import RawMessage
from umbel.ingest.receivers.queue_watch import QueueWatch
from umbel.ingest.receivers.queues import UNACKNOWLEDGED, bounds_of, durable_queue_of, own_queue_of
from umbel.ingest.receivers.watched_socket import WatchedSocket

HEARTBEAT_S: Final = 5
"""A broker that says nothing for twice as long is gone."""


class AmqpReceiver(LiveReceiver):
    """Receives through ``app``'s read connection, and acknowledges what is settled.

    ``durable_queue`` names a queue that keeps events while nobody listens (see ``queues``). ``fallback`` is used
    where the connection is not one that can be read so.
    """

    def __init__(
        self,
        app: "celery.Celery",
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
        durable_queue: str | None = None,
        fallback: Opener | None = None,
    ) -> None:
        super().__init__(
            app,
            lambda: AmqpSubscription(app, durable_queue),
            name="amqp",
            clock=clock,
            random=random,
            logger=logger,
            fallback=fallback,
            durable_queue=durable_queue,
        )


class AmqpSubscription:
    """A connection, its channel and a consumer of raw messages; see ``Live``.

    Opening it raises what kombu and py-amqp raise, LinkLost and NotSupported. A heartbeat of the broker is a sign of
    life too.
    """

    explanation: str | None = None
    holds = True

    def __init__(self, app: "celery.Celery", durable_queue: str | None = None) -> None:
        self._messages: list[RawMessage] = []
        self._unsettled: deque[tuple[int, int]] = deque()
        self._acknowledged = 0
        self._connection = Connection(app, HEARTBEAT_S)
        try:
            self._link = self._connection.link
            self._wire = _wire_of(self._link)
            self._channel = self._connection.channel()
            self._cutter = FrameCutter(self._channel.channel_id, self._link.frame_max, self._link.on_inbound_frame)
            queue = durable_queue_of(app, durable_queue) if durable_queue else own_queue_of(app)
            self._consume(queue, durable_queue)
            self._socket = WatchedSocket(self._wire.sock, self._feed)
            self._watch = QueueWatch(bounds_of(queue), UNACKNOWLEDGED, self._count)
        except BaseException:
            self.close(is_lost=True)
            raise

    def _consume(self, queue: kombu.Queue, durable_queue: str | None) -> None:
        self._channel.auto_decode = False
        with _said_in_words(durable_queue):
            queue(self._channel).declare()
            self._channel.basic_qos(0, UNACKNOWLEDGED, False)
            self._queue = queue.name
            self._channel.basic_consume(queue.name, exclusive=bool(durable_queue), callback=self._on_message)

    def _on_message(self, message: Any) -> None:  # noqa: ANN401 - py-amqp ships no types
        """Take a message that py-amqp has put together: one that is longer than a frame, or came while it read."""
        told = message.properties
        self._messages.append(RawMessage(message.body, told.get("content_type"), told.get("content_encoding")))
        self._cutter.last_tag = message.delivery_tag

    def drain(self, timeout_s: float) -> None:
        """Gather what comes; raises LinkLost, OSError or what py-amqp raises when the link is gone."""
        is_dry = self._socket.look(timeout_s)
        self._connection.transport.heartbeat_check(self._link, rate=2)
        self._watch.look(waited_s=self._socket.waited_s, is_dry=is_dry, is_full=self._is_full)

    @property
    def warning(self) -> Warned:
        """How much waits at the broker while the store is behind, and whether it drops some."""
        return self._watch.warning

    @property
    def heard_at(self) -> float:
        """Until when all that came into the queue has been heard."""
        return min(self._socket.heard_at, self._watch.empty_at)

    @property
    def _is_full(self) -> bool:
        """Whether as much is on the way to the store as may be, so that the broker holds back the rest."""
        return (self._cutter.last_tag or 0) - self._acknowledged >= UNACKNOWLEDGED

    def _count(self) -> int:
        return int(self._channel.queue_declare(self._queue, passive=True).message_count)

    def take(self, token: int) -> Sequence[RawMessage]:
        """Return what was gathered; ``token`` names these messages to ``settle``."""
        messages, self._messages = self._messages, []
        if messages and self._cutter.last_tag is not None:
            self._unsettled.append((token, self._cutter.last_tag))
        return messages

    def settle(self, token: int) -> None:
        """Acknowledge all messages up to ``token``, at once."""
        tag = None
        while self._unsettled and self._unsettled[0][0] <= token:
            tag = self._unsettled.popleft()[1]
        if tag is not None:
            self._channel.basic_ack(tag, multiple=True)
            self._acknowledged = tag

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers."""
        self._connection.broadcast(command, destination)

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of everything. Where the link is lost, nobody waits for the broker's answer to it."""
        self._connection.close(is_lost=is_lost)

    def _feed(self, data: bytes) -> int:
        before = len(self._messages)
        self._link.bytes_recv += 1  # what py-amqp knows a living broker by
        rest, self._wire._read_buffer = self._wire._read_buffer, b""  # noqa: SLF001 - see the module
        self._wire._read_buffer = self._cutter.cut(rest + data, self._messages)  # noqa: SLF001 - the same
        return len(self._messages) - before


def _wire_of(link: Any) -> Any:  # noqa: ANN401 - py-amqp ships no types
    """Return py-amqp's transport; raises NotSupported for another library's, or one of another make."""
    wire = getattr(link, "transport", None)
    if isinstance(getattr(wire, "_read_buffer", None), bytes) and hasattr(wire, "sock"):
        return wire
    raise NotSupported(f"{type(link).__module__}.{type(link).__qualname__} is not py-amqp as it is known")


@contextlib.contextmanager
def _said_in_words(durable_queue: str | None) -> Iterator[None]:
    """Say what a refusal of the durable queue means."""
    try:
        yield
    except (AccessRefused, ResourceLocked, PreconditionFailed) as error:
        if durable_queue is None:
            raise
        if isinstance(error, PreconditionFailed):
            told = "exists with other arguments; delete it when it is empty, or name another one"
        else:
            told = "may not be read: another Umbel reads it, or the user has no right to"
        raise LinkLost(f"the durable queue {durable_queue!r} {told} ({error})") from error
