"""Which receiver is taken for a broker, and what is refused. Nothing is connected for it."""

import logging
import random
import time

import pytest

from umbel.ingest.app import make_app
from umbel.ingest.errors import WrongReceiver
from umbel.ingest.receivers.choice import ReceiverChoice, choose_receiver
from umbel.ingest.receivers.live import LiveReceiver


@pytest.mark.parametrize(
    ("url", "choice", "told"),
    [
        ("redis://localhost/0", "auto", "needs RabbitMQ"),
        ("memory://", "auto", "needs RabbitMQ"),
        ("amqp://localhost//", "kombu", "the receiver 'amqp' or 'auto'"),
    ],
)
def test_a_broker_without_such_queues_is_refused(url: str, choice: ReceiverChoice, told: str) -> None:
    """Who asks for a durable queue where there is none is told so at the start, and does not lose events in secret."""
    with pytest.raises(WrongReceiver, match=told):
        _chosen(url, choice, durable_queue="umbel")


@pytest.mark.parametrize(
    ("url", "choice", "receiver", "note"),
    [
        ("redis://localhost/0", "auto", "redis", None),
        ("rediss://localhost/0", "auto", "redis", None),
        ("redis+socket:///run/redis.sock", "auto", "redis", None),
        ("sentinel://localhost:26379", "auto", "redis", None),
        ("amqp://localhost//", "auto", "amqp", None),
        ("amqps://localhost//", "auto", "amqp", None),
        ("redis://localhost/0", "kombu", "kombu", "the settings ask for it"),
        ("memory://", "auto", "kombu", "there is no faster one for kombu.transport.memory.Transport"),
    ],
)
def test_the_fast_receiver_is_taken_where_there_is_one(
    url: str, choice: ReceiverChoice, receiver: str, note: str | None
) -> None:
    """And the health says which was taken, and why it is not a faster one."""
    health = _chosen(url, choice).health()

    assert (health.receiver, health.receiver_note) == (receiver, note)


def test_a_receiver_of_another_broker_is_refused() -> None:
    """RabbitMQ is not read with Redis' protocol."""
    with pytest.raises(WrongReceiver, match="'redis' cannot read this broker"):
        _chosen("amqp://localhost//", "redis")


def _chosen(url: str, choice: ReceiverChoice, durable_queue: str | None = None) -> LiveReceiver:
    return choose_receiver(
        make_app(url),
        choice,
        clock=time.time,
        random=random.random,
        logger=logging.getLogger("umbel.test"),
        durable_queue=durable_queue,
    )
