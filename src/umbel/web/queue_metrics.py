"""Queues and the broker for Prometheus. Nothing is read for a scrape but what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from umbel.web.metrics import OTHER, Metric, Sample, Value
from umbel.web.queue_schemas import Broker, Queue, Queues

MAX_QUEUES: Final = 500
"""Queues with a label of their own, the worst and longest first; the others are summed as ``other``."""


def queue_metrics(found: Queues) -> Iterator[Metric]:
    """Yield the families of queues, and those of the broker where it was ever looked at."""
    named, others = found.items[:MAX_QUEUES], found.items[MAX_QUEUES:]

    def family(name: str, help_: str, value: Callable[[Queue], Value], *, is_summed: bool = True) -> Metric:
        samples: list[Sample] = [({"queue": one.name}, value(one)) for one in named]
        if is_summed and others:
            samples.append(({"queue": OTHER}, _sum([value(one) for one in others])))
        return Metric(f"umbel_queue_{name}", "gauge", help_, samples)

    yield family("ready_messages", "Messages that wait in the broker.", lambda one: one.ready)
    yield family("unacked_messages", "Messages given out and not acknowledged.", lambda one: one.unacked)
    yield family("held_messages", "Messages that workers hold until their ETA.", lambda one: one.held)
    yield family("delayed_messages", "Messages that the broker keeps back.", lambda one: one.delayed)
    yield family("consumers", "Consumers, as the broker or workers tell.", lambda one: one.consumers)
    yield family("memory_bytes", "Memory that the broker uses for it.", lambda one: one.memory_bytes)
    yield family(
        "oldest_message_timestamp_seconds",
        "When the oldest message that waits was sent.",
        lambda one: one.oldest_at.timestamp() if one.oldest_at else None,
        is_summed=False,
    )
    yield family(
        "growth_per_minute", "By how many messages a minute it grows.", lambda one: one.growth_per_min, is_summed=False
    )
    if found.broker is not None:
        yield from _of_the_broker(found.broker)


def _of_the_broker(broker: Broker) -> Iterator[Metric]:
    yield _gauge("reached", "Whether the broker was reached at the last look.", broker.reached)
    yield _gauge("latency_seconds", "How long the broker takes to answer.", broker.latency_s)
    yield _gauge("connections", "Connections to the broker.", broker.connections)
    yield _gauge("memory_bytes", "Memory that the broker uses.", broker.memory_bytes)
    yield _gauge("unacked_messages", "Messages of all queues that are not acknowledged.", broker.unacked)


def _gauge(name: str, help_: str, value: Value) -> Metric:
    return Metric(f"umbel_broker_{name}", "gauge", help_, [({}, value)])


def _sum(values: Sequence[Value]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
