"""How messages are read from a live subscription: each kind of transport has its own best way."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from umbel.ingest.receivers.protocol import RawMessage

MAX_MESSAGES: Final = 2_000
MAX_DRAIN_S: Final = 0.1
"""One look at the broker brings no more, and takes no longer once something has come."""

_MOMENT_S: Final = 0.001
_READ_AHEAD_BYTES: Final = 16_384


class Full(Exception):
    """Ends a drain that would not end on its own, because messages come as fast as they are taken."""


class Inbox:
    """Where messages gather; kombu's come by a consumer's callback."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []
        self.must_stop_at = math.inf

    def on_message(self, message: Any) -> None:  # noqa: ANN401 - each transport has a class of its own
        """Add one; raises Full where its reader asked for a break."""
        self.messages.append(RawMessage(message.body, message.content_type, message.content_encoding))
        if time.monotonic() > self.must_stop_at:
            raise Full


class Reader(Protocol):
    """Reads a subscription. Each method raises what the driver raises when the link is gone."""

    def read(self, timeout_s: float, inbox: Inbox) -> bool:
        """Put what comes into ``inbox``, waiting at most ``timeout_s`` for the first message.

        Returns whether the broker gave a sign of life.
        """

    def keep_alive(self) -> None:
        """Do what keeps the link alive, and find out where it is not."""


class KombuReader:
    """Reads any of kombu's transports in kombu's own way."""

    def __init__(self, drain: Callable[[float], object]) -> None:
        self._drain = drain

    def read(self, timeout_s: float, inbox: Inbox) -> bool:
        """See ``Reader``; a look that ends without an error was answered."""
        inbox.must_stop_at = time.monotonic() + timeout_s + MAX_DRAIN_S
        try:
            with quiet_ends(), contextlib.suppress(Full):
                self._drain(timeout_s)
                inbox.must_stop_at = time.monotonic() + MAX_DRAIN_S
                while len(inbox.messages) < MAX_MESSAGES and time.monotonic() < inbox.must_stop_at:
                    self._drain(_MOMENT_S)
        finally:
            inbox.must_stop_at = math.inf
        return True

    def keep_alive(self) -> None:
        """Do nothing: these transports ask their broker again and again."""


class AmqpReader:
    """Reads py-amqp, which hands out one message a call, with fewer system calls than it makes on its own."""

    def __init__(self, transport: Any, link: Any) -> None:  # noqa: ANN401 - kombu's and py-amqp's, without types
        self._transport = transport
        self._link = link
        _read_ahead(link.transport)

    def read(self, timeout_s: float, inbox: Inbox) -> bool:
        """See ``Reader``."""
        drain, link = self._transport.drain_events, self._link
        before = link.bytes_recv
        with quiet_ends():
            drain(link, timeout=timeout_s)
            must_stop_at = time.monotonic() + MAX_DRAIN_S
            with self._short_timeout():
                while len(inbox.messages) < MAX_MESSAGES and time.monotonic() < must_stop_at:
                    drain(link, timeout=_MOMENT_S)
        return bool(link.bytes_recv != before)

    def keep_alive(self) -> None:
        """Send a heartbeat when one is due, and expect the broker's."""
        self._transport.heartbeat_check(self._link, rate=2)

    @contextlib.contextmanager
    def _short_timeout(self) -> Iterator[None]:
        """Set the socket's timeout once for many reads."""
        sock = self._link.transport.sock
        before = sock.gettimeout()
        sock.settimeout(_MOMENT_S)
        try:
            yield
        finally:
            sock.settimeout(before)


@contextlib.contextmanager
def quiet_ends() -> Iterator[None]:
    """End a read whose time is over without an error; the socket's own time-out, which has a number, is one."""
    try:
        yield
    except TimeoutError as error:
        if error.errno is not None:
            raise


def _read_ahead(transport: Any) -> None:  # noqa: ANN401 - py-amqp's, without types
    """Let a plain TCP transport read more than the few bytes that it asks for; it keeps the rest for later."""
    sock = transport.sock
    if getattr(transport, "_quick_recv", None) == sock.recv:
        transport._quick_recv = lambda size: sock.recv(max(size, _READ_AHEAD_BYTES))  # noqa: SLF001
