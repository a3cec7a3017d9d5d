"""A connection to Redis that does nothing but listen, on a socket that nobody else touches.

redis-py (or kombu's variant of it) has opened it, so that TLS, unix sockets, users, passwords and sentinels are as
the user has set them. From then on its library never sees it again: nothing can reconnect in silence.
"""

import time
from typing import Any, Final

from umbel.ingest.errors import LinkLost, NotSupported
from umbel.ingest.receivers.pushes import PushParser
from umbel.ingest.receivers.watched_socket import WatchedSocket

SUBSCRIBE_WITHIN_S: Final = 5.0
PING_AFTER_S: Final = 2.0
PONG_WITHIN_S: Final = 4.0
"""A server that says nothing is asked after the one, and given up after the other."""

_PING: Final = b"*1\r\n$4\r\nPING\r\n"


class PubSubLink:
    """Subscribes ``connection`` (redis-py's, connected) to ``pattern`` and reads it. One thread.

    Each method raises LinkLost, or OSError, when the link is gone; NotSupported is raised for a connection without a
    socket. ``socket`` says how far behind the reader is.
    """

    def __init__(self, connection: Any, pattern: str) -> None:  # noqa: ANN401 - redis-py has a class a transport
        self._connection = connection  # held, because it closes its socket when it is not
        socket = getattr(connection, "_sock", None)
        if not hasattr(socket, "recv"):
            raise NotSupported(f"{type(connection).__name__} has no socket to read from")
        self._parser = PushParser(pattern.encode())
        self._received: list[bytes] = []
        self._asked_at: float | None = None
        self._lost: LinkLost | OSError | None = None
        self.socket = WatchedSocket(socket, self._feed)
        self._subscribe(pattern.encode())

    def read(self, timeout_s: float) -> list[bytes]:
        """Return the payloads that came, waiting at most ``timeout_s`` for the first.

        What came before the link was lost is returned first, and the loss raised at the next call.
        """
        if self._lost is not None:
            raise self._lost
        try:
            self.socket.look(timeout_s)
        except (LinkLost, OSError) as error:
            if not self._received:
                raise
            self._lost = error
        payloads, self._received = self._received, []
        return payloads

    def keep_alive(self) -> None:
        """Ask a silent server for a sign of life; raises LinkLost where it does not answer in time."""
        now = time.monotonic()
        if self._lost is not None:
            return
        if self._asked_at is None and now - self.socket.heard_at > PING_AFTER_S:
            self.socket.send(_PING)
            self._asked_at = now
        elif self._asked_at is not None and now - self._asked_at > PONG_WITHIN_S:
            raise LinkLost(f"the server left a ping unanswered for {PONG_WITHIN_S:.0f} s")

    def close(self) -> None:
        """Close the socket. Safe to call twice."""
        self.socket.close()

    def _subscribe(self, pattern: bytes) -> None:
        self.socket.send(b"*2\r\n$10\r\nPSUBSCRIBE\r\n$%d\r\n%s\r\n" % (len(pattern), pattern))
        must_stop_at = time.monotonic() + SUBSCRIBE_WITHIN_S
        while not self._parser.confirmed:
            if time.monotonic() > must_stop_at:
                raise LinkLost(f"no answer to the subscription in {SUBSCRIBE_WITHIN_S:.0f} s")
            self.socket.look(must_stop_at - time.monotonic())

    def _feed(self, data: bytes) -> int:
        self._asked_at = None
        payloads = self._parser.feed(data)
        self._received += payloads
        return len(payloads)
