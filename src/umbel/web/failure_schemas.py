"""Shapes of ``/api/v1/failures``: groups of tasks that failed in the same way."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from umbel.model.failures import MAX_NOTE
from umbel.web.schemas import Schema, TaskRow

Decision = Literal["open", "resolved", "ignored"]
Trend = Literal["regressed", "surging", "new", "recurring", "quiet", "resolved", "ignored"]


class FailureWindow(Schema, frozen=True, kw_only=True):
    """A span up to now over which failures are counted. It begins at a whole minute, or hour where it is long."""

    seconds: int
    since: datetime


class FailureGroup(Schema, frozen=True, kw_only=True):
    """Tasks with the same class of exception, message and place.

    In ``message`` stands ``<n>``, ``<id>``, ``<hex>``, ``<email>`` or an ellipsis in place of what differs from task to
    task; ``exception`` is that of the first one. ``place`` is the innermost frame of own code, null without traceback.
    ``counts`` has an entry for each window, ``by_hour`` one for each of the last 24 hours, oldest first.
    ``usual_per_hour`` is the mean of the hours before this one, null on the first day. ``total`` counts since
    ``first_at``. ``decision`` is what a person said, ``trend`` what follows: a resolved group that failed again is
    ``regressed``.
    """

    id: str
    type: str
    message: str
    place: str | None
    exception: str | None
    names: list[str]
    names_cut: bool
    first_at: datetime
    last_at: datetime
    total: int
    counts: list[int]
    by_hour: list[int]
    usual_per_hour: float | None
    trend: Trend
    decision: Decision
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class Failures(Schema, frozen=True, kw_only=True):
    """Groups of failures, what is out of the ordinary first.

    ``totals`` counts all groups over each window, whatever was decided of them, and ``ended_in_hour`` all tasks that
    ended in the last hour. ``by_decision`` counts groups; a regressed one is open. ``cut`` says that there are more.
    """

    now: datetime
    windows: list[FailureWindow]
    hours_from: datetime
    items: list[FailureGroup]
    totals: list[int]
    ended_in_hour: int
    by_decision: dict[str, int]
    cut: bool


class FailureShare(Schema, frozen=True, kw_only=True):
    """How many tasks had this name or worker; null is one that no event told."""

    text: str | None
    tasks: int


class FailureDetail(Schema, frozen=True, kw_only=True):
    """One group: its newest stored tasks, whose they are, and its failures by hour in the last seven days.

    ``names`` and ``workers`` are of its newest ``looked_at`` stored tasks. ``traceback`` is of its newest stored task
    that has one, else of its first task, and ``sample`` the id of that task, null where it is not stored any more.
    """

    group: FailureGroup
    windows: list[FailureWindow]
    tasks: list[TaskRow]
    names: list[FailureShare]
    workers: list[FailureShare]
    looked_at: int
    hours_from: datetime
    by_hour: list[int]
    traceback: str | None
    sample: str | None


class DecideFailure(Schema, frozen=True, kw_only=True):
    """What to say of a group; ``open`` takes back what was said. The note says why."""

    decision: Decision
    note: Annotated[str, Meta(max_length=MAX_NOTE)] | None = None
