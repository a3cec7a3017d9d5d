"""What workers say when they are asked (``celery inspect``), bounded and typed; and how they did over time.

A *summary* is small and read for every worker at once; *lists* and *setup* are read for one worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.workers import Heard, Worker

LISTED: Final = 500
"""Tasks of one list that are kept; the count beside it is of all."""
REVOKED_LISTED: Final = 500
REGISTERED_LISTED: Final = 2_000
QUEUES_LISTED: Final = 200
SETTINGS_LISTED: Final = 500
TEXT_LENGTH: Final = 400
POINT_S: Final = 10
MINUTE_S: Final = 60
POINTS_KEPT_S: Final = 86_400.0
MINUTES_KEPT_S: Final = 7 * 86_400.0
PROCESSES_KEPT: Final = 100
"""Starts of one worker that are remembered, the newest of them."""


class Part(StrEnum):
    """A remote control command whose answer is kept (``celery.worker.control``)."""

    STATS = "stats"
    ACTIVE = "active"
    RESERVED = "reserved"
    SCHEDULED = "scheduled"
    REVOKED = "revoked"
    REGISTERED = "registered"
    QUEUES = "active_queues"
    CONF = "conf"


class Pool(Struct, frozen=True, kw_only=True):
    """How a worker runs tasks. ``kind`` is prefork, solo, threads, gevent, eventlet, or a class.

    ``slots`` are the tasks that it can run at once, ``None`` where it did not tell. Time limits are in seconds.
    ``autoscale`` is its greatest and its least number of slots.
    """

    kind: str
    slots: int | None = None
    processes: tuple[int, ...] = ()
    max_tasks_per_child: int | None = None
    soft_time_limit_s: float | None = None
    time_limit_s: float | None = None
    autoscale: tuple[int, int] | None = None

    @property
    def is_mute_while_busy(self) -> bool:
        """Whether it answers nothing while it runs a task: its only thread runs it."""
        return self.kind == "solo"


class Summary(Struct, frozen=True, kw_only=True):
    """The newest that is known of one worker process. Instants in epoch seconds of our clock.

    ``told_at`` says when each part was answered. ``asked_at`` is when it was last asked, ``missed`` how many questions
    in a row it let pass. ``cpu_s`` and ``peak_rss_bytes`` are ``getrusage`` of its main process: the processes of its
    pool are not in it. ``counts`` are tasks by list, of all that it named.
    """

    name: str
    pid: int | None = None
    asked_at: float
    answered_at: float | None = None
    missed: int = 0
    told_at: Mapping[str, float] = {}
    pool: Pool | None = None
    started_at: float | None = None
    prefetch: int | None = None
    cpu_s: float | None = None
    peak_rss_bytes: int | None = None
    done: int | None = None
    queues: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}
    transport: str | None = None
    twice: bool = False


class Request(Struct, frozen=True, kw_only=True):
    """A task as its worker lists it. Texts are cut. ``started_at`` and ``eta`` in epoch seconds."""

    id: str
    name: str | None = None
    args: str | None = None
    kwargs: str | None = None
    queue: str | None = None
    priority: int | None = None
    redelivered: bool | None = None
    acknowledged: bool | None = None
    pid: int | None = None
    started_at: float | None = None
    eta: float | None = None
    retries: int | None = None


class Registered(Struct, frozen=True, kw_only=True):
    """A task that a worker knows, with its limits as Celery writes them (``10/m``; seconds)."""

    name: str
    rate_limit: str | None = None
    time_limit: str | None = None
    soft_time_limit: str | None = None
    max_retries: str | None = None
    acks_late: bool | None = None


class ConsumedQueue(Struct, frozen=True, kw_only=True):
    """A queue that a worker takes tasks from."""

    name: str
    exchange: str | None = None
    exchange_type: str | None = None
    routing_key: str | None = None
    durable: bool | None = None
    max_priority: int | None = None


class Lists(Struct, frozen=True, kw_only=True):
    """What one worker holds and consumes, by its newest answers.

    ``broker`` is what it says of its own connection, without a password. ``total`` counts tasks by name since it
    started.
    """

    active: tuple[Request, ...] = ()
    reserved: tuple[Request, ...] = ()
    scheduled: tuple[Request, ...] = ()
    queues: tuple[ConsumedQueue, ...] = ()
    broker: Mapping[str, str] = {}
    total: Mapping[str, int] = {}


class Setup(Struct, frozen=True, kw_only=True):
    """What changes rarely, and is asked rarely. ``conf`` are its settings with their secrets masked."""

    registered: tuple[Registered, ...] = ()
    revoked: tuple[str, ...] = ()
    conf: Mapping[str, str] = {}


class Point(Struct, frozen=True, kw_only=True, gc=False):
    """How a worker was at one look, or on average over a step. ``None`` is unknown.

    ``at`` is in epoch seconds, the step's start where it is of a step. ``cpu`` is in cores (1.0 is one of them),
    ``done`` how many tasks it took since the look before.
    """

    at: float
    active: float | None = None
    slots: float | None = None
    done: int | None = None
    cpu: float | None = None
    memory_bytes: int | None = None
    load: float | None = None


class Process(Struct, frozen=True, kw_only=True):
    """One process of a worker: a restart makes another one. Instants in epoch seconds."""

    pid: int
    started_at: float
    last_at: float


class Look(Struct, frozen=True, kw_only=True):
    """What one pass learnt of one worker; all but ``summary`` are ``None`` where nothing new was told."""

    summary: Summary
    lists: Lists | None = None
    setup: Setup | None = None
    point: Point | None = None
    process: Process | None = None


def heard_of(worker: Worker, known: Summary | None) -> Heard | None:
    """Return what the answers of a worker tell of its life; ``None`` where they are of another process."""
    if known is None or (worker.pid is not None and known.pid is not None and worker.pid != known.pid):
        return None
    mute = known.pool is not None and known.pool.is_mute_while_busy
    missed = known.missed if known.asked_at > worker.last_seen_at and known.answered_at is not None else 0
    return Heard(answered_at=known.answered_at, missed=missed, is_mute_while_busy=mute)
