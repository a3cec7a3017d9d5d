"""What the agent says on the wire: the names and shapes that ``umbel.agent`` writes and ``umbel.ingest`` reads.

This is all of ours that the agent imports, and it needs the standard library only. Instants are epoch seconds in UTC,
durations seconds, memory bytes. A field that is not known is left out. Unknown fields are passed over, so that an
older server and a newer agent understand each other.
"""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

# Events of their own. Celery's group of an event is what stands before its first dash, so none of these looks like a
# task's or a worker's to other monitors.

WORKER_SAMPLE: Final = "umbel-worker"
"""A ``WorkerSample`` of a worker, every ten seconds."""
PROGRESS: Final = "umbel-progress"
"""A ``ProgressReport``: how far tasks are that run now, at most once a second a worker."""
BEAT: Final = "umbel-beat"
"""A ``BeatReport``: that beat ticks, what it plans and what it sent."""

# Fields that the agent adds to events which Celery sends anyhow.

SENT_AT: Final = "umbel_sent_at"
"""Header of a task's message, and field of ``task-received``: when it was published."""
ARGUMENTS: Final = "umbel_arguments"
"""Field of ``task-received``: ``{"args": [...], "kwargs": {...}}`` as JSON text, masked and bounded."""
PEAK_MEMORY: Final = "umbel_peak_memory"
"""Field of a task's end: the most memory (RSS) that its process had while it ran."""
CPU: Final = "umbel_cpu"
"""Field of a task's end: CPU time (user and system) of its run, children that ended within it included."""

AGENT_VERSION: Final = 1
"""Rises when a field changes its meaning."""


class ProcessSample(TypedDict):
    """One process of a worker. ``cpu`` is in percent of one core since the last sample."""

    pid: int
    rss: NotRequired[int]
    cpu: NotRequired[float]


class HostSample(TypedDict, total=False):
    """The worker's host. ``cpu`` is in percent of all cores."""

    cpu: float
    cores: int
    memory_total: int
    memory_available: int


class WorkerSample(TypedDict):
    """``main`` is the worker's main process, ``children`` those of its pool (at most 256), ``children_total`` all.

    ``source`` is what read them: ``psutil``, ``proc`` or ``rusage``. ``dropped`` counts what the agent could not send
    since the process started, by reason; ``faults`` its own errors, ``fault`` says the last one.
    """

    version: int
    interval_s: float
    source: str
    main: ProcessSample
    children: list[ProcessSample]
    children_total: int
    pool: str
    fds: NotRequired[int]
    host: NotRequired[HostSample]
    dropped: NotRequired[dict[str, int]]
    faults: NotRequired[int]
    fault: NotRequired[str]


class TaskProgress(TypedDict):
    """The newest ``update_state`` of a task. ``fields`` are of its ``meta``, and bounded."""

    uuid: str
    at: float
    state: str
    fields: dict[str, object]


class ProgressReport(TypedDict):
    """The tasks that said something since the last report, and still run."""

    version: int
    tasks: list[TaskProgress]


class Rule(TypedDict):
    """When an entry is due: ``kind`` is ``interval``, ``crontab``, ``solar``, ``clocked`` or ``other``.

    The fields of a crontab are its expressions as they were written.
    """

    kind: str
    every_s: NotRequired[float]
    relative: NotRequired[bool]
    minute: NotRequired[str]
    hour: NotRequired[str]
    day_of_week: NotRequired[str]
    day_of_month: NotRequired[str]
    month_of_year: NotRequired[str]
    timezone: NotRequired[str]
    event: NotRequired[str]
    latitude: NotRequired[float]
    longitude: NotRequired[float]
    at: NotRequired[float]


class BeatEntry(TypedDict):
    """An entry of beat's schedule. ``schedule`` reads as ``inspect conf`` answers, its arguments as in Python."""

    name: str
    task: str
    schedule: str
    rule: Rule
    args: NotRequired[str]
    kwargs: NotRequired[str]
    queue: NotRequired[str]
    enabled: NotRequired[bool]
    last_run_at: NotRequired[float]
    total_run_count: NotRequired[int]


class BeatRun(TypedDict):
    """What beat sent: which entry, as which task, when."""

    entry: str
    task_id: str
    at: float


class BeatReport(TypedDict):
    """Beat's word, at least every ten seconds; ``hostname`` of the event is ``celerybeat@<host>``, ``pid`` its process.

    ``entries`` are those that changed since the last report; where ``complete``, this and the other ``parts`` of the
    same ``listing`` hold all of them. ``gone`` are names that were taken out. ``entries_total`` is how many there are.
    At ``ticked_at`` beat last looked what is due, and meant to sleep until ``next_tick_at``.
    """

    version: int
    pid: NotRequired[int]
    scheduler: str
    started_at: float
    ticked_at: NotRequired[float]
    next_tick_at: NotRequired[float]
    max_interval_s: NotRequired[float]
    timezone: NotRequired[str]
    entries_total: int
    listing: int
    complete: bool
    part: int
    parts: int
    entries: list[BeatEntry]
    gone: list[str]
    runs: list[BeatRun]
    dropped: NotRequired[dict[str, int]]
