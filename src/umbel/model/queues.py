"""What a look at the broker tells: its own state, and of each queue how much waits, since when and for whom.

A value that could not be read is ``None``, never 0; ``QueueReading.why`` says why not, and what would tell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

TREND_S: Final = 600.0
"""How far back the growth of a queue is measured."""
TREND_LEAST_S: Final = 60.0
"""Readings that span less tell no growth."""
GROWS_BY: Final = 5
"""A queue that changed by fewer messages over the whole span keeps its length."""
GROWS_SHARE: Final = 0.1
"""And so does one that changed by a smaller share of its mean length."""
NOW_S: Final = 60.0
"""What waits is said to be worked off "now" where all of it is done within this time."""


class Consuming(StrEnum):
    """Whether anybody takes messages from a queue."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Share(Struct, frozen=True, kw_only=True):
    """How many of the messages that were looked at are of this task; ``name`` is ``None`` where they do not tell."""

    name: str | None
    messages: int


class Mix(Struct, frozen=True, kw_only=True):
    """What waits by task name, most first, of the oldest ``looked_at`` messages at ``at`` (epoch seconds)."""

    at: float
    looked_at: int
    shares: tuple[Share, ...]


class Rates(StrEnum):
    """From what arrivals and completions are known."""

    BROKER = "broker"
    """The broker counts what is published and acknowledged (RabbitMQ's management API)."""
    WORKERS = "workers"
    """All workers that consume it consume nothing else, so what they end is what it gives."""
    EVENTS = "events"
    """Sent events name the queue of a task; tasks of producers that send none are missing."""


class QueueReading(Struct, frozen=True, kw_only=True):
    """One look at one queue. Times are epoch seconds of our clock, rates are messages a minute.

    ``ready`` waits in the broker, ``unacked`` was given to workers and not acknowledged yet (running, prefetched, or
    held until its ETA: ``held``), ``delayed`` is kept back by the broker until it is due. ``consumers`` counts them as
    the broker does, else the workers that say so, whose names are in ``workers``. ``by_priority`` are messages by
    priority step. ``growth_per_min`` is measured on the length over the last ``growth_over_s`` seconds. ``why`` has a
    sentence for what is not known: ``ready``, ``unacked``, ``held``, ``delayed``, ``consumers``, ``oldest``,
    ``memory``, ``mix``, ``rates``, ``growth``.
    """

    name: str
    kind: str | None = None
    ready: int | None = None
    unacked: int | None = None
    held: int | None = None
    delayed: int | None = None
    consuming: Consuming = Consuming.UNKNOWN
    consumers: int | None = None
    workers: tuple[str, ...] = ()
    oldest_at: float | None = None
    memory_bytes: int | None = None
    by_priority: tuple[tuple[int, int], ...] = ()
    mix: Mix | None = None
    growth_per_min: float | None = None
    growth_over_s: float | None = None
    ended_per_min: float | None = None
    arrived_per_min: float | None = None
    rates_from: Rates | None = None
    why: Mapping[str, str] = {}

    @property
    def length(self) -> int | None:
        """All that was sent to it and is not done: ready, unacknowledged and delayed, as far as it is known."""
        if self.ready is None:
            return None
        return self.ready + (self.unacked or 0) + (self.delayed or 0)


class BrokerReading(Struct, frozen=True, kw_only=True):
    """One look at the broker, at ``at`` (epoch seconds). ``url`` has no password.

    ``read_at`` is when it was last read: ``at``, unless it was not ``reached`` then (``error`` says why), and all else
    is of ``read_at``. ``unacked_at`` is when the oldest message of ``unacked`` was given out. ``source`` is what told
    the figures. ``facts`` are words on how it is set up, ``alarms`` sentences on what is wrong with it, and ``notes``
    sentences on what it cannot tell and what would.
    """

    at: float
    url: str
    transport: str
    reached: bool
    read_at: float | None = None
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
    unacked_at: float | None = None
    delayed: int | None = None
    visibility_timeout_s: float | None = None
    facts: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class QueueLine(Struct, frozen=True, kw_only=True):
    """A queue along an interval: at each of ``starts`` (epoch seconds, ``step_s`` apart) the most of its step.

    ``None`` is where nobody looked, or the broker did not tell: that is not zero. ``consumers`` are the fewest.
    """

    step_s: int
    starts: tuple[int, ...]
    ready: tuple[int | None, ...]
    unacked: tuple[int | None, ...]
    delayed: tuple[int | None, ...]
    consumers: tuple[int | None, ...]
    oldest_s: tuple[float | None, ...]
    memory_bytes: tuple[int | None, ...]


class BrokerLine(Struct, frozen=True, kw_only=True):
    """The broker along an interval: at each of ``starts`` the most of its step; ``None`` where it was not read."""

    step_s: int
    starts: tuple[int, ...]
    latency_s: tuple[float | None, ...]
    connections: tuple[int | None, ...]
    memory_bytes: tuple[int | None, ...]


class Growth(Struct, frozen=True, kw_only=True):
    """By how many messages a minute a length changes, measured over ``over_s`` seconds."""

    per_min: float
    over_s: float


def growth(lengths: Sequence[tuple[float, int]]) -> Growth | None:
    """Return the slope of the line of least squares through (epoch seconds, messages), oldest first.

    ``None`` where they span less than ``TREND_LEAST_S``. A change that is too small to tell is 0: fewer than
    ``GROWS_BY`` messages, or less than ``GROWS_SHARE`` of the mean length, over the whole span.
    """
    if len(lengths) < 3 or lengths[-1][0] - lengths[0][0] < TREND_LEAST_S:  # noqa: PLR2004 - a line through two is no trend
        return None
    over_s = lengths[-1][0] - lengths[0][0]
    middle = sum(at for at, _ in lengths) / len(lengths)
    mean = sum(n for _, n in lengths) / len(lengths)
    spread = sum((at - middle) ** 2 for at, _ in lengths)
    slope = sum((at - middle) * (n - mean) for at, n in lengths) / spread if spread else 0.0
    least = max(GROWS_BY, GROWS_SHARE * mean)
    return Growth(per_min=slope * 60.0 if abs(slope * over_s) >= least else 0.0, over_s=over_s)


