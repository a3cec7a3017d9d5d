"""Which receiver reads a broker: the fastest that can, or the one that the settings name."""

import logging
from collections.abc import Callable
from typing import Final, Literal

import celery
from kombu.transport.pyamqp import Transport as PyAmqp
from kombu.transport.redis import Transport as Redis

from umbel.ingest.errors import WrongReceiver
from umbel.ingest.receivers.amqp import AmqpReceiver
from umbel.ingest.receivers.connection import transport_of
from umbel.ingest.receivers.kombu import KombuReceiver
from umbel.ingest.receivers.live import LiveReceiver
from umbel.ingest.receivers.redis import RedisReceiver
from umbel.ingest.receivers.subscription import Subscription

ReceiverChoice = Literal["auto", "kombu", "redis", "amqp"]

_FAST_ONES: Final = {Redis: "redis", PyAmqp: "amqp"}


def choose_receiver(
    app: "celery.Celery",
    choice: ReceiverChoice = "auto",
    *,
    clock: Callable[[], float],
    random: Callable[[], float],
    logger: logging.Logger,
    durable_queue: str | None = None,
) -> LiveReceiver:
    """Return the receiver for ``app``'s broker; nothing is connected for it.

    ``auto`` is the fast one where there is one, and kombu's where there is none, or where the connection turns out to
    be one that it cannot read; its health says why. Raises WrongReceiver where ``choice`` or ``durable_queue`` asks
    for what this broker does not have.
    """
    transport = transport_of(app)
    fast = next((name for kind, name in _FAST_ONES.items() if issubclass(transport, kind)), None)
    told = f"{transport.__module__}.{transport.__qualname__}"
    if choice not in {"auto", "kombu", fast}:
        raise WrongReceiver(f"the receiver {choice!r} cannot read this broker ({told}); use 'auto' or 'kombu'")
    if durable_queue is not None and (fast != "amqp" or choice == "kombu"):
        raise WrongReceiver(
            f"the durable queue {durable_queue!r} needs RabbitMQ and the receiver 'amqp' or 'auto'; "
            f"this is {choice!r} on {told}, where nothing keeps events while nobody listens"
        )
    fallback = (lambda: Subscription(app)) if choice == "auto" and durable_queue is None else None
    if fast == "redis" and choice != "kombu":
        return RedisReceiver(app, clock=clock, random=random, logger=logger, fallback=fallback)
    if fast == "amqp" and choice != "kombu":
        return AmqpReceiver(
            app, clock=clock, random=random, logger=logger, durable_queue=durable_queue, fallback=fallback
        )
    note = "the settings ask for it" if choice == "kombu" and fast else f"there is no faster one for {told}"
    return KombuReceiver(app, clock=clock, random=random, logger=logger, note=note)
