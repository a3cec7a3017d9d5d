"""A receiver that tests listen with, and what publishes to it as workers do."""

import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import celery
import kombu
from celery.events.event import get_exchange

from tests.support import bodies
from tests.support.processes import wait_until
from umbel.ingest.app import make_app
from umbel.ingest.receivers.choice import choose_receiver
from umbel.ingest.receivers.protocol import RawMessage

EXCHANGE = "umbel.contract"
"""Not Celery's: the brokers are shared with workers, whose heartbeats come when they like."""


class Listening:
    """A receiver, and all that it has brought."""

    def __init__(self, app: celery.Celery, **settings: Any) -> None:
        logger = logging.getLogger("umbel.test")
        self.receiver = choose_receiver(app, clock=time.time, random=random.random, logger=logger, **settings)
        self.messages: list[RawMessage] = []
        self.token = 0

    def look(self, timeout_s: float = 0.05) -> None:
        """Receive once."""
        received = self.receiver.receive(timeout_s)
        assert received.token >= self.token, "tokens grow"
        self.token = received.token
        self.messages += received.messages

    def until(self, is_true: Callable[[], object], what: str, within_s: float = 20.0) -> None:
        """Receive until something holds."""

        def look() -> object:
            self.look()
            return is_true()

        wait_until(look, what, within_s=within_s, every_s=0.0)

    @property
    def numbers(self) -> list[int]:
        """The clocks of the events that came, in the order of arrival."""
        return [json.loads(message.body)["clock"] for message in self.messages]  # type: ignore[arg-type]

    @property
    def state(self) -> str:
        """How the link is."""
        return self.receiver.health().state


@contextmanager
def listening(url: str, *, conf: Mapping[str, Any] | None = None, **settings: Any) -> Iterator[Listening]:
    """Listen for the length of a block, beginning when the link is there; ``conf`` is set in the application."""
    app = make_app(url)
    app.conf.update(event_exchange=EXCHANGE, **(conf or {}))
    listener = Listening(app, **settings)
    try:
        listener.until(lambda: listener.state == "connected", "connected")
        yield listener
    finally:
        listener.receiver.close()


@contextmanager
def publishing(url: str, *, content_type: str = "application/json") -> Iterator[Callable[..., None]]:
    """Return what publishes an event as workers do."""
    with kombu.Connection(url, transport_options={"max_retries": 1}) as connection:
        producer = connection.Producer(exchange=get_exchange(connection, name=EXCHANGE))

        def publish(*clocks: int) -> None:
            for clock in clocks:
                body = json.dumps(bodies.started(clock=clock))
                producer.publish(
                    body,
                    routing_key="task.started",
                    delivery_mode=1,
                    retry=False,
                    content_type=content_type,
                    content_encoding="utf-8",
                )

        yield publish
