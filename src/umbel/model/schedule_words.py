"""A rule as a person would say it: "every day at 02:00", "every 20 minutes", "every hour at :05"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from umbel.model.schedules import Rule, RuleKind

_UNITS: Final = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAY_NAMES: Final = {day[:3].lower(): number for number, day in enumerate(_DAYS)}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_STEP: Final = re.compile(r"\*/(\d{1,3})")
_SOLAR: Final = {
    "dawn_astronomical": "at astronomical dawn",
    "dawn_nautical": "at nautical dawn",
    "dawn_civil": "at civil dawn",
    "sunrise": "at sunrise",
    "solar_noon": "at solar noon",
    "sunset": "at sunset",
    "dusk_civil": "at civil dusk",
    "dusk_nautical": "at nautical dusk",
    "dusk_astronomical": "at astronomical dusk",
}
_EVERY_DAY: Final = ("*", "*", "*")


def words_of(rule: Rule) -> str:
    """Return the rule in words, with its zone where hours are named; what has no words is shown as it is written."""
    if rule.error is not None:
        return rule.text
    match rule.kind:
        case RuleKind.INTERVAL if rule.every_s is not None:
            return f"every {_span(rule.every_s)}"
        case RuleKind.CRONTAB:
            said = _crontab(rule)
            return f"{said} {rule.zone or 'UTC'}" if rule.hour != "*" else said
        case RuleKind.SOLAR:
            where = f"{_degrees(rule.latitude, 'N', 'S')} {_degrees(rule.longitude, 'E', 'W')}"
            return f"{_SOLAR.get(rule.event or '', rule.event or 'a solar event')} at {where}"
        case RuleKind.CLOCKED if rule.at is not None:
            return f"once, at {datetime.fromtimestamp(rule.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        case _:
            return rule.text


def _span(seconds: float) -> str:
    for size, unit in _UNITS:
        number, rest = divmod(seconds, size)
        if number >= 1 and rest == 0:
            return unit if number == 1 else f"{int(number)} {unit}s"
    return f"{seconds:g} seconds"


def _crontab(rule: Rule) -> str:
    days = (rule.day_of_week, rule.day_of_month, rule.month_of_year)
    clock = _clock(rule.minute, rule.hour)
    is_of_a_day = clock.startswith("at ")
    if days == _EVERY_DAY:
        return f"every day {clock}" if is_of_a_day else clock
    return f"{_day_words(*days)} {clock}" if is_of_a_day else f"{clock}, {_day_words(*days)}"


def _clock(minute: str, hour: str) -> str:
    every_minutes, every_hours = _STEP.fullmatch(minute), _STEP.fullmatch(hour)
    if hour == "*":
        if minute == "*":
            return "every minute"
        if every_minutes:
            return f"every {_counted(int(every_minutes[1]), 'minute')}"
        return f"every hour at {_minutes(minute)}"
    if every_hours:
        at = _minutes(minute) if minute.replace(",", "").isdigit() else f"minute {minute}"
        return f"every {_counted(int(every_hours[1]), 'hour')} at {at}"
    hours = hour.split(",")
    if minute.isdigit() and all(one.isdigit() for one in hours):
        return "at " + _listed([f"{int(one):02d}:{int(minute):02d}" for one in hours])
    return f"{_often(minute)} in {_hours(hour)}"


def _often(minute: str) -> str:
    step = _STEP.fullmatch(minute)
    if minute == "*":
        return "every minute"
    return f"every {_counted(int(step[1]), 'minute')}" if step else f"every hour at {_minutes(minute)}"


def _hours(hour: str) -> str:
    return f"hour {hour}" if hour.isdigit() else f"hours {hour}"


def _minutes(minute: str) -> str:
    parts = minute.split(",")
    return _listed([f":{int(one):02d}" for one in parts]) if all(one.isdigit() for one in parts) else f"minute {minute}"


def _day_words(of_week: str, of_month: str, month: str) -> str:
    said = "every " + _week(of_week) if of_week != "*" else "every day" if of_month == "*" else ""
    if of_month != "*":
        dates = f"on day {of_month} of {'the month' if month == '*' else _months(month)}"
        return f"{said} that falls {dates}" if said else dates
    return said if month == "*" else f"{said} in {_months(month)}"


def _week(text: str) -> str:
    if text in ("mon-fri", "1-5"):
        return "weekday"
    return _listed([_named(part, _DAY_NAMES, _DAYS) for part in text.split(",")])


def _named(part: str, numbers: dict[str, int], names: tuple[str, ...]) -> str:
    bounds = [one.strip() for one in part.split("-")]
    spelt = [_one_day(one, numbers, names) for one in bounds]
    return " to ".join(one or part for one in spelt)


def _one_day(text: str, numbers: dict[str, int], names: tuple[str, ...]) -> str | None:
    number = int(text) % len(names) if text.isdigit() else numbers.get(text[:3].lower())
    return None if number is None else names[number]


def _months(text: str) -> str:
    parts = text.split(",")
    if all(one.isdigit() and 1 <= int(one) <= len(_MONTHS) for one in parts):
        return _listed([_MONTHS[int(one) - 1] for one in parts])
    return f"months {text}"


def _counted(number: int, unit: str) -> str:
    return unit if number == 1 else f"{number} {unit}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _degrees(value: float | None, above: str, below: str) -> str:
    return "?" if value is None else f"{abs(value):g}° {above if value >= 0 else below}"
