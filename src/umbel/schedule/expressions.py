"""Rules out of what sources hold: Celery's own objects, and their texts in a worker's answer to ``inspect conf``.

Nothing here raises: an expression that makes no sense becomes a rule that says why. Texts are bounded before they are
parsed, and what Celery's parser makes of them is bounded by their units, so that parsing takes milliseconds at most.
"""

from __future__ import annotations

import importlib.util
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from celery.schedules import BaseSchedule, crontab, schedule, solar
from msgspec.structs import replace

from umbel.model.schedules import Rule, RuleKind

EXPRESSION_AT_MOST: Final = 500
CALENDAR_ENDS: Final = 250_000_000_000.0
"""Epoch seconds, in the year 9892: a date that is later cannot be shown."""
FIELDS: Final = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
SOLAR_EVENTS: Final = (
    *("dawn_astronomical", "dawn_nautical", "dawn_civil", "sunrise", "solar_noon"),
    *("sunset", "dusk_civil", "dusk_nautical", "dusk_astronomical"),
)
"""See ``celery.schedules.solar``."""

_CRONTAB: Final = re.compile(r"<crontab: (.+) \(m/h/(dM/MY/d|d/dM/MY)\)>", re.DOTALL)
_SOLAR: Final = re.compile(r"<solar: (\w+) at latitude (-?[\d.]+),? longitude: (-?[\d.]+)>")
_FREQ: Final = re.compile(r"<freq: ([\d.,]+) (second|minute|hour|day)s?>")
_DELTA: Final = re.compile(r"(?:(-?\d{1,9}) days?, )?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,6})?)")
_SECONDS: Final = re.compile(r"\d{1,12}(?:\.\d{1,12})?")
_UNIT_S: Final = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0}


def zone_or_utc(name: str | None) -> ZoneInfo:
    """Return the zone. Raises ValueError, which names it, where there is none of that name."""
    try:
        return ZoneInfo(name or "UTC")
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError; a folder is an OSError
        raise ValueError(f"there is no time zone {name!r}") from error


def rule_of(value: object, zone: str | None) -> Rule:
    """Return the rule of a value of ``beat_schedule``: a number, a timedelta, a schedule, or the text of one."""
    if isinstance(value, BaseSchedule):
        return _of_schedule(value, zone)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return interval(float(value))
    if isinstance(value, timedelta):
        return interval(value.total_seconds(), text=str(value))
    return _of_text(value, zone) if isinstance(value, str) else _of_other(value, zone)


def _of_schedule(value: BaseSchedule, zone: str | None) -> Rule:
    if isinstance(value, crontab):
        return cron(tuple(str(getattr(value, f"_orig_{field}", "*")) for field in FIELDS), zone)
    if isinstance(value, solar):
        return sun(value.event, value.lat, value.lon)
    every = getattr(value, "run_every", None)
    if isinstance(value, schedule) and isinstance(every, timedelta):
        return interval(every.total_seconds(), relative=bool(value.relative), text=repr(value))
    return _of_other(value, zone)


def _of_other(value: object, zone: str | None) -> Rule:
    """Return the rule of a schedule of another library, by the names that such classes share."""
    clocked = getattr(value, "clocked_time", None)
    if isinstance(clocked, datetime):
        return instant(clocked, zone)
    told = repr(value)[:EXPRESSION_AT_MOST]
    return Rule(kind=RuleKind.OTHER, text=told, error=f"Umbel does not know when a {type(value).__name__} is due")


def _of_text(text: str, zone: str | None) -> Rule:
    if len(text) > EXPRESSION_AT_MOST * len(FIELDS):
        return bad(text[:EXPRESSION_AT_MOST], f"it is longer than {EXPRESSION_AT_MOST * len(FIELDS)} characters")
    if match := _CRONTAB.fullmatch(text):
        return _cron_text(match[1], in_order=match[2] == "d/dM/MY", zone=zone)
    if match := _SOLAR.fullmatch(text):
        return sun(match[1], float(match[2]), float(match[3]))
    seconds = _seconds_in(text)
    if seconds is not None:
        return interval(seconds, text=text)
    return Rule(kind=RuleKind.OTHER, text=text[:EXPRESSION_AT_MOST], error="Umbel does not know when this is due")


