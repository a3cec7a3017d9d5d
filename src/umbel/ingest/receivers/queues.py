"""The queues that the fast receiver declares on RabbitMQ, bound to all events as those of Celery's own receivers.

Both are bounded, since a broker that is out of memory stops its users' tasks. Classic queues: every version has them.
"""

import math
import sys
import uuid
from typing import Any, Final

import celery
import kombu
from msgspec import Struct

UNACKNOWLEDGED: Final = 20_000
"""How many messages may be on the way to the store; the others wait in the queue."""

OWN_TTL_S: Final = 600.0
OWN_MAX_MESSAGES: Final = 500_000
"""What waits for a store that is busy. Celery's 5 seconds would lose events of which nobody would ever hear."""

DURABLE_TTL_S: Final = 86_400.0
DURABLE_EXPIRES_S: Final = 7 * 86_400.0
"""A queue that nobody has read for so long is deleted, so that a forgotten one does not fill the broker for ever."""
DURABLE_MAX_MESSAGES: Final = 1_000_000
DURABLE_MAX_BYTES: Final = 1024 * 1024 * 1024


def own_queue_of(app: "celery.Celery") -> kombu.Queue:
    """Return a queue that is gone with its connection, under a new name each time."""
    conf = app.conf
    ttl_s = conf.event_queue_ttl
    return kombu.Queue(
        f"{conf.event_queue_prefix}.{uuid.uuid4()}",
        exchange=_exchange(app),
        routing_key="#",
        auto_delete=True,
        durable=False,
        exclusive=True,
        message_ttl=None if ttl_s is None else max(float(ttl_s), OWN_TTL_S),
        expires=conf.event_queue_expires,
        queue_arguments={"x-max-length": OWN_MAX_MESSAGES, "x-overflow": "drop-head"},
    )


def durable_queue_of(app: "celery.Celery", name: str) -> kombu.Queue:
    """Return a queue that keeps events while nobody listens."""
    bounds = {"x-max-length": DURABLE_MAX_MESSAGES, "x-max-length-bytes": DURABLE_MAX_BYTES}
    return kombu.Queue(
        name,
        exchange=_exchange(app),
        routing_key="#",
        auto_delete=False,
        durable=True,
        message_ttl=DURABLE_TTL_S,
        expires=DURABLE_EXPIRES_S,
        queue_arguments={**bounds, "x-overflow": "drop-head"},
    )


class Bounds(Struct, frozen=True, kw_only=True):
    """What a queue holds at most."""

    messages: int
    age_s: float

    def are_reached(self, messages: int, age_s: float) -> bool:
        """Whether a queue with so many messages, the oldest of at most this age, may have dropped some."""
        return messages >= self.messages or age_s >= self.age_s


def bounds_of(queue: kombu.Queue) -> Bounds:
    """Return the bounds of one of these queues."""
    told: Any = queue
    arguments = told.queue_arguments or {}
    return Bounds(
        messages=int(arguments.get("x-max-length", sys.maxsize)),
        age_s=math.inf if told.message_ttl is None else float(told.message_ttl),
    )


def _exchange(app: "celery.Celery") -> kombu.Exchange:
    """Return the exchange as ``celery.events.event.get_exchange`` does for AMQP."""
    return kombu.Exchange(app.conf.event_exchange, type="topic", durable=True)
