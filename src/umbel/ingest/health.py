"""How ingest is, as data: what the health page and the metrics show. Instants are epoch seconds."""

from typing import Final, Literal

from msgspec import Struct

from umbel.ingest.tally import Sample

LinkState = Literal["connected", "connecting", "reconnecting", "stopped"]
CollectorState = Literal["waiting", "live", "blind", "stalled", "stopped"]


class Blind(Struct, frozen=True, kw_only=True):
    """A time in which no event could be seen. ``until`` is ``None`` while it lasts.

    ``has_link``: the link held, and the broker dropped some.
    """

    since: float
    until: float | None = None
    reason: str
    has_link: bool = False


class BrokerHealth(Struct, frozen=True, kw_only=True):
    """The link to the broker. ``url`` has its password masked.

    ``attempt`` counts the tries since the link was lost, ``next_try_s`` is how long until the next one,
    ``reconnects`` how often it came back since the start, ``blind`` the newest gaps, oldest first. ``receiver`` is
    what reads the broker (``kombu``, ``redis`` or ``amqp``), ``receiver_note`` why no faster one, or what it may not
    do; ``durable_queue`` keeps events while nobody reads it. ``warning`` says what will be lost soon, or is being lost.
    """

    url: str
    transport: str
    state: LinkState
    since: float
    attempt: int = 0
    next_try_s: float | None = None
    last_error: str | None = None
    reconnects: int = 0
    blind: tuple[Blind, ...] = ()
    receiver: str = "kombu"
    receiver_note: str | None = None
    durable_queue: str | None = None
    warning: str | None = None


class Dropped(Struct, frozen=True, kw_only=True):
    """When what one overflow dropped had arrived, without heartbeats. ``number`` counts the overflows.

    ``at_stop``: the buffer was not full, but the store had not taken it when Umbel stopped.
    """

    number: int
    since: float
    until: float
    at_stop: bool = False


class CollectorHealth(Struct, frozen=True, kw_only=True):
    """What the collector did since it started.

    ``waiting``: connected, and nothing came yet. ``blind``: no link to the broker. ``stalled``: the store does not
    take what was collected, which is held meanwhile. ``lag_s`` is from an event's stamp to its commit (median of the
    newest batch). ``events`` were understood; ``committed`` of them are stored, ``dropped`` were given up because
    the buffer was full, ``buffered`` wait. ``overflows`` are the newest ones, oldest first.
    """

    state: CollectorState
    lag_s: float | None = None
    last_event_at: float | None = None
    last_commit_at: float | None = None
    last_error: str | None = None
    events: int = 0
    events_per_s: float = 0.0
    committed: int = 0
    commits: int = 0
    malformed: int = 0
    unknown: int = 0
    dropped: int = 0
    buffered: int = 0
    buffer_limit: int = 0
    pruned_tasks: int = 0
    malformed_by_reason: dict[str, int] = {}
    unknown_by_type: dict[str, int] = {}
    dropped_by_type: dict[str, int] = {}
    overflows: tuple[Dropped, ...] = ()
    samples: tuple[Sample, ...] = ()


class ResultFeedHealth(Struct, frozen=True, kw_only=True):
    """What is heard of the result backend. ``url`` has its password masked.

    ``off``: the backend publishes no results, ``last_error`` says which. ``learnt`` ends were told by it alone,
    ``waiting`` results wait for their events, for ``dropped`` there was no room.
    """

    url: str
    state: Literal["connecting", "connected", "reconnecting", "off", "stopped"]
    since: float
    last_error: str | None = None
    learnt: int = 0
    waiting: int = 0
    dropped: int = 0


class IngestHealth(Struct, frozen=True, kw_only=True):
    """The link and the collector in one look. ``results`` is ``None`` where nobody listens for them."""

    broker: BrokerHealth
    collector: CollectorHealth
    results: ResultFeedHealth | None = None


SETTLED_S: Final = 5.0
"""So long after a link is there, what came meanwhile has been taken."""
LAG_SHOWN_S: Final = 1.0


def seen_until(health: IngestHealth, now: float) -> float:
    """Return the instant (epoch seconds) until which all that was sent, and was heard, is stored."""
    broker, collector = health.broker, health.collector
    if broker.state != "connected" or now - broker.since < SETTLED_S:
        return min(broker.since, now)
    if collector.state == "stalled" and collector.last_commit_at is not None:
        return collector.last_commit_at
    is_busy = collector.buffered > 0 and (collector.lag_s or 0.0) > LAG_SHOWN_S
    return now - (collector.lag_s or 0.0) - LAG_SHOWN_S if is_busy else now
