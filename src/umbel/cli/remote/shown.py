"""Tables for people. Texts of tasks are hostile: what would move a terminal's cursor is shown, and not obeyed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import click

from umbel.cli.visible import visible

NONE: Final = "-"
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def line(text: object, limit: int | None = None) -> str:
    """Return any text in one line, its control characters as escapes, cut to ``limit`` characters."""
    if text is None or text == "":
        return NONE
    shown = visible(str(text))
    return shown if limit is None or len(shown) <= limit else f"{shown[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"


def clock(at: str | None) -> str:
    """Return an instant of the API in the zone of this machine: the time today, else with its date."""
    if at is None:
        return NONE
    there = parsed(at).astimezone()
    is_today = there.date() == datetime.now().astimezone().date()
    return there.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M:%S")


def ago(at: str | None) -> str:
    """Return how long ago an instant of the API was."""
    return NONE if at is None else lasted((datetime.now(UTC) - parsed(at)).total_seconds())


def parsed(at: str) -> datetime:
    """Return an instant of the API."""
    return datetime.fromisoformat(at)


def lasted(seconds: float | None) -> str:
    """Return a duration: ``0.84 s``, ``12 s``, ``3 min``, ``2 h``."""
    if seconds is None:
        return NONE
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0.0, seconds):.3g} s"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number, a dash where it is not known."""
    return NONE if value is None else f"{value:,.{digits}f}"


def size(value: float | None) -> str:
    """Return bytes in a unit that suits them."""
    if value is None:
        return NONE
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1_024 or unit == "GiB":  # noqa: PLR2004 - the step of the units
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1_024
    return NONE


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write aligned columns; a column whose name begins with ``>`` is aligned to the right."""
    names = [name.removeprefix(">") for name in columns]
    filled = [names, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in filled) for index in range(len(columns))]
    for row in filled:
        cells = [
            cell.rjust(width) if name.startswith(">") else cell.ljust(width)
            for cell, width, name in zip(row, widths, columns, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Write names and values below each other; those without a value are left out."""
    known = [(name, value) for name, value in pairs if value != NONE]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        click.echo(f"{name.ljust(width)}  {value}")


def as_json(value: object) -> None:
    """Write JSON for programs; nothing in it reaches a terminal as a control."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def total(count: Mapping[str, Any]) -> str:
    """Return a count of the API, as sure as it is."""
    value = count.get("value")
    if value is None:
        return "an unknown number"
    mark = {"at_least": "at least ", "estimate": "about "}.get(str(count.get("kind")), "")
    return f"{mark}{value:,}"
