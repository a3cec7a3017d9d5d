"""RedBeat's keys in Redis (celery-redbeat): read, and never written.

The keys are a sorted set of entries by when each is looked at next (``redbeat::schedule``), a hash an entry with its
definition and its last run as JSON, and a lock that the beat at work renews (``redbeat::lock``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import redis
from msgspec.structs import replace

from umbel.model.schedules import Entry, Origin, Rule, RuleKind, SourceKind
from umbel.model.secrets import mask_url
from umbel.schedule.expressions import FIELDS, bad, cron, epoch, interval, sun
from umbel.schedule.sources.source import ENTRIES_AT_MOST, Listing, SourceError, entry_of

DEFAULT_PREFIX: Final = "redbeat:"
ANSWER_WITHIN_S: Final = 5.0
_AT_ONCE: Final = 500
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")


class RedBeatSource:
    """The entries below ``prefix`` in the Redis at ``url``. ``zone`` is the application's: crontabs are in it."""

    kind = SourceKind.REDBEAT

    def __init__(self, url: str, *, prefix: str = DEFAULT_PREFIX, zone: str | None = None) -> None:
        self._url = url
        self._prefix = prefix
        self._zone = zone
        self.place = mask_url(url)
        self._redis: Any = None

    def read(self) -> Listing | None:
        """Return what RedBeat keeps there, ``None`` where it was never used."""
        try:
            return self._read()
        except (redis.RedisError, OSError, ValueError) as error:
            self._redis = None
            raise SourceError(f"RedBeat's keys in {self.place} cannot be read: {type(error).__name__}") from error

    def _read(self) -> Listing | None:
        if self._redis is None:
            self._redis = redis.Redis.from_url(
                self._url, socket_timeout=ANSWER_WITHIN_S, socket_connect_timeout=ANSWER_WITHIN_S
            )
        keys: list[bytes] = self._redis.zrange(f"{self._prefix}:schedule", 0, ENTRIES_AT_MOST - 1)
        held_ms: int = self._redis.pttl(f"{self._prefix}:lock")
        if not keys and held_ms < 0 and not self._redis.exists(f"{self._prefix}:statics"):
            return None
        origin = Origin(kind=self.kind, place=self.place)
        entries = [
            one for start in range(0, len(keys), _AT_ONCE) for one in self._some(keys[start:][:_AT_ONCE], origin)
        ]
        note = "a beat holds the lock" if held_ms > 0 else "no beat holds the lock"
        return Listing(entries=tuple(entries), note=note)

    def _some(self, keys: list[bytes], origin: Origin) -> list[Entry]:
        asking = self._redis.pipeline(transaction=False)
        for key in keys:
            asking.hmget(key, "definition", "meta")
        read = zip(keys, asking.execute(), strict=True)
        made = [entry_from(key, definition, meta, origin, self._zone) for key, (definition, meta) in read]
        return [one for one in made if one is not None]


def entry_from(
    key: bytes, definition: bytes | None, meta: bytes | None, origin: Origin, zone: str | None
) -> Entry | None:
    """Return the entry of a key, ``None`` where it has no definition: it was deleted meanwhile."""
    if definition is None:
        return None
    told, ran = _json(definition), _json(meta or b"{}")
    name = told.get("name") or key.decode("utf-8", "replace").partition(":")[2]
    entry = replace(
        entry_of(name, {**told, "schedule": None}, origin, zone),
        rule=_rule(told.get("schedule"), zone),
        enabled=told.get("enabled") is not False,
    )
    total = ran.get("total_run_count")
    return replace(
        entry,
        last_run_at=_instant(ran.get("last_run_at"), zone),
        total_runs=total if isinstance(total, int) else None,
    )


def _json(text: bytes) -> Mapping[str, Any]:
    try:
        told = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _rule(told: object, zone: str | None) -> Rule:
    """RedBeat writes a schedule as an object whose ``__type__`` says what it is."""
    if not isinstance(told, Mapping):
        return bad("", "RedBeat keeps no schedule for it that can be read")
    match told.get("__type__"):
        case "interval" if isinstance(told.get("every"), (int, float)):
            return interval(float(told["every"]), relative=bool(told.get("relative")))
        case "crontab":
            return cron(tuple(str(told.get(field, "*")) for field in FIELDS), zone)
        case "solar" if {"event", "lat", "lon"} <= told.keys():
            return sun(str(told["event"]), float(told["lat"]), float(told["lon"]))
        case other:
            return Rule(kind=RuleKind.OTHER, text=f"{other}", error=f"Umbel does not know when a {other} is due")


def _instant(told: object, zone: str | None) -> float | None:
    """RedBeat writes an instant as an object of its parts, with a zone."""
    if not isinstance(told, Mapping):
        return epoch(told, zone)
    year, month, day, hour, minute, second = (told.get(part, 0) for part in _PARTS)
    written = f"{year:0>4}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}"
    named = told.get("timezone")
    return epoch(written, named if isinstance(named, str) else zone)
