"""Which probe looks at which broker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery

from umbel.control.brokers.other import OtherProbe
from umbel.control.brokers.protocol import Probe
from umbel.control.brokers.rabbitmq import RabbitProbe
from umbel.control.brokers.redis import RedisProbe
from umbel.model.secrets import mask_url


def broker_url(app: Celery) -> str:
    """Return the URL that is read from, masked; of a list of them, all, as kombu writes them in one text."""
    url: Any = app.conf.broker_read_url or ""  # or a list of them
    urls: Sequence[str] = [url] if isinstance(url, str) else list(url)
    return mask_url(";".join(urls)) or "amqp://"


def make_probe(app: Celery, *, api: str | None = None, hidden: Sequence[str] = (), clock: Callable[[], float]) -> Probe:
    """Return the probe for ``app``'s broker. ``hidden`` are queues that are no one's business but Umbel's own.

    Raises what kombu raises for a transport that it does not know, or whose driver is not installed.
    """
    connection = app.connection_for_read(app.conf.broker_read_url)
    transport = str(connection.transport_cls)
    url = broker_url(app)
    kind = connection.get_transport_cls().driver_type
    if kind == "redis":
        return RedisProbe(app, url=url, transport=transport, clock=clock)
    if kind == "amqp":
        return RabbitProbe(app, url=url, transport=transport, api=api, hidden=hidden, clock=clock)
    return OtherProbe(app, url=url, transport=transport, clock=clock)
