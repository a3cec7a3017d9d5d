"""The fast receiver for Redis: kombu and redis-py open the connection, and from then on its socket is ours.

What is taken from kombu is where and how to connect, and what the channels are called. What is not taken is how it
reads (more than twice the work) and that redis-py subscribes again in silence when the server hangs up.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import celery
import redis
from kombu.transport import redis as kombu_redis

from umbel.ingest.errors import NotSupported
from umbel.ingest.receivers.connection import Connection
from umbel.ingest.receivers.envelopes import Envelopes
from umbel.ingest.receivers.live import LiveReceiver, Opener, Warned
from umbel.ingest.receivers.protocol import RawMessage
from umbel.ingest.receivers.pubsub_link import PubSubLink
from umbel.ingest.receivers.redis_past import BacklogWatch, RedisPast

EVERY_KEY: Final = "*"
"""What kombu makes of the routing key ``#`` on Redis."""


class RedisReceiver(LiveReceiver):
    """Receives through ``app``'s read connection. ``fallback`` is used where it is not one that can be read so."""

    def __init__(
        self,
        app: "celery.Celery",
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
        fallback: Opener | None = None,
    ) -> None:
        past = RedisPast()
        super().__init__(
            app,
            lambda: RedisSubscription(app, past),
            name="redis",
            clock=clock,
            random=random,
            logger=logger,
            fallback=fallback,
        )


class RedisSubscription:
    """A connection that listens, and one for all else; see ``Live``. ``past`` outlives it."""

    holds = False

    def __init__(self, app: "celery.Celery", past: RedisPast) -> None:
        self._open = Envelopes().open
        self._messages: list[RawMessage] = []
        self._past = past
        self._listening: PubSubLink | None = None
        self.warning = Warned()
        self._connection = Connection(app)
        try:
            channel = self._connection.channel()
            self.explanation = past.look(channel.client)
            self._listening, client_id = _listen(channel, app.conf.event_exchange)
            self._watch = BacklogWatch(channel.client, client_id)
        except BaseException:
            self.close(is_lost=True)
            raise

    @property
    def heard_at(self) -> float:
        """Until when all that Redis sent has been heard."""
        socket = self._listening.socket if self._listening is not None else None
        return min(socket.heard_at, socket.dry_at) if socket is not None else 0.0

    def drain(self, timeout_s: float) -> None:
        """Gather what comes; raises LinkLost, OSError or redis.RedisError when the link is gone."""
        listening = self._listening
        if listening is not None:
            try:
                self._messages += map(self._open, listening.read(timeout_s))
                listening.keep_alive()
            finally:
                self._past.owed_bytes = listening.socket.behind_bytes
            self.warning = self._watch.look(listening.socket.dry_at)

    def take(self, token: int) -> Sequence[RawMessage]:  # noqa: ARG002 - nothing is acknowledged
        """Return what was gathered."""
        messages, self._messages = self._messages, []
        return messages

    def settle(self, token: int) -> None:
        """Do nothing: Redis forgets what it has sent."""

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers."""
        self._connection.broadcast(command, destination)

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of both connections."""
        if self._listening is not None:
            self._listening.close()
        self._connection.close(is_lost=is_lost)


def _listen(opened: object, exchange: str) -> tuple[PubSubLink, int | None]:
    """Subscribe as kombu's fanout does: ``{global_keyprefix}{fanout_prefix}{exchange}/*``.

    Returns the link, and the number of its connection where the server tells it. Raises NotSupported.
    """
    if not isinstance(opened, kombu_redis.Channel) or not hasattr(opened, "_get_publish_topic"):
        raise NotSupported(f"{type(opened).__qualname__} is not kombu's channel to Redis as it is known")
    channel: Any = opened  # of which the stubs know little
    if getattr(channel, "sentinel_fanout_compat", False):
        raise NotSupported("sentinel_fanout_compat sends each message twice, which kombu sorts out")
    pool = channel.pool  # which also puts the number of the database into the channel's names
    topic = channel.global_keyprefix + channel._get_publish_topic(exchange, EVERY_KEY)  # noqa: SLF001
    connection: Any = pool.make_connection()
    try:
        connection.connect()
        client_id = _client_id(connection)
        return PubSubLink(connection, topic), client_id
    except BaseException:
        with contextlib.suppress(OSError, redis.RedisError):
            connection.disconnect()
        raise


def _client_id(connection: Any) -> int | None:  # noqa: ANN401 - redis-py has a class a transport
    try:
        connection.send_command("CLIENT", "ID")
        return int(connection.read_response())
    except redis.ResponseError:  # the user may not ask for it
        return None