class DrainKind(StrEnum):
    """What becomes of the messages that wait."""

    EMPTY = "empty"
    NOW = "now"
    """As many come as go, and each waits for less than a minute."""
    IN = "in"
    NEVER = "never"
    STEADY = "steady"
    """As many come as go."""
    UNKNOWN = "unknown"


class Drain(Struct, frozen=True, kw_only=True):
    """When a queue will be empty: for ``IN`` in ``seconds``; ``why`` is the evidence, a sentence without a stop.

    ``wait_s`` is how long a message that comes now will wait, where the completions are known.
    """

    kind: DrainKind
    seconds: float | None = None
    wait_s: float | None = None
    why: str


def drain(queue: QueueReading) -> Drain:
    """Return when ``queue`` will be empty if all goes on as it does."""
    ready = queue.ready
    if ready is None:
        return Drain(kind=DrainKind.UNKNOWN, why="its length is not known")
    if ready == 0:
        return Drain(kind=DrainKind.EMPTY, why="nothing waits in it")
    if queue.consuming is Consuming.NO:
        return Drain(kind=DrainKind.NEVER, why="nobody consumes it")
    wait_s = ready * 60.0 / queue.ended_per_min if queue.ended_per_min else None
    if queue.growth_per_min is None:
        why = queue.why.get("growth", "it was not watched for long enough to tell")
        return Drain(kind=DrainKind.UNKNOWN, wait_s=wait_s, why=why)
    return _by_growth(ready, queue.growth_per_min, wait_s)


def _by_growth(ready: int, by: float, wait_s: float | None) -> Drain:
    if by > 0:
        return Drain(kind=DrainKind.NEVER, wait_s=wait_s, why=f"it grows by {_plain(by)} a minute")
    if by < 0:
        why = f"it shrinks by {_plain(-by)} a minute"
        return Drain(kind=DrainKind.IN, seconds=ready * 60.0 / -by, wait_s=wait_s, why=why)
    kind = DrainKind.NOW if wait_s is not None and wait_s < NOW_S else DrainKind.STEADY
    return Drain(kind=kind, wait_s=wait_s, why="as many come as go")


class Health(StrEnum):
    """A judgement on one figure."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Bounds(Struct, frozen=True, kw_only=True):
    """Lengths (of what is ready) from which on a queue is a warning, and above which it is critical; or never."""

    warning: float | None = 10
    critical: float | None = 50


class Judgement(Struct, frozen=True, kw_only=True):
    """How a queue is, and why: sentences without a stop, the worst first."""

    health: Health
    reasons: tuple[str, ...] = ()


def judge(queue: QueueReading, bounds: Bounds) -> Judgement:
    """Return how ``queue`` is. One that nobody consumes, and one that grows, is a warning at least."""
    if queue.ready is None:
        return Judgement(health=Health.UNKNOWN, reasons=(queue.why.get("ready", "its length could not be read"),))
    reasons: list[str] = []
    health = Health.HEALTHY
    if queue.ready > 0 and queue.consuming is Consuming.NO:
        health = Health.WARNING
        reasons.append("nobody consumes it")
    if (queue.growth_per_min or 0.0) > 0:
        health = Health.WARNING
        reasons.append(f"it grows by {_plain(queue.growth_per_min or 0.0)} a minute")
    if bounds.critical is not None and queue.ready > bounds.critical:
        health = Health.CRITICAL
        reasons.append(f"{queue.ready:,} wait, more than {bounds.critical:,g}")
    elif bounds.warning is not None and queue.ready >= bounds.warning:
        health = Health.WARNING
        reasons.append(f"{queue.ready:,} wait, {bounds.warning:,g} or more")
    return Judgement(health=health, reasons=tuple(reasons))


class Scale(Struct, frozen=True, kw_only=True):
    """What would become of a queue with this number of workers: its change a minute, and in how long it is empty."""

    workers: int
    net_per_min: float
    empty_in_s: float | None


def scaled(queue: QueueReading, more: int = 2) -> tuple[Scale, ...]:
    """Return how it goes with the workers that it has, and with up to ``more`` others that do as much as these.

    Nothing where its arrivals, its completions or its workers are not known, or where its workers are not busy with it:
    what they can do is known only while they do all they can.
    """
    count, arrived, ended = queue.consumers, queue.arrived_per_min, queue.ended_per_min
    if not count or not queue.ready or arrived is None or not ended:
        return ()
    found = []
    for workers in range(count, count + more + 1):
        net = ended * workers / count - arrived
        found.append(Scale(workers=workers, net_per_min=net, empty_in_s=queue.ready * 60.0 / net if net > 0 else None))
    return tuple(found)


def mixed(names: Iterable[str | None], at: float) -> Mix:
    """Return the mix of messages by the names of their tasks, most first; ties by name."""
    counts: dict[str | None, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
    return Mix(at=at, looked_at=sum(counts.values()), shares=tuple(Share(name=name, messages=n) for name, n in ordered))


def _plain(per_min: float) -> str:
    return f"{per_min:,.0f}" if per_min >= 10 else f"{per_min:.1f}"  # noqa: PLR2004 - two digits are enough to tell