def _seconds_in(text: str) -> float | None:
    if match := _FREQ.fullmatch(text):
        return float(match[1].replace(",", "")) * _UNIT_S[match[2]]
    if match := _DELTA.fullmatch(text):
        days, hours, minutes = int(match[1] or 0), int(match[2]), int(match[3])
        return days * 86_400.0 + hours * 3_600 + minutes * 60 + float(match[4])
    return float(text) if _SECONDS.fullmatch(text) else None


def _cron_text(fields: str, *, in_order: bool, zone: str | None) -> Rule:
    """Celery's repr parts its fields by spaces; those of days stand in another order before Celery 5.5."""
    parts = fields.split(" ")
    if len(parts) != len(FIELDS):
        return bad(fields, "its five fields cannot be told apart")
    minute, hour, *days = parts
    of_week, of_month, month = days if in_order else (days[2], days[0], days[1])
    return cron((minute, hour, of_week, of_month, month), zone)


def interval(seconds: float, *, relative: bool = False, text: str = "") -> Rule:
    """Return the rule of an interval."""
    if not 0 < seconds < 1e11:  # noqa: PLR2004 - three thousand years; also what is no number
        return bad(text or str(seconds), f"an interval of {seconds:g} s never comes")
    return Rule(kind=RuleKind.INTERVAL, text=text or f"{seconds:g} s", every_s=seconds, relative=relative)


def cron(fields: tuple[str, ...], zone: str | None) -> Rule:
    """Return the rule of a crontab; ``fields`` are in the order of ``FIELDS``."""
    cleaned = tuple("".join(_unset(field).split()) for field in fields)
    texts = dict(zip(FIELDS, cleaned, strict=True))
    minute, hour, of_week, of_month, month = cleaned
    rule = Rule(
        kind=RuleKind.CRONTAB, text=f"{minute} {hour} {of_month} {month} {of_week}"[:EXPRESSION_AT_MOST], zone=zone
    )
    too_long = next((name for name, text in texts.items() if len(text) > EXPRESSION_AT_MOST), None)
    if too_long is not None:
        return _with_error(rule, f"its {too_long} is longer than {EXPRESSION_AT_MOST} characters")
    try:
        zone_or_utc(zone)
        crontab(**texts)
    except Exception as error:  # noqa: BLE001 - its parser raises what comes up on a text that is none
        return _with_error(rule, f"{error}" or type(error).__name__)
    return replace(rule, **texts)


def _unset(field: str) -> str:
    """Celery may have been given sets of numbers."""
    return field.strip("{}[]()") if field[:1] in "{[(" else field


def sun(event: str, latitude: float, longitude: float) -> Rule:
    """Return the rule of a solar event."""
    text = f"{event} at {latitude:g}, {longitude:g}"
    if event not in SOLAR_EVENTS:
        return bad(text, f"{event!r} is no solar event; allowed are {', '.join(SOLAR_EVENTS)}")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - the globe
        return bad(text, "its place is not on the globe")
    rule = Rule(kind=RuleKind.SOLAR, text=text, event=event, latitude=latitude, longitude=longitude)
    if importlib.util.find_spec("ephem") is None:
        return _with_error(rule, "when the sun does something is known with the package ephem: pip install ephem")
    return rule


def instant(at: datetime, zone: str | None) -> Rule:
    """Return the rule of a single instant; one without a zone is of ``zone``."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=zone_or_utc(zone))
    return Rule(kind=RuleKind.CLOCKED, text=aware.isoformat(sep=" "), at=aware.timestamp())


def bad(text: str, error: str) -> Rule:
    """Return a rule that says why it is none."""
    return Rule(kind=RuleKind.OTHER, text=text, error=error)


def _with_error(rule: Rule, error: str) -> Rule:
    return replace(rule, error=error[:EXPRESSION_AT_MOST])


def in_calendar(at: float | None) -> float | None:
    """Return epoch seconds where they are of the years that people write, and ``None`` for all others."""
    return float(at) if at is not None and 0 <= at < CALENDAR_ENDS else None


def epoch(value: object, zone: str | None = None) -> float | None:
    """Return an instant of a source in epoch seconds, ``None`` for what is none; without a zone it is of ``zone``."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return in_calendar(value)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo else value.replace(tzinfo=zone_or_utc(zone))).timestamp()
        except (ValueError, OverflowError):
            return None
    return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() if isinstance(value, date) else None
