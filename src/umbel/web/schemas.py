"""Request and response shapes of ``/api/v1``: the source of the OpenAPI document and of the UI's types.

Instants are RFC 3339 strings in UTC. Durations are seconds. A value that is not known is ``null``, never 0 or "".
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field


class Schema(Struct, frozen=True):
    """The base of every shape: immutable, and built by keyword."""


class Count(Schema, frozen=True, kw_only=True):
    """A number that says how sure it is.

    ``exact`` and ``estimate`` are what they say, ``at_least`` stopped counting there, ``unknown`` has no value.
    """

    kind: Literal["exact", "estimate", "at_least", "unknown"]
    value: int | None = None


class Verdict(Schema, frozen=True, kw_only=True):
    """What a state alone cannot say, as one sentence with its evidence.

    ``code`` is stable: ``lost``, ``orphaned``, ``ended_unseen``, ``redelivered``, ``held_until_eta``,
    ``expired_unrun``, ``retried``, ``replaced``, ``unconsumed``, ``unregistered``, ``waiting_long``.
    """

    code: str
    text: str
    severity: Literal["info", "warning", "critical"] = "info"


class TaskRow(Schema, frozen=True, kw_only=True):
    """A task as a list shows it. Long texts are cut; ``cut`` names those fields.

    ``state`` is Celery's, a custom one, or ``LOST``. ``learnt_from`` says where the state was read when no event told
    it: ``result backend`` or ``worker``. ``cpu_s`` and ``peak_memory_bytes`` are of its last run, null where no agent
    told.
    """

    id: str
    name: str | None
    state: str
    verdict: Verdict | None = None
    worker: str | None = None
    queue: str | None = None
    args: str | None = None
    kwargs: str | None = None
    result: str | None = None
    exception: str | None = None
    retries: int = 0
    max_retries: int | None = None
    eta: datetime | None = None
    expires: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    updated_at: datetime
    runtime_s: float | None = None
    wait_s: float | None = None
    pickup_s: float | None = None
    root_id: str | None = None
    parent_id: str | None = None
    learnt_from: str | None = None
    progress: dict[str, Any] | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    cut: list[str] = field(default_factory=list)


class TaskRef(Schema, frozen=True, kw_only=True):
    """A task that another one points to; ``state`` is null where it was never seen."""

    id: str
    name: str | None = None
    state: str | None = None


class Attempt(Schema, frozen=True, kw_only=True):
    """One delivery of the task to a worker, in the order of ``retries``.

    ``outcome`` is a state (SUCCESS, FAILURE, RETRY, REVOKED, REJECTED), ``REPLACED`` or ``REDELIVERED`` (it was
    delivered again before it ended), or null while it is open.
    """

    number: int
    retries: int | None = None
    name: str | None = None
    worker: str | None = None
    pid: int | None = None
    eta: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    runtime_s: float | None = None
    outcome: str | None = None
    exception: str | None = None
    traceback: str | None = None
    learnt_from: str | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None


class TaskEvent(Schema, frozen=True, kw_only=True):
    """One event as its worker stamped it; ``umbel-learnt`` is what was learnt in another way, and no event."""

    type: str
    at: datetime
    worker: str
    pid: int
    clock: int
    fields: dict[str, Any] = field(default_factory=dict)


class Gap(Schema, frozen=True, kw_only=True):
    """An interval in which events may have been missed; ``until`` is null while it lasts.

    ``kind``: ``link`` (no link to the broker), ``stopped`` (Umbel was not running), ``dropped`` (its buffer was full),
    ``worker`` (events of this worker were lost). ``events`` is how many are known to be missing, null where nobody
    can know.
    """

    kind: Literal["link", "stopped", "dropped", "worker"]
    since: datetime
    until: datetime | None
    reason: str
    worker: str | None = None
    events: int | None = None


class Gaps(Schema, frozen=True, kw_only=True):
    """The gaps that touch an interval, oldest first; ``cut`` says that there are older ones."""

    items: list[Gap]
    cut: bool = False


class TaskLink(Schema, frozen=True, kw_only=True):
    """A way to another tool."""

    label: str
    url: str


class TaskArguments(Schema, frozen=True, kw_only=True):
    """The true arguments, as the agent told them: secrets masked, and where ``cut`` something was left out."""

    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    cut: bool = False


class TaskDetail(TaskRow, frozen=True, kw_only=True):
    """Everything known about one task; nothing is cut. In ``gaps`` events of it may have been missed.

    ``arguments`` are null where no agent was asked for them: ``args`` and ``kwargs`` are texts that Celery cut.
    ``failure_group`` is the group of failures that one which failed belongs to.
    """

    links: list[TaskLink] = field(default_factory=list)
    failure_group: str | None = None
    exchange: str | None = None
    routing_key: str | None = None
    client: str | None = None
    traceback: str | None = None
    arguments: TaskArguments | None = None
    attempts: list[Attempt] = field(default_factory=list)
    events: list[TaskEvent] = field(default_factory=list)
    events_cut: bool = False
    root: TaskRef | None = None
    parent: TaskRef | None = None
    children: list[TaskRef] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


class Coverage(Schema, frozen=True, kw_only=True):
    """How much of the store an answer looked at. ``until`` is the received time of the oldest task looked at."""

    complete: bool
    reason: str | None = None
    until: datetime | None = None


class TaskPage(Schema, frozen=True, kw_only=True):
    """A page of tasks. Pass ``next`` as ``cursor`` to get the page after it; null is the end.

    ``seq`` is the journal position that the page reflects: a stream resumed after it misses nothing.
    """

    items: list[TaskRow]
    next: str | None
    total: Count
    coverage: Coverage
    seq: int


class TaskName(Schema, frozen=True, kw_only=True):
    """One task name with exact counts of its stored tasks by state."""

    name: str
    total: int
    by_state: dict[str, int]


class TaskNames(Schema, frozen=True, kw_only=True):
    """All task names that were seen, most frequent first."""

    items: list[TaskName]
    cut: bool = False


WorkerHealth = Literal["healthy", "warning", "critical", "unknown"]


class ExpectedWorkers(Schema, frozen=True, kw_only=True):
    """How many workers there should be: in all, by ``name`` (``email@*``), or that consume a ``queue``.

    ``missing`` are names that are known and gone; ``never_seen`` more were never heard of.
    """

    by: Literal["all", "name", "queue"]
    what: str
    wanted: int
    online: int
    missing: list[str] = field(default_factory=list)
    never_seen: int = 0


class Worker(Schema, frozen=True, kw_only=True):
    """A worker as its own messages and its answers tell.

    ``state``: ``online``; ``busy`` (a solo worker, which says nothing while it runs a task); ``silent`` (its heartbeat
    is late); ``offline`` (it said goodbye, it was silent too long, or it was silent and did not answer);
    ``unknown`` (no heartbeat was ever seen). ``offline_since`` is its last sign where it is offline.

    What it answered is as old as ``answered_at``; ``missed`` questions in a row it let pass. ``active`` are tasks that
    run, ``slots`` how many can. ``cpu`` is a share (1.0 is one core, or all of the host for ``host``) as ``cpu_from``
    says: ``agent``, ``process`` (the worker is one process) or null. ``memory_bytes`` is what ``memory_from`` says:
    ``agent`` (the whole worker now), ``peak`` (the most that its process had) or ``peak of main`` (without its pool).
    ``done_per_min`` is of the last whole minute. ``hidden`` ones are offline for long.
    """

    name: str
    state: Literal["online", "busy", "silent", "offline", "unknown"]
    reason: str
    offline_since: datetime | None = None
    answered_at: datetime | None = None
    missed: int = 0
    pool: str | None = None
    slots: int | None = None
    reserved: int | None = None
    scheduled: int | None = None
    queues: list[str] | None = None
    queues_left_out: int = 0
    cpu: float | None = None
    cpu_from: Literal["agent", "process"] | None = None
    cpu_health: WorkerHealth = "unknown"
    memory_bytes: int | None = None
    memory_from: Literal["agent", "peak", "peak of main"] | None = None
    memory_health: WorkerHealth = "unknown"
    done_per_min: int | None = None
    shares_name: bool = False
    hidden: bool = False
    pid: int | None = None
    first_seen_at: datetime | None = None
    online_since: datetime | None = None
    last_heartbeat_at: datetime | None = None
    last_event_at: datetime | None = None
    freq_s: float | None = None
    active: int | None = None
    processed: int | None = None
    loadavg: list[float] | None = None
    software: str | None = None
    software_version: str | None = None
    system: str | None = None
    clock_offset_s: float | None = None
    running: int | None = None
    restarts: int = 0


class Workers(Schema, frozen=True, kw_only=True):
    """All known workers by name, and how many are in which state.

    ``expected`` says how many there should be, as the settings have it. ``slots`` and ``busy`` are of those that live
    and told, ``asked_at`` is when they were last asked, all of them.
    """

    items: list[Worker]
    by_state: dict[str, int]
    expected: list[ExpectedWorkers] = field(default_factory=list)
    slots: int | None = None
    busy: int | None = None
    asked_at: datetime | None = None


class Overview(Schema, frozen=True, kw_only=True):
    """The figures of the whole cluster, read from the store.

    ``lost`` are the LOST tasks, and those of the STARTED ones that no longer run: their worker went, or ended them
    without an event.
    """

    tasks: int
    by_state: dict[str, int]
    lost: Count
    workers: dict[str, int]
    last_event_at: datetime | None = None
    seq: int = 0


class BrokerHealth(Schema, frozen=True, kw_only=True):
    """The link to the broker. ``url`` has its password masked.

    ``receiver`` is what reads it (``kombu``, ``redis`` or ``amqp``), ``receiver_note`` why no faster one does.
    ``durable_queue`` keeps events while Umbel is away. ``warning`` says what will be lost soon, or is being lost.
    """

    url: str
    transport: str
    state: Literal["connected", "connecting", "reconnecting", "stopped"]
    since: datetime | None = None
    attempt: int = 0
    next_try_s: float | None = None
    last_error: str | None = None
    reconnects: int = 0
    receiver: str = "kombu"
    receiver_note: str | None = None
    durable_queue: str | None = None
    warning: str | None = None


class CollectorHealth(Schema, frozen=True, kw_only=True):
    """What the collector did since it started. ``lag_s``: from an event's stamp to its commit, newest batch.

    ``last_error`` is what the store said when it last took nothing; where ``state`` is ``stalled`` that is the reason.
    """

    state: Literal["waiting", "live", "blind", "stalled", "stopped"]
    last_error: str | None = None
    lag_s: float | None = None
    last_event_at: datetime | None = None
    events: int = 0
    events_per_s: float = 0.0
    malformed: int = 0
    unknown: int = 0
    dropped: int = 0
    buffered: int = 0
    buffer_limit: int = 0


class Repair(Schema, frozen=True, kw_only=True):
    """What was done since the start about tasks whose events were missed.

    ``lookups`` counts tasks that were looked up, ``repaired`` those of which something was learnt, ``lost`` those that
    were given up. ``waiting`` are unfinished, found nowhere, and not given up yet. ``backend`` says why the result
    backend cannot be read, null where it can.
    """

    lookups: int = 0
    repaired: int = 0
    lost: int = 0
    waiting: int = 0
    running: bool = False
    last_at: datetime | None = None
    backend: str | None = None


class StoreHealth(Schema, frozen=True, kw_only=True):
    """The store. ``url`` has its password masked; without an answer ``tasks`` is unknown.

    ``counts_too_old`` by ``minute``, ``hour`` and ``day`` are counts that came when the figures of their time were
    kept no longer, and that none of these tell.
    """

    state: Literal["ok", "failing"]
    url: str
    seq: int = 0
    tasks: int | None = None
    size_bytes: int | None = None
    last_error: str | None = None
    counts_too_old: dict[str, int] = field(default_factory=dict)


class Doubt(Schema, frozen=True, kw_only=True):
    """A reason why figures may be wrong now, the evidence as a sentence, and what to do about it.

    ``code`` is stable: ``blind``, ``waiting_broker``, ``stalled``, ``filling``, ``store_full``, ``dropping``, ``lag``,
    ``malformed``, ``loss``, ``clock``, ``no_task_events``. ``label`` is two or three words. ``workers`` are those it is
    about.
    """

    code: str
    severity: Literal["info", "warning", "critical"]
    label: str
    text: str
    advice: str
    workers: list[str] = field(default_factory=list)
    workers_left_out: int = 0


HealthStatus = Literal["ok", "waiting", "blind", "degraded"]


class ResultFeed(Schema, frozen=True, kw_only=True):
    """What is heard of the result backend, where that is Redis. ``learnt`` ends were told by it alone."""

    url: str
    state: Literal["connecting", "connected", "reconnecting", "off", "stopped"]
    since: datetime | None = None
    last_error: str | None = None
    learnt: int = 0
    waiting: int = 0
    dropped: int = 0


class Health(Schema, frozen=True, kw_only=True):
    """One look at Umbel itself. ``status``: ``waiting`` before the first event, ``blind`` without the broker.

    ``doubts`` are the reasons why figures may be wrong now, the worst first; ``blind`` are the gaps that last.
    """

    status: HealthStatus
    text: str
    version: str
    cluster: str
    title: str | None = None
    now: datetime
    started_at: datetime
    demo: bool
    broker: BrokerHealth
    collector: CollectorHealth
    store: StoreHealth
    warnings: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    blind: list[Gap] = field(default_factory=list)
    repair: Repair = field(default_factory=Repair)
    results: ResultFeed | None = None


Role = Literal["viewer", "operator", "admin"]
SignIn = Literal["basic", "none"]


class Me(Schema, frozen=True, kw_only=True):
    """Who asks, and what they may do."""

    user: str | None
    role: Role
    auth: SignIn
    reason: str | None = None


class Problem(Schema, frozen=True, kw_only=True):
    """An error (RFC 9457). ``position`` is the offset in a search text, counted from 0."""

    type: str
    title: str
    status: int
    detail: str
    position: int | None = None


class StreamHello(Schema, frozen=True, kw_only=True):
    """First message of a stream: where it starts."""

    seq: int
    now: datetime


class StreamTasks(Schema, frozen=True, kw_only=True):
    """Tasks that changed and match the stream's search, newest last.

    ``changed`` counts all that changed in the store; ``sampled`` says that ``items`` is only a part of them.
    ``gone`` are ids that changed and no longer match.
    """

    seq: int
    items: list[TaskRow]
    gone: list[str]
    changed: int
    sampled: bool = False


class StreamGap(Schema, frozen=True, kw_only=True):
    """Something was missed: refetch what is shown. ``seq`` is where the stream goes on."""

    seq: int
    reason: str
