"""Groups of failed tasks that failed in the same way, what people decided about them, and how they do against usual."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.tasks import Task

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
WINDOWS: Final = (HOUR_S, 3 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S)
"""The spans, up to now, over which failures of a group are counted, in seconds."""
EXACT_UP_TO: Final = 3 * HOUR_S
"""Shorter windows begin at a whole minute, longer ones at a whole hour."""
NEW_FOR_S: Final = DAY_S
SURGE: Final = 3.0
"""So many times its usual rate is a surge."""
SURGE_FROM: Final = 5
"""Fewer failures an hour are no surge: one more than none is chance."""
OVERFLOW_ID: Final = "other"
"""The group of what came when all groups were taken."""
MAX_NOTE: Final = 1_000


class Decision(StrEnum):
    """What a person decided about a group. ``OPEN`` takes it back."""

    OPEN = "open"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Trend(StrEnum):
    """How a group does, the most urgent first."""

    REGRESSED = "regressed"
    """It failed again after somebody had resolved it."""
    SURGING = "surging"
    NEW = "new"
    RECURRING = "recurring"
    QUIET = "quiet"
    """No failure in 24 hours."""
    RESOLVED = "resolved"
    IGNORED = "ignored"


class FailureGroup(Struct, frozen=True, kw_only=True):
    """Tasks that failed in the same way. Instants in epoch seconds; both ends only ever widen.

    ``counts`` are by length of the window in seconds, ``by_hour`` of the last 24 hours, oldest first, the present
    hour last. ``total`` counts all tasks since the group is known, also those that are not stored any more.
    ``names`` are the first task names that failed so, and ``names_cut`` says that there are more.
    ``exception`` and ``traceback`` are of its first task.
    """

    id: str
    type: str
    message: str
    place: str | None
    exception: str | None
    traceback: str | None
    names: tuple[str, ...]
    names_cut: bool
    first_at: float
    last_at: float
    total: int
    counts: Mapping[int, int]
    by_hour: tuple[int, ...]
    decision: Decision
    decided_at: float | None
    decided_by: str | None
    note: str | None

    @property
    def is_regressed(self) -> bool:
        """Whether it failed after it was resolved."""
        return self.decision is Decision.RESOLVED and self.decided_at is not None and self.last_at > self.decided_at

    @property
    def is_open(self) -> bool:
        """Whether anybody should look at it."""
        return self.decision is Decision.OPEN or self.is_regressed


class Share(Struct, frozen=True, kw_only=True):
    """How many of the tasks that were looked at had this name or worker; ``None`` where it is not known."""

    text: str | None
    tasks: int


class FailureDetail(Struct, frozen=True, kw_only=True):
    """A group, its newest tasks that are stored, newest first, and whose they are.

    ``names`` and ``workers`` are of the newest ``looked_at`` stored tasks of it, most tasks first. ``by_hour`` are the
    failures of the last seven days, oldest first, the present hour last.
    """

    group: FailureGroup
    tasks: tuple[Task, ...]
    names: tuple[Share, ...]
    workers: tuple[Share, ...]
    looked_at: int
    by_hour: tuple[int, ...]


def usual_per_hour(group: FailureGroup, now: float) -> float | None:
    """Return how many failures an hour were usual before this hour, ``None`` where it is known for too short."""
    week = 7 * DAY_S
    known_s = min(week, now - group.first_at) - HOUR_S
    if known_s < NEW_FOR_S - HOUR_S:
        return None
    before = max(0, group.counts.get(week, 0) - group.counts.get(HOUR_S, 0))
    return before * HOUR_S / known_s


def trend_of(group: FailureGroup, now: float) -> Trend:
    """Return how a group does."""
    if group.is_regressed:
        return Trend.REGRESSED
    if group.decision is not Decision.OPEN:
        return Trend(group.decision.value)
    lately = group.counts.get(HOUR_S, 0)
    usual = usual_per_hour(group, now)
    if usual is not None and lately >= max(SURGE_FROM, SURGE * usual):
        return Trend.SURGING
    if now - group.first_at < NEW_FOR_S:
        return Trend.NEW
    return Trend.RECURRING if group.counts.get(DAY_S, 0) else Trend.QUIET


def window_start(window_s: int, now: float) -> int:
    """Return where a window begins: at a whole minute, or hour where it is a long one (epoch seconds)."""
    step = 60 if window_s <= EXACT_UP_TO else HOUR_S
    return int(now - window_s) // step * step


_ORDER: Final = {trend: place for place, trend in enumerate(Trend)}


def urgency(group: FailureGroup, now: float) -> tuple[int, int, int, float, str]:
    """Return what sorts groups: what is out of the ordinary, then the most failures lately."""
    lately, day = group.counts.get(HOUR_S, 0), group.counts.get(DAY_S, 0)
    return _ORDER[trend_of(group, now)], -lately, -day, -group.last_at, group.id
