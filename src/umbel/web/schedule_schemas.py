"""The shapes of schedules: entries, their expected runs, and beat."""

from datetime import datetime
from typing import Any, Literal

from msgspec import field

from umbel.web.schemas import Gap, Schema


class ExpectedRun(Schema, frozen=True, kw_only=True):
    """One due time of an entry, and what became of it.

    ``verdict`` is ``waiting``, ``running``, ``on_time``, ``late``, ``missed`` (nothing was sent), ``not_picked_up``,
    ``too_long``, ``failed``, ``expired``, ``duplicate`` (more than one beat sent it) or ``unknown`` (Umbel could not
    see). ``how`` is by what the task was found; by name and time it may be another's, and ``reason`` says so where that
    is likely. ``others`` are more tasks that were sent for the same time.
    """

    due_at: datetime
    verdict: str
    task_id: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    took_s: float | None = None
    state: str | None = None
    worker: str | None = None
    client: str | None = None
    reason: str | None = None
    how: str | None = None
    others: list[str] = field(default_factory=list)


class RunMark(Schema, frozen=True, kw_only=True):
    """A run as a slot of a strip."""

    due_at: datetime
    verdict: str
    task_id: str | None = None
    took_s: float | None = None
    reason: str | None = None


class EntrySource(Schema, frozen=True, kw_only=True):
    """Where an entry was read, and when last. ``kind`` is agent, django, redbeat, shelve, app, conf or learnt."""

    kind: str
    place: str
    read_at: datetime | None = None


class ScheduleEntry(Schema, frozen=True, kw_only=True):
    """A line of a schedule and how it stands.

    ``rule`` is in words, ``expression`` as its source writes it; ``error`` says why it cannot be understood.
    ``verdict`` is that of its newest judged run, the same for ``verdict_runs`` runs since ``verdict_since``.
    ``next_due_at`` is ``null`` where nothing is to come. ``runs`` are the last that were due, oldest first, and
    ``average_s`` is over those. ``confidence`` (0 to 1) is of a learnt cadence alone.
    """

    id: str
    name: str
    task: str
    kind: str
    rule: str
    expression: str
    zone: str | None = None
    every_s: float | None = None
    error: str | None = None
    args: str | None = None
    kwargs: str | None = None
    queue: str | None = None
    expires_s: float | None = None
    expires_at: datetime | None = None
    enabled: bool = True
    one_off: bool = False
    starts_at: datetime | None = None
    max_runs: int | None = None
    last_run_at: datetime | None = None
    total_runs: int | None = None
    sources: list[EntrySource] = field(default_factory=list)
    first_seen_at: datetime
    changed_at: datetime | None = None
    archived_at: datetime | None = None
    confidence: float | None = None
    note: str | None = None
    verdict: str = "waiting"
    verdict_since: datetime | None = None
    verdict_runs: int = 0
    next_due_at: datetime | None = None
    last: ExpectedRun | None = None
    average_s: float | None = None
    runs: list[RunMark] = field(default_factory=list)


class BeatProcess(Schema, frozen=True, kw_only=True):
    """A process that sends what is scheduled, known by ``how``. ``clock_offset_s`` is our clock minus its."""

    client: str
    host: str
    first_at: datetime
    last_at: datetime
    ticked_at: datetime | None = None
    sends: int = 0
    clock_offset_s: float | None = None
    how: str = ""


class Beat(Schema, frozen=True, kw_only=True):
    """Whether beat works, concluded from what it sends where it does not say so itself."""

    state: Literal["alive", "silent", "unknown", "none"]
    text: str
    since: datetime | None = None
    last_at: datetime | None = None
    ticked_at: datetime | None = None
    processes: list[BeatProcess] = field(default_factory=list)
    at_once: bool = False
    skew_s: float | None = None


class ScheduleSource(Schema, frozen=True, kw_only=True):
    """A place that is read for entries. ``error`` says why it could not be, and what was read before still counts."""

    kind: str
    place: str
    tried_at: datetime
    read_at: datetime | None = None
    entries: int = 0
    error: str | None = None
    note: str | None = None


class ScheduleCounts(Schema, frozen=True, kw_only=True):
    """How many entries there are, and how many of them cannot run or are in trouble."""

    active: int = 0
    paused: int = 0
    archived: int = 0
    learnt: int = 0
    bad: int = 0
    in_trouble: int = 0


class ScheduleSummary(Schema, frozen=True, kw_only=True):
    """Beat, the sources and how many runs of the last 24 hours are in trouble, by verdict."""

    beat: Beat
    counts: ScheduleCounts
    troubles: dict[str, int]
    sources: list[ScheduleSource]
    next_due_at: datetime | None = None


class Schedules(Schema, frozen=True, kw_only=True):
    """A page of entries. ``troubles`` counts the runs in trouble since ``since``, by verdict."""

    items: list[ScheduleEntry]
    total: int
    summary: ScheduleSummary
    since: datetime
    troubles: dict[str, int]
    now: datetime


class ScheduleDetail(Schema, frozen=True, kw_only=True):
    """One entry: its newest runs first, when it is due next, and when Umbel may have missed something meanwhile."""

    entry: ScheduleEntry
    history: list[ExpectedRun]
    next: datetime | None
    """Go on before this instant; ``null`` at the end."""
    upcoming: list[datetime]
    gaps: list[Gap]
    beat: Beat
    now: datetime


class ScheduleRuns(Schema, frozen=True, kw_only=True):
    """Runs of an entry, newest first. ``next`` is the instant to go on before, ``null`` at the end."""

    items: list[ExpectedRun]
    next: datetime | None


class TimelineRow(Schema, frozen=True, kw_only=True):
    """An entry along the time: what was due, and what is to come. ``dense`` ones are too many to be told one by one."""

    id: str
    name: str
    task: str
    runs: list[RunMark]
    to_come: list[datetime]
    dense: bool = False


class Collision(Schema, frozen=True, kw_only=True):
    """A minute in which several entries are due at once."""

    at: datetime
    entries: int
    names: list[str]


class Timeline(Schema, frozen=True, kw_only=True):
    """Entries along an interval; ``left_out`` of them are not shown. ``cut``: not all times were counted."""

    since: datetime
    until: datetime
    now: datetime
    rows: list[TimelineRow]
    left_out: int
    collisions: list[Collision]
    cut: bool
    gaps: list[Gap]


class RunNow(Schema, frozen=True, kw_only=True):
    """Why somebody runs an entry now; it is written into the audit log."""

    why: str | None = None


class RunNowAnswer(Schema, frozen=True, kw_only=True):
    """The task that was sent."""

    task_id: str | None
    outcome: str
    text: str


class RunNowPreview(Schema, frozen=True, kw_only=True):
    """The call that would be sent: ``name``, ``args``, ``kwargs`` and ``queue``; or why it cannot be."""

    name: str
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    queue: str | None = None
    refused: str | None = None
