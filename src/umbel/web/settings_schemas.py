"""Shapes of ``/api/v1/settings``: what this server keeps and judges by. No secret and no address is told."""

from umbel.web.schemas import Schema


class Retention(Schema, frozen=True, kw_only=True):
    """How long history is kept, in seconds; null is without a bound, and the tightest bound wins.

    ``tasks_s_by_state`` holds for a state in place of ``tasks_s``. ``minutes_s``, ``hours_s`` and ``days_s`` are of the
    figures, which outlive the tasks that they count; ``journal_s`` is of what workers said word for word.
    """

    tasks_s: float | None
    tasks_s_by_state: dict[str, float | None]
    max_tasks: int | None
    max_bytes: int | None
    minutes_s: float | None
    hours_s: float | None
    days_s: float | None
    journal_s: float


class Threshold(Schema, frozen=True, kw_only=True):
    """From which value on a figure is a warning, and beyond which it is critical; null is never.

    ``metric`` is success or cpu (0 to 1), avg (seconds), queue (tasks) or memory (bytes). Of success lower is worse.
    ``subject`` is the task, queue or worker that it holds for, null for all. ``is_default`` says that nobody set it.
    """

    metric: str
    subject: str | None
    warning: float | None
    critical: float | None
    is_default: bool


class Settings(Schema, frozen=True, kw_only=True):
    """What this server was told, as far as people who look should know."""

    read_only: bool
    retention: Retention
    thresholds: list[Threshold]
