"""Reads a socket look by look, with few system calls, and knows until when all that was sent has been read."""

import contextlib
import ssl
import time
from collections.abc import Callable
from typing import Any, Final

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.reading import MAX_DRAIN_S, MAX_MESSAGES

SEND_WITHIN_S: Final = 5.0
"""The time-out that the socket has between looks, for whoever writes."""
GATHER_S: Final = 0.01
"""While much comes, a look waits this long before it drains the socket: fewer looks, and less work for each event."""
MUCH: Final = 5

_READ_BYTES: Final = 65_536
_NOTHING_THERE: Final = (BlockingIOError, ssl.SSLWantReadError)


class WatchedSocket:
    """A connected ``socket`` (TLS or not). ``feed`` takes what it brings and returns how many messages were in it.

    ``heard_at`` is when anything came last, ``dry_at`` when the socket was last read empty (``time.monotonic``),
    ``behind_bytes`` how much came since, ``waited_s`` how long the last look waited for its first bytes.
    """

    def __init__(self, socket: Any, feed: Callable[[bytes], int]) -> None:  # noqa: ANN401 - libraries wrap theirs
        self._socket = socket
        self._feed = feed
        self._count = 0
        self._comes_much = False
        self.heard_at = self.dry_at = time.monotonic()
        self.behind_bytes = 0
        self.waited_s = 0.0

    def look(self, timeout_s: float) -> bool:
        """Feed what is there, waiting at most ``timeout_s`` for the first of it; return whether all was read.

        Raises LinkLost or OSError when the link is gone; what came before has been fed.
        """
        self._count = 0
        began = time.monotonic()
        has_come = self._wait(timeout_s)
        self.waited_s = time.monotonic() - began
        if has_come:
            if self._comes_much:
                time.sleep(GATHER_S)
            is_dry = self._drain()
        else:
            is_dry = True
        if is_dry:
            self.dry_at, self.behind_bytes = time.monotonic(), 0
        self._comes_much = self._count >= MUCH
        self._socket.settimeout(SEND_WITHIN_S)
        return is_dry

    def send(self, data: bytes) -> None:
        """Send all of it; raises OSError."""
        self._socket.sendall(data)

    def close(self) -> None:
        """Close it. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _wait(self, timeout_s: float) -> bool:
        """Return whether something came."""
        self._socket.settimeout(max(0.0, timeout_s))
        try:
            self._take()
        except _NOTHING_THERE:
            return False
        except TimeoutError as error:  # which has a number where the system gave up on the connection
            if error.errno is not None:
                raise
            return False
        return True

    def _drain(self) -> bool:
        """Take what is there: until there is nothing, which is true, or much, or it takes too long."""
        self._socket.settimeout(0.0)
        must_stop_at = time.monotonic() + MAX_DRAIN_S
        while self._count < MAX_MESSAGES and time.monotonic() < must_stop_at:
            try:
                self._take()
            except _NOTHING_THERE:
                return True
        return False

    def _take(self) -> None:
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise LinkLost("the server closed the connection")
        self.heard_at = time.monotonic()
        self.behind_bytes += len(data)
        self._count += self._feed(data)
