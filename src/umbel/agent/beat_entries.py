"""Beat's entries as the wire has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from umbel.agent.arguments import Arguments
from umbel.model.wire import BeatEntry, Rule

_TEXT: Final = 500
_CRONTAB: Final = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")


def entry_of(name: str, entry: Any, arguments: Arguments) -> BeatEntry:  # noqa: ANN401 - of any scheduler
    """Return an entry (``celery.beat.ScheduleEntry`` or what a scheduler makes of it), its texts cut."""
    told = BeatEntry(
        name=name[:_TEXT],
        task=str(entry.task)[:_TEXT],
        schedule=_schedule(entry.schedule),
        rule=rule_of(entry.schedule),
    )
    if entry.args or entry.kwargs:
        told["args"], told["kwargs"] = arguments.as_python(entry.args, entry.kwargs)
    last_run_at = epoch_of(getattr(entry, "last_run_at", None))
    if last_run_at is not None:
        told["last_run_at"] = last_run_at
    count = getattr(entry, "total_run_count", None)
    if isinstance(count, int):
        told["total_run_count"] = count
    enabled = getattr(getattr(entry, "model", None), "enabled", getattr(entry, "enabled", None))
    if isinstance(enabled, bool):
        told["enabled"] = enabled
    queue = (getattr(entry, "options", None) or {}).get("queue")
    if queue:
        told["queue"] = str(getattr(queue, "name", queue))[:_TEXT]
    return told


def rule_of(schedule: Any) -> Rule:  # noqa: ANN401 - any of Celery's schedules
    """Return when a schedule is due, by its attributes (``celery.schedules``)."""
    if all(hasattr(schedule, f"_orig_{name}") for name in _CRONTAB):
        minute, hour, day_of_week, day_of_month, month_of_year = (
            str(getattr(schedule, f"_orig_{name}"))[:_TEXT] for name in _CRONTAB
        )
        rule = Rule(
            kind="crontab",
            minute=minute,
            hour=hour,
            day_of_week=day_of_week,
            day_of_month=day_of_month,
            month_of_year=month_of_year,
        )
        return _with_zone(rule, schedule)
    if hasattr(schedule, "lat") and hasattr(schedule, "event"):
        latitude, longitude = float(schedule.lat), float(schedule.lon)
        return Rule(kind="solar", event=str(schedule.event), latitude=latitude, longitude=longitude)
    at = epoch_of(getattr(schedule, "clocked_time", None))
    if at is not None:
        return Rule(kind="clocked", at=at)
    every = getattr(schedule, "run_every", None)
    if isinstance(every, timedelta):
        return Rule(kind="interval", every_s=every.total_seconds(), relative=bool(getattr(schedule, "relative", False)))
    return Rule(kind="other")


def epoch_of(at: object) -> float | None:
    """Return epoch seconds of an instant, which is in UTC where it has no zone."""
    if not isinstance(at, datetime):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _with_zone(rule: Rule, schedule: Any) -> Rule:  # noqa: ANN401 - any of Celery's schedules
    """Add the zone where the schedule has one of its own, or its application's."""
    zone = getattr(schedule, "tz", None)
    if zone is not None:
        rule["timezone"] = str(getattr(zone, "key", zone))
    return rule


def _schedule(schedule: Any) -> str:  # noqa: ANN401 - any of Celery's schedules
    """Return a schedule as the answer to ``inspect conf`` has it: an interval as a span, all else by its repr."""
    every = getattr(schedule, "run_every", None)
    if isinstance(every, timedelta) and not hasattr(schedule, "_orig_minute"):
        return str(every)
    return repr(schedule)[:_TEXT]
