"""Shapes of ``/api/v1/task-types``: what each task does, and how well."""

from datetime import datetime
from typing import Literal

from umbel.web.attention_schemas import Level
from umbel.web.metrics_schemas import Spread
from umbel.web.schemas import Schema


class TaskTypeRow(Schema, frozen=True, kw_only=True):
    """One task name. ``running`` and ``waiting`` are tasks now, the counts, rate and times are of the interval.

    ``workers`` is how many workers have it registered, null where none was asked yet. ``stored`` tasks are in the
    history. ``success`` and ``avg`` judge by the limits for it.
    """

    name: str
    workers: int | None
    stored: int
    running: int
    waiting: int
    received: int
    started: int
    succeeded: int
    failed: int
    retried: int
    revoked: int
    rejected: int
    ended: int
    success_rate: float | None
    wait: Spread
    run: Spread
    success: Level
    avg: Level


class TaskTypes(Schema, frozen=True, kw_only=True):
    """Every task name that a worker has registered, that is stored, or of which there are figures; busiest first.

    ``since`` and ``until`` are what was added up. ``cut`` says that there are more names. ``others`` is what came when
    all places for names were taken, null where nothing did.
    """

    since: datetime
    until: datetime
    items: list[TaskTypeRow]
    cut: bool = False
    others: int | None = None


class AppliedLimit(Schema, frozen=True, kw_only=True):
    """From which value on a figure is a warning, and beyond which it is critical; null is never.

    ``own`` says that it was set for this task and not for all. Shares are 0 to 1, times seconds.
    """

    figure: Literal["success", "avg"]
    warning: float | None
    critical: float | None
    own: bool


class TaskType(Schema, frozen=True, kw_only=True):
    """One task name in full. ``registered_on`` are the workers that know it, at most 100, null where none was asked."""

    row: TaskTypeRow
    since: datetime
    until: datetime
    max_retries: int | None
    registered_on: list[str] | None
    limits: list[AppliedLimit]
