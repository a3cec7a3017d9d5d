"""A connection to Redis that does nothing but listen, on a socket that nobody else touches.

redis-py (or kombu's variant of it) has opened it, so that TLS, unix sockets, users, passwords and sentinels are as
the user has set them. From then on its library never sees it again: nothing can reconnect in silence.
"""

import contextlib
import ssl
import time
from typing import Any, Final

from umbel.ingest.errors import LinkLost, NotSupported
from umbel.ingest.receivers.pushes import PushParser
from umbel.ingest.receivers.reading import MAX_DRAIN_S, MAX_MESSAGES

SUBSCRIBE_WITHIN_S: Final = 5.0
SEND_WITHIN_S: Final = 5.0
PING_AFTER_S: Final = 2.0
PONG_WITHIN_S: Final = 4.0
"""A server that says nothing is asked after the one, and given up after the other."""
GATHER_S: Final = 0.01
"""While much comes, a look waits this long before it drains the socket: fewer looks, and less work for each event."""
MUCH: Final = 5

_READ_BYTES: Final = 65_536
_PING: Final = b"*1\r\n$4\r\nPING\r\n"
_NOTHING_THERE: Final = (BlockingIOError, ssl.SSLWantReadError)


class PubSubLink:
    """Subscribes ``connection`` (redis-py's, connected) to ``pattern`` and reads it. One thread.

    Each method raises LinkLost, or OSError, when the link is gone. ``behind_bytes`` is how much came since the socket
    was last read empty, at ``dry_at``: what a slow reader owes. ``heard_at`` is when anything came last. Both are by
    ``time.monotonic``. ``NotSupported`` is raised for a connection without a socket.
    """

    def __init__(self, connection: Any, pattern: str) -> None:  # noqa: ANN401 - redis-py has a class a transport
        self._connection = connection  # held, because it closes its socket when it is not
        self._socket: Any = getattr(connection, "_sock", None)
        if not hasattr(self._socket, "recv"):
            raise NotSupported(f"{type(connection).__name__} has no socket to read from")
        self._parser = PushParser(pattern.encode())
        self._received: list[bytes] = []
        self.heard_at = self.dry_at = time.monotonic()
        self._asked_at: float | None = None
        self._comes_much = False
        self._lost: LinkLost | OSError | None = None
        self.behind_bytes = 0
        self._subscribe(pattern.encode())

    def read(self, timeout_s: float) -> list[bytes]:
        """Return the payloads that came, waiting at most ``timeout_s`` for the first.

        What came before the link was lost is returned first, and the loss raised at the next call.
        """
        if self._lost is not None:
            raise self._lost
        try:
            self._look(timeout_s)
        except (LinkLost, OSError) as error:
            if not self._received:
                raise
            self._lost = error
        payloads, self._received = self._received, []
        self._comes_much = len(payloads) >= MUCH
        return payloads

    def _look(self, timeout_s: float) -> None:
        if self._wait(timeout_s):
            if self._comes_much:
                time.sleep(GATHER_S)
            self._drain()

    def keep_alive(self) -> None:
        """Ask a silent server for a sign of life; raises LinkLost where it does not answer in time."""
        now = time.monotonic()
        if self._lost is not None:
            return
        if self._asked_at is None and now - self.heard_at > PING_AFTER_S:
            self._send(_PING)
            self._asked_at = now
        elif self._asked_at is not None and now - self._asked_at > PONG_WITHIN_S:
            raise LinkLost(f"the server left a ping unanswered for {PONG_WITHIN_S:.0f} s")

    def close(self) -> None:
        """Close the socket. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _subscribe(self, pattern: bytes) -> None:
        self._send(b"*2\r\n$10\r\nPSUBSCRIBE\r\n$%d\r\n%s\r\n" % (len(pattern), pattern))
        must_stop_at = time.monotonic() + SUBSCRIBE_WITHIN_S
        while not self._parser.confirmed:
            if not self._wait(must_stop_at - time.monotonic()):
                raise LinkLost(f"no answer to the subscription in {SUBSCRIBE_WITHIN_S:.0f} s")

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(SEND_WITHIN_S)
        self._socket.sendall(data)

    def _wait(self, timeout_s: float) -> bool:
        """Return whether something came."""
        self._socket.settimeout(max(0.0, timeout_s))
        try:
            return self._take()
        except _NOTHING_THERE:
            pass
        except TimeoutError as error:  # which has a number where the system gave up on the connection
            if error.errno is not None:
                raise
        self._is_dry()
        return False

    def _is_dry(self) -> None:
        self.dry_at, self.behind_bytes = time.monotonic(), 0

    def _drain(self) -> None:
        """Take what is there: until there is nothing, or much, or it takes too long."""
        self._socket.settimeout(0.0)
        must_stop_at = time.monotonic() + MAX_DRAIN_S
        while len(self._received) < MAX_MESSAGES and time.monotonic() < must_stop_at:
            try:
                self._take()
            except _NOTHING_THERE:
                self._is_dry()
                return

    def _take(self) -> bool:
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise LinkLost("the server closed the connection")
        self.heard_at, self._asked_at = time.monotonic(), None
        self.behind_bytes += len(data)
        self._received += self._parser.feed(data)
        return True
