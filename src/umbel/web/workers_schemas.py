"""Shapes of ``/api/v1/workers/{name}`` and of the history of workers.

Instants are RFC 3339 strings in UTC. A value that is not known is ``null``, never 0 or "".
"""

from datetime import datetime
from typing import Literal

from msgspec import field

from umbel.web.schemas import Count, ExpectedWorkers, Schema, Worker


class WorkerTask(Schema, frozen=True, kw_only=True):
    """A task as its worker lists it; texts are cut. ``state`` and ``received_at`` are the store's, where it knows it.

    ``retries`` counts from 0. ``pid`` is the process that runs it.
    """

    id: str
    name: str | None = None
    args: str | None = None
    kwargs: str | None = None
    queue: str | None = None
    priority: int | None = None
    redelivered: bool | None = None
    acknowledged: bool | None = None
    pid: int | None = None
    started_at: datetime | None = None
    eta: datetime | None = None
    retries: int | None = None
    state: str | None = None
    received_at: datetime | None = None


class WorkerTaskList(Schema, frozen=True, kw_only=True):
    """A list as the worker told it at ``at``; ``total`` counts all, ``items`` are the first of them."""

    at: datetime | None = None
    total: int | None = None
    items: list[WorkerTask] = field(default_factory=list)


class WorkerPool(Schema, frozen=True, kw_only=True):
    """How a worker runs tasks. ``processes`` are pids. Time limits are in seconds, null where there is none."""

    kind: str
    slots: int | None = None
    processes: list[int] = field(default_factory=list)
    max_tasks_per_child: int | None = None
    soft_time_limit_s: float | None = None
    time_limit_s: float | None = None
    autoscale_max: int | None = None
    autoscale_min: int | None = None


class WorkerQueue(Schema, frozen=True, kw_only=True):
    """A queue that the worker takes tasks from."""

    name: str
    exchange: str | None = None
    exchange_type: str | None = None
    routing_key: str | None = None
    durable: bool | None = None
    max_priority: int | None = None


class RegisteredTask(Schema, frozen=True, kw_only=True):
    """A task that the worker knows, its limits as Celery writes them, and how often it ran since the worker started."""

    name: str
    rate_limit: str | None = None
    time_limit: str | None = None
    soft_time_limit: str | None = None
    max_retries: str | None = None
    acks_late: bool | None = None
    runs: int | None = None


class WorkerProcess(Schema, frozen=True, kw_only=True):
    """One process of a worker; a restart makes another one. ``last_at`` is when it was last heard to live."""

    pid: int
    started_at: datetime
    last_at: datetime


class WorkerLoss(Schema, frozen=True, kw_only=True):
    """How many tasks it counted itself, how many of their events did not come, and their share of late."""

    expected: int
    lost: int
    ratio: float | None = None


class WorkerAge(Schema, frozen=True, kw_only=True):
    """When a part was last told: ``stats``, ``active``, ``registered``, ``conf`` and the like."""

    part: str
    at: datetime


class ProcessUse(Schema, frozen=True, kw_only=True):
    """One process of a worker. ``cpu`` is in cores (1.0 is one of them)."""

    pid: int
    cpu: float | None = None
    memory_bytes: int | None = None


class AgentReading(Schema, frozen=True, kw_only=True):
    """What Umbel's agent read of a worker last, ``source`` says where (``proc``, ``psutil``, ``rusage``).

    ``children`` are the processes of its pool, of which there are ``children_total``. ``host_cpu`` is a share of all
    cores. ``dropped`` counts by kind what the agent could not tell since the worker began, ``faults`` its own errors.
    """

    at: datetime
    source: str
    main: ProcessUse
    children: list[ProcessUse] = field(default_factory=list)
    children_total: int = 0
    files: int | None = None
    host_cpu: float | None = None
    host_cores: int | None = None
    host_memory_bytes: int | None = None
    host_available_bytes: int | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    faults: int = 0
    fault: str | None = None


class WorkerDetail(Schema, frozen=True, kw_only=True):
    """All that is known of one worker. ``conf`` has its secrets masked; ``ages`` says how old each part is.

    ``orphaned`` tasks ran when it was last heard and have no end. ``agent`` is null where Umbel's agent does not run in
    it, or is silent.
    """

    worker: Worker
    pool: WorkerPool | None = None
    prefetch: int | None = None
    started_at: datetime | None = None
    active: WorkerTaskList = field(default_factory=WorkerTaskList)
    reserved: WorkerTaskList = field(default_factory=WorkerTaskList)
    scheduled: WorkerTaskList = field(default_factory=WorkerTaskList)
    revoked: list[str] = field(default_factory=list)
    revoked_total: int | None = None
    queues: list[WorkerQueue] = field(default_factory=list)
    registered: list[RegisteredTask] = field(default_factory=list)
    conf: dict[str, str] = field(default_factory=dict)
    broker: dict[str, str] = field(default_factory=dict)
    processes: list[WorkerProcess] = field(default_factory=list)
    loss: WorkerLoss | None = None
    ages: list[WorkerAge] = field(default_factory=list)
    expected: list[ExpectedWorkers] = field(default_factory=list)
    orphaned: int = 0
    agent: AgentReading | None = None


class WorkerPoints(Schema, frozen=True, kw_only=True):
    """A history in columns of equal length; ``at`` in epoch seconds. What was not known is null.

    ``cpu`` is in cores, ``done`` counts tasks taken in the step that ends with a point.
    """

    at: list[float]
    active: list[float | None]
    slots: list[float | None]
    done: list[int | None]
    cpu: list[float | None]
    memory_bytes: list[int | None]
    load: list[float | None]


class WorkerHistory(Schema, frozen=True, kw_only=True):
    """How one worker was; ``step_s`` is the least distance of two points."""

    since: datetime
    until: datetime
    step_s: int
    points: WorkerPoints
    cpu_from: Literal["agent", "process"] | None = None
    memory_from: Literal["agent", "peak", "peak of main"] | None = None


class WorkerSaturation(Schema, frozen=True, kw_only=True):
    """Share of a worker's slots that were busy, by the minute, oldest first; null where nobody knows."""

    name: str
    busy: list[float | None]


class WorkersHistory(Schema, frozen=True, kw_only=True):
    """The last hour of all workers, over the same minutes from ``since`` on."""

    since: datetime
    step_s: int
    items: list[WorkerSaturation]


class VerdictCount(Schema, frozen=True, kw_only=True):
    """How many tasks have a verdict; ``search`` finds them. ``why`` says why it is not known."""

    code: str
    search: str
    count: Count
    why: str | None = None


class Verdicts(Schema, frozen=True, kw_only=True):
    """Counts of the verdicts that can be searched for."""

    items: list[VerdictCount]
