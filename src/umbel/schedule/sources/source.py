"""What every source of entries is, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.schedules import TEXT_AT_MOST, Entry, Origin, Rule, SourceKind
from umbel.model.secrets import mask_text
from umbel.schedule.expressions import epoch, rule_of

ENTRIES_AT_MOST: Final = 10_000
_LOOKED_AT: Final = 8 * TEXT_AT_MOST
"""Characters of arguments that are masked before they are cut."""
BACKEND_CLEANUP: Final = "celery.backend_cleanup"


class SourceError(UmbelError):
    """A source could not be read; the message says which, why, and what to do. It holds no password."""


class Listing(Struct, frozen=True, kw_only=True):
    """All entries of a source as they are now. ``note`` is a sentence about the source, such as who holds its lock."""

    entries: tuple[Entry, ...]
    note: str | None = None


class Source(Protocol):
    """One place that holds entries. For one thread."""

    @property
    def kind(self) -> SourceKind:
        """What it is."""

    @property
    def place(self) -> str:
        """Where it is, without a password."""

    def read(self) -> Listing | None:
        """Return what it holds, ``None`` where it is not in use. Raises SourceError."""


def entry_of(name: object, told: Mapping[str, object], origin: Origin, zone: str | None) -> Entry:
    """Return the entry that one item of ``beat_schedule`` describes (see Celery's user guide, periodic tasks)."""
    options = told.get("options")
    options = options if isinstance(options, Mapping) else {}
    schedule = told.get("schedule")
    expires = options.get("expires")
    return Entry(
        name=cut(str(name)),
        task=cut(str(told.get("task") or name)),
        rule=_relative(rule_of(schedule, zone), told.get("relative")),
        args=args_text(told.get("args")),
        kwargs=kwargs_text(told.get("kwargs")),
        queue=text_or_none(options.get("queue")),
        expires_s=seconds(expires),
        expires_at=None if seconds(expires) is not None else epoch(expires, zone),
        origins=(origin,),
    )


def _relative(rule: Rule, relative: object) -> Rule:
    if not relative or rule.every_s is None:
        return rule
    return Rule(kind=rule.kind, text=rule.text, every_s=rule.every_s, relative=True)


def args_text(args: object) -> str:
    """Return positional arguments as a person reads them, without what looks like a password."""
    listed = list(args) if isinstance(args, (list, tuple)) else [] if args is None else [args]
    return cut(mask_text(repr(listed)[:_LOOKED_AT]))


def kwargs_text(kwargs: object) -> str:
    """Return keyword arguments as a person reads them, without what looks like a password."""
    return cut(mask_text(repr(dict(kwargs) if isinstance(kwargs, Mapping) else {})[:_LOOKED_AT]))


def text_or_none(value: object) -> str | None:
    """Return a text, cut; ``None`` for nothing."""
    return None if value in (None, "") else cut(str(value))


def seconds(value: object) -> float | None:
    """Return a duration in seconds, ``None`` for what is none."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def cut(text: str) -> str:
    """Return ``text`` without what a store cannot keep, and not longer than is kept."""
    clean = text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= TEXT_AT_MOST else clean[: TEXT_AT_MOST - 3] + "..."
