"""Looks at any other broker through kombu: how long queues are, where its transport can tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from celery import Celery

from umbel.control.brokers.connection import Link
from umbel.control.brokers.protocol import Look, SentAt, Wanted, count
from umbel.model.queues import BrokerReading, QueueReading

QUEUES_AT_ONCE: Final = 100
"""A length is a request each on these transports; queues beyond this are of unknown length."""
CANNOT: Final = "kombu's transport for this broker cannot tell how many messages wait"
TOO_MANY: Final = f"On this broker each length is a request, and only those of {QUEUES_AT_ONCE} queues are asked for"
ONLY_LENGTH: Final = "This broker tells the lengths of queues only"


class OtherProbe:
    """See ``Probe``."""

    def __init__(self, app: Celery, *, url: str, transport: str, clock: Callable[[], float]) -> None:
        self._link = Link(app)
        self._url = url
        self._transport = transport
        self._clock = clock

    def look(self, wanted: Sequence[Wanted], sent_at: SentAt) -> Look:  # noqa: ARG002 - no message is looked at
        """See ``Probe.look``."""
        now, began = self._clock(), time.perf_counter()
        channel = self._link.channel()
        latency_s = time.perf_counter() - began
        try:
            queues = tuple(_queue(channel, one.name, n < QUEUES_AT_ONCE) for n, one in enumerate(wanted))
        finally:
            channel.close()
        broker = BrokerReading(
            at=now,
            read_at=now,
            url=self._url,
            transport=self._transport,
            reached=True,
            source="kombu",
            product=self._transport,
            latency_s=latency_s,
            notes=(f"{ONLY_LENGTH}; memory, connections and the age of messages are not known",),
        )
        return Look(broker=broker, queues=queues)

    def close(self) -> None:
        """See ``Probe.close``."""
        self._link.close()


def _queue(channel: Any, name: str, is_asked: bool) -> QueueReading:  # noqa: ANN401, FBT001 - kombu's; a plain fact
    why = dict.fromkeys(("unacked", "delayed", "memory", "mix"), ONLY_LENGTH)
    if not is_asked:
        return QueueReading(name=name, why={**why, "ready": TOO_MANY})
    size = getattr(channel, "_size", None)
    ready = None
    if size is not None:
        try:
            ready = count(size(name))
        except NotImplementedError:
            ready = None
        except KeyError:  # the transport in memory knows no such queue yet
            ready = 0
    if ready is None:
        return QueueReading(name=name, why={**why, "ready": CANNOT})
    return QueueReading(name=name, ready=ready, why={**why, "oldest": ONLY_LENGTH} if ready else why)
