"""Schedules: what should run and when, and what became of each run that was expected.

An *entry* is one line of a beat's schedule. A *run* is one due time of it, with the task that was sent for it where one
was found, and a verdict. A run is dated at its due time, whenever it was judged. All instants are epoch seconds.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

TEXT_AT_MOST: Final = 2_000
"""Characters of a name, an argument or an expression that are kept."""


class RuleKind(StrEnum):
    """The kinds of schedules that Celery and its schedulers know."""

    INTERVAL = "interval"
    CRONTAB = "crontab"
    SOLAR = "solar"
    CLOCKED = "clocked"
    OTHER = "other"


class SourceKind(StrEnum):
    """Where an entry was read, the most telling first."""

    AGENT = "agent"
    DJANGO = "django"
    REDBEAT = "redbeat"
    SHELVE = "shelve"
    APP = "app"
    CONF = "conf"
    LEARNT = "learnt"


class RunVerdict(StrEnum):
    """What became of an expected run. ``WAITING`` and ``RUNNING`` are open, all others may still be bettered."""

    WAITING = "waiting"
    RUNNING = "running"
    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    """Nothing was sent."""
    NOT_PICKED_UP = "not_picked_up"
    """It was sent, and no worker took it."""
    TOO_LONG = "too_long"
    FAILED = "failed"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"
    """Two beats sent it."""
    UNKNOWN = "unknown"
    """Umbel could not see."""


OPEN: Final = frozenset({RunVerdict.WAITING, RunVerdict.RUNNING})
BAD: Final = frozenset(
    {
        RunVerdict.MISSED,
        RunVerdict.NOT_PICKED_UP,
        RunVerdict.TOO_LONG,
        RunVerdict.FAILED,
        RunVerdict.EXPIRED,
        RunVerdict.DUPLICATE,
    }
)
"""What a person should look at. A late run is told, and is no trouble."""


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When an entry is due. ``text`` is as its source writes it; ``error`` says why it cannot be understood.

    ``every_s`` is of an interval, the five texts are of a crontab in ``zone`` (an IANA name; UTC by default), the next
    three of a solar event, ``at`` of a single instant. ``relative`` rounds an interval to its own unit, as Celery does.
    """

    kind: RuleKind
    text: str
    every_s: float | None = None
    relative: bool = False
    minute: str = "*"
    hour: str = "*"
    day_of_week: str = "*"
    day_of_month: str = "*"
    month_of_year: str = "*"
    zone: str | None = None
    event: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    at: float | None = None
    error: str | None = None


class Origin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place where an entry was read: a file, a URL without its password, a worker (see ``SourceRead``)."""

    kind: SourceKind
    place: str


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a schedule. ``args`` and ``kwargs`` are Python texts without what looks like a password.

    ``max_runs`` ends it after so many; ``one_off`` after one. ``last_run_at`` and ``total_runs`` are what its source
    says. ``changed_at`` is when its rule or its call last changed, ``archived_at`` since when no source has it.
    ``confidence`` (0 to 1) is of a learnt cadence alone. ``note`` says what a person should know of it.
    """

    name: str
    task: str
    rule: Rule
    args: str | None = None
    kwargs: str | None = None
    queue: str | None = None
    expires_s: float | None = None
    expires_at: float | None = None
    enabled: bool = True
    one_off: bool = False
    starts_at: float | None = None
    max_runs: int | None = None
    last_run_at: float | None = None
    total_runs: int | None = None
    origins: tuple[Origin, ...] = ()
    first_seen_at: float = 0.0
    changed_at: float | None = None
    archived_at: float | None = None
    confidence: float | None = None
    note: str | None = None

    @property
    def id(self) -> str:
        """The same for the same name, everywhere: 16 hexadecimal digits."""
        return entry_id(self.name, learnt=self.is_learnt)

    @property
    def is_learnt(self) -> bool:
        """Whether nobody told of it: it was seen that the task comes in a rhythm."""
        return self.confidence is not None

    @property
    def is_active(self) -> bool:
        """Whether runs are expected of it at all."""
        has_ended = self.max_runs is not None and (self.total_runs or 0) >= self.max_runs
        return self.enabled and self.archived_at is None and self.rule.error is None and not has_ended

    @property
    def call(self) -> tuple[object, ...]:
        """What it does and when: a change of it is a change of the entry."""
        rule = (replace(self.rule, text=""), self.task, self.args, self.kwargs, self.queue, self.enabled, self.one_off)
        return (*rule, self.starts_at, self.max_runs, self.expires_s, self.expires_at)


class Run(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One due time of an entry.

    ``look_at`` is when it has to be judged again, ``None`` once nothing more can come. ``place`` is the store's number
    of the last task that is older than this run. ``client`` is the process that sent it (``gen123@host``). ``reason``
    is a sentence with the evidence. ``how`` says by what the task was found. ``others`` are more tasks that were sent.
    """

    entry_id: str
    due_at: float
    verdict: RunVerdict = RunVerdict.WAITING
    look_at: float | None = None
    place: int = 0
    task_id: str | None = None
    client: str | None = None
    worker: str | None = None
    state: str | None = None
    sent_at: float | None = None
    received_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    reason: str | None = None
    how: Literal["header", "agent", "name and time"] | None = None
    others: tuple[str, ...] = ()

    @property
    def came_at(self) -> float | None:
        """When the task for it was first heard of."""
        return self.sent_at if self.sent_at is not None else self.received_at

    @property
    def took_s(self) -> float | None:
        """How long it ran, in seconds."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, self.ended_at - self.started_at)


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an entry stands: its newest run that was judged, since when its verdict is the same, and for how many runs.

    ``next_due_at`` is ``None`` where nothing is to come.
    """

    entry_id: str
    verdict: RunVerdict = RunVerdict.WAITING
    since: float | None = None
    runs: int = 0
    last: Run | None = None
    next_due_at: float | None = None


class BeatSeen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process that sends scheduled tasks. ``offset_s`` is our clock minus its, the least of late.

    ``ticked_at`` is when it last looked at its schedule, where it can say so itself.
    """

    client: str
    first_at: float
    last_at: float
    sends: int = 0
    offset_s: float | None = None
    ticked_at: float | None = None
    how: str = "the tasks that it sends"


class SourceRead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How reading one source went: when last, how many entries it had, and why it could not be read."""

    kind: SourceKind
    place: str
    tried_at: float
    read_at: float | None = None
    entries: int = 0
    error: str | None = None
    note: str | None = None


class Grace(Struct, frozen=True, kw_only=True):
    """How late a run may be, in seconds, and how long it may run.

    An interval has ``interval_s`` or ``interval_share`` of itself, whichever is more; all else has ``fixed_s``.
    A run is too long beyond ``longest`` times the 95th percentile of its task, once ``known_runs`` of it were seen.
    """

    interval_s: float = 30.0
    interval_share: float = 0.1
    fixed_s: float = 120.0
    longest: float = 3.0
    known_runs: int = 20

    def of(self, rule: Rule) -> float:
        """Return the seconds that a run of this rule may be late."""
        if rule.kind is RuleKind.INTERVAL and rule.every_s is not None:
            return max(self.interval_s, self.interval_share * rule.every_s)
        return self.fixed_s


def entry_id(name: str, *, learnt: bool = False) -> str:
    """Return the id of the entry of this name."""
    key = f"{'learnt' if learnt else 'entry'}\0{name}"
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
