"""One open reply queue for remote control, and commands sent with it as the place for answers.

The messages are those of ``kombu.pidbox.Mailbox`` (kombu 5.2 to 5.7), whose own way asks one command at a time and
waits for its whole timeout.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import kombu
from celery import Celery

CONNECT_WITHIN_S: Final = 4
_REPLY: Final = "ticket"

OnReply = Callable[[str, Mapping[str, Any]], None]
"""Is told the ticket and what one worker answered, by its name."""


class Mailbox:
    """A connection of its own. For one thread; any method raises what the driver raises when the link is broken."""

    def __init__(self, app: Celery, on_reply: OnReply) -> None:
        """Connect. Raises what the driver raises."""
        self._on_reply = on_reply
        self._connection: Any = app.connection_for_write(connect_timeout=CONNECT_WITHIN_S)
        try:
            self._connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_WITHIN_S)
            self._channel: Any = self._connection.channel()
            control: Any = app.control
            self._box: Any = control.mailbox(self._connection)
            self._queue: Any = self._box.get_reply_queue()(self._channel)
            self._queue.declare()
            self._consumer = kombu.Consumer(
                self._channel, [self._queue], no_ack=True, accept=self._box.accept, callbacks=[self._receive]
            )
            self._consumer.consume()
        except BaseException:
            self.close()
            raise

    def send(
        self,
        command: str,
        arguments: Mapping[str, Any],
        destination: Sequence[str] | None,
        *,
        ticket: str,
        within_s: float,
    ) -> None:
        """Broadcast a command, to all workers or to those named. They pass it over after ``within_s`` seconds."""
        self._queue.declare()
        self._bind_again()
        box = self._box
        message = {
            "method": command,
            "arguments": dict(arguments),
            "destination": None if destination is None else list(destination),
            "pattern": None,
            "matcher": None,
            _REPLY: ticket,
            "reply_to": {"exchange": box.reply_exchange.name, "routing_key": self._queue.routing_key},
        }
        headers = {"clock": box.clock.forward(), "expires": time.time() + within_s}
        producer = kombu.Producer(self._channel, auto_declare=False)
        exchange = box.exchange
        producer.publish(
            message, exchange=exchange.name, declare=[exchange], headers=headers, serializer=box.serializer
        )

    def drain(self, timeout_s: float) -> None:
        """Take answers for at most ``timeout_s``, at least one of them if one comes."""
        try:
            self._connection.drain_events(timeout=timeout_s)
        except TimeoutError:
            return

    def close(self) -> None:
        """Let go of everything, without waiting for the broker."""
        with contextlib.suppress(Exception):  # drivers raise what they like when a link is broken already
            self._connection.release()

    def _bind_again(self) -> None:
        """Bind where the broker keeps no bindings of its own (Redis), and may have lost what kombu wrote into it.

        A binding is swept away when its queue was idle, and gone after a FLUSHALL; ``declare`` passes over what it
        has bound once.
        """
        bind = getattr(self._channel, "_queue_bind", None)  # kombu.transport.virtual
        if bind is not None:
            exchange, key = self._queue.exchange.name, self._queue.routing_key
            bind(exchange, *self._channel.typeof(exchange).prepare_bind(self._queue.name, exchange, key, None))

    def _receive(self, body: object, message: kombu.Message) -> None:
        ticket = message.headers.get(_REPLY)
        if isinstance(ticket, str) and isinstance(body, Mapping):
            self._on_reply(ticket, body)
