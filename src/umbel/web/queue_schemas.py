"""Shapes of ``/api/v1/queues`` and ``/api/v1/broker``. Rates are messages a minute, lengths are messages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import field

from umbel.web.schemas import Gap, Schema

HealthWord = Literal["healthy", "warning", "critical", "unknown"]


class QueueDrain(Schema, frozen=True, kw_only=True):
    """When a queue will be empty if all goes on as it does; ``in`` some ``seconds``.

    ``now`` is where as many come as go and each waits for less than a minute, ``steady`` where they wait for longer.
    ``wait_s`` is how long a message that comes now will wait. ``why`` is the evidence.
    """

    kind: Literal["empty", "now", "in", "never", "steady", "unknown"]
    seconds: float | None = None
    wait_s: float | None = None
    why: str


class Queue(Schema, frozen=True, kw_only=True):
    """One queue.

    ``ready`` waits in the broker; ``unacked`` was given to workers and is not acknowledged, of which they hold
    ``held`` until an ETA; ``delayed`` is kept back by the broker until it is due. ``consumers`` counts them as the
    broker does, else the workers that say so; ``workers`` names those. ``rates_from`` says what ``arrived_per_min`` and
    ``ended_per_min`` come from: the broker's own counts, its workers where they consume nothing else, or sent events.
    ``recent`` is what was ready, oldest first; ``null`` where nobody looked. ``why`` has a sentence for what is not
    known: ready, unacked, held, delayed, consumers, oldest, memory, mix, rates, growth.
    """

    name: str
    kind: str | None = None
    health: HealthWord
    reasons: list[str] = field(default_factory=list)
    ready: int | None = None
    unacked: int | None = None
    held: int | None = None
    delayed: int | None = None
    consuming: Literal["yes", "no", "unknown"]
    consumers: int | None = None
    workers: list[str] = field(default_factory=list)
    oldest_at: datetime | None = None
    memory_bytes: int | None = None
    growth_per_min: float | None = None
    growth_over_s: float | None = None
    arrived_per_min: float | None = None
    ended_per_min: float | None = None
    rates_from: Literal["broker", "workers", "events"] | None = None
    drain: QueueDrain
    recent: list[int | None] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)


class Broker(Schema, frozen=True, kw_only=True):
    """The broker at the newest look. Where it was not ``reached``, ``error`` says why and all else is of ``read_at``.

    ``source`` is what told the figures, ``policy`` what Redis does when its memory is full. ``unacked_at`` is when the
    oldest message that is not acknowledged was given out. ``alarms`` are sentences on what is wrong, ``notes`` on what
    cannot be told, and by what it could be.
    """

    url: str
    transport: str
    reached: bool
    at: datetime
    read_at: datetime | None = None
    error: str | None = None
    source: str | None = None
    product: str | None = None
    version: str | None = None
    role: str | None = None
    latency_s: float | None = None
    connections: int | None = None
    connections_limit: int | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    memory_peak_bytes: int | None = None
    policy: str | None = None
    evicted: int | None = None
    unacked: int | None = None
    unacked_at: datetime | None = None
    delayed: int | None = None
    visibility_timeout_s: float | None = None
    facts: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Queues(Schema, frozen=True, kw_only=True):
    """The queues, the worst first and then the longest, and the broker that they are in; it is null before a look.

    ``total`` counts all queues, ``waiting`` all that is ready, as far as it is known. Points of ``recent`` are
    ``recent_step_s`` apart. ``cut`` says that there are more than ``items`` holds.
    """

    items: list[Queue]
    broker: Broker | None
    total: int
    waiting: int
    recent_step_s: int
    cut: bool = False


class QueueStep(Schema, frozen=True, kw_only=True):
    """What waits at one priority step of Redis; 0 is taken first."""

    priority: int
    messages: int


class QueueShare(Schema, frozen=True, kw_only=True):
    """How many of the messages that were looked at are of this task; null where they do not tell."""

    name: str | None
    messages: int


class QueueMix(Schema, frozen=True, kw_only=True):
    """What waits by task name, of the oldest ``looked_at`` messages at an instant."""

    at: datetime
    looked_at: int
    shares: list[QueueShare]


class QueueScale(Schema, frozen=True, kw_only=True):
    """How it would go with this number of workers that do as much as those it has."""

    workers: int
    net_per_min: float
    empty_in_s: float | None


class QueuePast(Schema, frozen=True, kw_only=True):
    """A queue along an interval: the most of each step, of consumers the fewest; null where nobody looked."""

    step_s: int
    starts: list[datetime]
    ready: list[int | None]
    unacked: list[int | None]
    delayed: list[int | None]
    consumers: list[int | None]
    oldest_s: list[float | None]
    memory_bytes: list[int | None]


class QueueFlow(Schema, frozen=True, kw_only=True):
    """Arrivals and completions a minute along an interval; null where they are not known.

    Completions are those of the queue's tasks where sent events name it, else of the workers that consume only it.
    Arrivals are completions and what the queue grew by.
    """

    step_s: int
    starts: list[datetime]
    arrived_per_min: list[float | None]
    ended_per_min: list[float | None]


class QueueDetail(Schema, frozen=True, kw_only=True):
    """One queue with what is in it and what it was; ``gone`` says that the broker has it no more."""

    queue: Queue
    gone: bool
    broker: Broker | None
    by_priority: list[QueueStep]
    mix: QueueMix | None
    scale: list[QueueScale]
    past: QueuePast
    flow: QueueFlow


class BrokerPast(Schema, frozen=True, kw_only=True):
    """The broker along an interval: the most of each step; null where it was not read."""

    step_s: int
    starts: list[datetime]
    latency_s: list[float | None]
    connections: list[int | None]
    memory_bytes: list[int | None]


class BrokerDetail(Schema, frozen=True, kw_only=True):
    """The broker, what it was, and when it was out of reach (of the last week, oldest first). Null before a look."""

    broker: Broker | None
    past: BrokerPast
    gaps: list[Gap]
    gaps_cut: bool
    queues: int
    waiting: int
