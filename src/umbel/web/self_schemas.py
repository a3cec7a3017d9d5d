"""The shapes of ``/api/v1/self``. Instants are RFC 3339 strings in UTC, durations are seconds; null is not known."""

from datetime import datetime
from typing import Literal

from msgspec import field

from umbel.web.schemas import BrokerHealth, CollectorHealth, Doubt, Schema, StoreHealth


class SelfWorker(Schema, frozen=True, kw_only=True):
    """What a worker counted in its heartbeats against what arrived of it.

    ``state``: ``measured``; ``waiting`` until there is something to compare; ``no_task_events`` where tasks run and
    no event of them comes; ``no_heartbeats`` where events come without any count. ``expected`` tasks were counted
    by the worker since the comparison began, the events of ``lost`` of them did not arrive; ``window_expected`` and
    ``window_lost`` are of the last ``window_s``, and ``loss_ratio`` is their quotient. ``repeated`` events came
    again. Of its count, ``mute`` runs were of tasks that send no events (``send_events = False``), which are not
    held for lost; null where it has no such task. ``clock_offset_s`` is arrival minus stamp: above 0 the worker's
    clock is slow, or the link is.
    """

    name: str
    state: Literal["measured", "waiting", "no_task_events", "no_heartbeats"]
    expected: int = 0
    lost: int = 0
    window_expected: int = 0
    window_lost: int = 0
    loss_ratio: float | None = None
    repeated: int = 0
    mute: int | None = None
    processes: int = 0
    clock_offset_s: float | None = None
    heard_at: datetime | None = None
    last_heartbeat_at: datetime | None = None


class SelfPoint(Schema, frozen=True, kw_only=True):
    """One step of the last minutes: rates in 1/s, counts of the step, durations in seconds (null: nothing came)."""

    events_per_s: float
    committed_per_s: float
    dropped: int
    malformed: int
    buffered: int
    lag_s: float | None = None
    lag_p99_s: float | None = None
    commit_s: float | None = None


class SelfTotals(Schema, frozen=True, kw_only=True):
    """Counts of events: understood, stored, dropped from a full buffer, not understood; ``buffered`` is a level."""

    events: int = 0
    committed: int = 0
    dropped: int = 0
    malformed: int = 0
    buffered: int = 0


class SelfAccount(Schema, frozen=True, kw_only=True):
    """What came and what was stored. ``totals`` since the start, ``window`` of the last ``window_s``.

    ``lag_s`` is from an event to its commit, ``commit_s`` how long a transaction takes: median and 99th percentile
    of the last minute. ``points`` are whole steps of ``step_s``, oldest first; the last ended at ``points_until``.
    """

    totals: SelfTotals
    window: SelfTotals
    window_s: float
    committed_per_s: float = 0.0
    lag_s: float | None = None
    lag_p99_s: float | None = None
    commit_s: float | None = None
    commit_p99_s: float | None = None
    step_s: float
    points_until: datetime | None = None
    points: list[SelfPoint] = field(default_factory=list)
    workers: list[SelfWorker] = field(default_factory=list)


class MalformedSample(Schema, frozen=True, kw_only=True):
    """One refused event: when, why, and its beginning, without passwords."""

    at: datetime | None
    reason: str
    excerpt: str


class SelfIngest(Schema, frozen=True, kw_only=True):
    """The collecting half in detail."""

    commits: int = 0
    last_commit_at: datetime | None = None
    last_error: str | None = None
    pruned_tasks: int = 0
    dropped_by_type: dict[str, int] = field(default_factory=dict)
    malformed_by_reason: dict[str, int] = field(default_factory=dict)
    unknown_by_type: dict[str, int] = field(default_factory=dict)
    samples: list[MalformedSample] = field(default_factory=list)


class SelfLive(Schema, frozen=True, kw_only=True):
    """The live tail: open streams, messages that wait for the slowest of them, streams told to reload."""

    readers: int = 0
    longest_queue: int = 0
    queue_limit: int = 0
    told_to_reload: int = 0


class SelfProcess(Schema, frozen=True, kw_only=True):
    """This process. ``cpu_share`` is of one core, over the last seconds; null where the system does not tell."""

    pid: int
    python: str
    threads: int
    rss_bytes: int | None = None
    peak_rss_bytes: int | None = None
    cpu_s: float = 0.0
    cpu_share: float | None = None


class SelfReport(Schema, frozen=True, kw_only=True):
    """All that Umbel knows of itself. ``workers`` of the account are the worst 200; the others are left out."""

    now: datetime
    started_at: datetime
    version: str
    doubts: list[Doubt]
    broker: BrokerHealth
    collector: CollectorHealth
    account: SelfAccount
    ingest: SelfIngest
    store: StoreHealth
    free_bytes: int | None = None
    live: SelfLive
    process: SelfProcess
    workers: int = 0
    workers_left_out: int = 0
