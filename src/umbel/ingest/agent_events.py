"""From what the agent says (``umbel.model.wire``) to events and reports, checked as all that comes from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from umbel.ingest.coerce import Refused, bounded, hostname, natural, task_id, timestamp
from umbel.ingest.tally import Reason
from umbel.ingest.wire import MAX_INTEGER
from umbel.model.agent import ProcessUse, Sample
from umbel.model.events import MAX_NAME_LENGTH, PROGRESS_TYPE, Event, Sampled, TaskEvent, cut
from umbel.model.texts import clean
from umbel.model.wire import BEAT, PROGRESS, WORKER_SAMPLE, BeatEntry, BeatReport, BeatRun

TYPES: Final = frozenset({WORKER_SAMPLE, PROGRESS, BEAT})
MAX_CHILDREN: Final = 256
MAX_TASKS: Final = 1_000
MAX_ENTRIES: Final = 1_000
MAX_RUNS: Final = 5_000
_DEPTH: Final = 6


def events_of(type_: str, item: Mapping[str, Any]) -> list[Event]:
    """Return the events of a sample or of a report of progress. Raises Refused."""
    try:
        return [_sampled(type_, item)] if type_ == WORKER_SAMPLE else _progress(item)
    except (msgspec.ValidationError, TypeError, ValueError, OverflowError) as error:
        raise Refused(Reason.AGENT) from error


def beat_report(item: Mapping[str, Any]) -> tuple[str, BeatReport, float]:
    """Return which beat says what, and its stamp (epoch seconds). Raises Refused."""
    told = _cleaned(item, _DEPTH)
    lists = {
        "entries": _converted(told.get("entries"), BeatEntry, MAX_ENTRIES),
        "runs": _converted(told.get("runs"), BeatRun, MAX_RUNS),
    }
    try:
        report = msgspec.convert({**told, **lists}, BeatReport, strict=False)
    except (msgspec.ValidationError, TypeError, ValueError, OverflowError) as error:
        raise Refused(Reason.AGENT) from error
    return hostname(item.get("hostname")), report, timestamp(item.get("timestamp"))


def _sampled(type_: str, item: Mapping[str, Any]) -> Sampled:
    told, at = _cleaned(item, _DEPTH), timestamp(item.get("timestamp"))
    host = told.get("host") or {}
    children = told.get("children") or []
    sample = {
        **told,
        "at": at,
        "main": _use(told["main"]) if isinstance(told.get("main"), dict) else ProcessUse(pid=0),
        "children": [_use(one) for one in children[:MAX_CHILDREN]],
        "files": told.get("fds"),
        "host": {**host, "memory_bytes": host.get("memory_total"), "available_bytes": host.get("memory_available")},
    }
    return Sampled(
        type=type_,
        hostname=hostname(item.get("hostname")),
        timestamp=at,
        pid=natural(item.get("pid")) or 0,
        clock=natural(item.get("clock")) or 0,
        sample=msgspec.convert(sample, Sample, strict=False),
    )


def _use(told: Mapping[str, Any]) -> ProcessUse:
    use = {"pid": told.get("pid"), "memory_bytes": told.get("rss"), "cpu": told.get("cpu")}
    return msgspec.convert(use, ProcessUse)


def _progress(item: Mapping[str, Any]) -> list[Event]:
    name, pid, clock = hostname(item.get("hostname")), natural(item.get("pid")) or 0, natural(item.get("clock")) or 0
    tasks = item.get("tasks")
    if not isinstance(tasks, list):
        raise Refused(Reason.AGENT)
    return [
        TaskEvent(
            type=PROGRESS_TYPE,
            uuid=task_id(told.get("uuid")),
            hostname=name,
            timestamp=timestamp(told.get("at")),
            pid=pid,
            clock=clock,
            extra=bounded({**_dict(told.get("fields")), "state": told.get("state")}) or {},
        )
        for told in map(_dict, tasks[:MAX_TASKS])
    ]


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _converted(items: object, shape: type[Any], limit: int) -> list[Any]:
    """Return those of a list that have this shape: one bad entry must not hide all others."""
    found = []
    for item in items[:limit] if isinstance(items, list) else ():
        try:
            found.append(msgspec.convert(item, shape, strict=False))
        except (msgspec.ValidationError, OverflowError):
            continue
    return found


def _cleaned(value: Any, depth: int) -> Any:  # noqa: ANN401 - what JSON has
    """Return ``value`` with its texts made fit to be kept, and nothing deeper than ``depth``."""
    if isinstance(value, str):
        return cut(clean(value), MAX_NAME_LENGTH)
    if isinstance(value, Mapping):
        return {str(_cleaned(key, 1)): _cleaned(held, depth - 1) for key, held in value.items()} if depth else {}
    if isinstance(value, list | tuple):
        return [_cleaned(held, depth - 1) for held in value] if depth else []
    is_sane = (
        not isinstance(value, int | float) or abs(value) <= MAX_INTEGER
    )  # not so: NaN, infinity, what no store has
    return value if is_sane else None
