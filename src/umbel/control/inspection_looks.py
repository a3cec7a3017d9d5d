"""From what one worker answered to what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from umbel.control import inspection_answers as read
from umbel.control.inspection_answers import Clean
from umbel.model.inspection import Lists, Look, Part, Point, Process, Setup, Summary
from umbel.model.workers import Worker

SAME_START_S: Final = 10.0
"""Starts that are worked out from an uptime in whole seconds differ by less than this in one process."""
LEAST_BETWEEN_S: Final = 2.0
"""CPU time over less than this says little."""
_COUNTED: Final = (Part.ACTIVE, Part.RESERVED, Part.SCHEDULED, Part.REVOKED, Part.REGISTERED)


class Told(Struct, frozen=True, kw_only=True):
    """What came from one worker: its answers by command, none where it was silent. Instants in epoch seconds.

    ``worker`` is what its events told. In ``twice`` several workers share its name.
    """

    parts: Mapping[str, Any]
    worker: Worker | None
    asked_at: float
    at: float
    twice: bool = False


def look_of(name: str, known: Summary | None, told: Told, clean: Clean) -> Look:
    """Return what is to be stored of a worker."""
    if not told.parts:
        return Look(summary=_missed(name, known, told))
    stats = read.mapping(told.parts.get(Part.STATS))
    pid = read.whole(stats.get("pid"))
    same = known if known is not None and (pid is None or known.pid == pid) else None
    summary = _summary(name, same, told, stats)
    return Look(
        summary=summary,
        lists=_lists(told.parts, stats, clean),
        setup=_setup(told.parts, clean),
        point=_point(summary, same, told),
        process=_process(summary),
    )


def _missed(name: str, known: Summary | None, told: Told) -> Summary:
    """Count a question that got no answer; one that came after a newer sign of life is the first one again."""
    if known is None:
        return Summary(name=name, asked_at=told.asked_at, missed=1)
    heard_at = told.worker.last_seen_at if told.worker is not None else 0.0
    missed = 0 if heard_at > known.asked_at else known.missed
    return replace(known, asked_at=told.asked_at, missed=missed + 1)


def _summary(name: str, same: Summary | None, told: Told, stats: Mapping[str, Any]) -> Summary:
    parts = told.parts
    counts = {} if same is None else dict(same.counts)
    counts |= {part.value: n for part in _COUNTED if (n := read.length_of(parts.get(part))) is not None}
    told_at = ({} if same is None else dict(same.told_at)) | dict.fromkeys(parts, told.at)
    queues = tuple(queue.name for queue in read.queues_in(parts.get(Part.QUEUES)))
    system = told.worker.system if told.worker is not None else None
    return Summary(
        name=name,
        pid=read.whole(stats.get("pid")) or (same.pid if same else None),
        asked_at=told.asked_at,
        answered_at=told.at,
        told_at=told_at,
        pool=read.pool_of(stats) or (same.pool if same else None),
        started_at=_started_at(same, told, stats),
        prefetch=read.whole(stats.get("prefetch_count")),
        cpu_s=read.cpu_of(stats),
        peak_rss_bytes=read.peak_rss_of(stats, system),
        done=read.runs_of(stats),
        queues=queues if Part.QUEUES in parts else (same.queues if same else ()),
        counts=counts,
        transport=read.text_of(read.mapping(stats.get("broker")).get("transport"), limit=40),
        twice=told.twice,
    )


def _started_at(same: Summary | None, told: Told, stats: Mapping[str, Any]) -> float | None:
    uptime_s = read.seconds(stats.get("uptime"))
    if uptime_s is None:
        return same.started_at if same is not None else None
    began = told.at - uptime_s
    if same is not None and same.started_at is not None and abs(same.started_at - began) < SAME_START_S:
        return same.started_at
    return began


def _lists(parts: Mapping[str, Any], stats: Mapping[str, Any], clean: Clean) -> Lists:
    active, reserved, scheduled = (
        tuple(read.requests_in(parts.get(part), clean)) for part in (Part.ACTIVE, Part.RESERVED, Part.SCHEDULED)
    )
    return Lists(
        active=active,
        reserved=reserved,
        scheduled=scheduled,
        queues=tuple(read.queues_in(parts.get(Part.QUEUES))),
        broker=read.broker_of(stats, clean),
        total=read.total_of(stats),
    )


def _setup(parts: Mapping[str, Any], clean: Clean) -> Setup | None:
    if Part.REGISTERED not in parts and Part.CONF not in parts:
        return None
    return Setup(
        registered=tuple(read.registered_in(parts.get(Part.REGISTERED))),
        revoked=tuple(read.revoked_in(parts.get(Part.REVOKED))),
        conf=read.conf_in(parts.get(Part.CONF), clean),
    )


def _point(summary: Summary, same: Summary | None, told: Told) -> Point | None:
    """Return how it is now, beside how it was when it answered last; by its agent where one runs."""
    load = told.worker.loadavg if told.worker is not None else None
    sample = told.worker.sample_at(told.at) if told.worker is not None else None
    return Point(
        at=told.at,
        active=summary.counts.get(Part.ACTIVE) if Part.ACTIVE in told.parts else None,
        slots=summary.pool.slots if summary.pool is not None else None,
        done=_grown(same, summary),
        cpu=sample.cpu / 100 if sample is not None and sample.cpu is not None else _cpu(same, summary),
        memory_bytes=(sample.memory_bytes if sample is not None else None) or summary.peak_rss_bytes,
        load=load[0] if load else None,
    )


def _grown(before: Summary | None, now: Summary) -> int | None:
    if before is None or before.done is None or now.done is None or before.started_at != now.started_at:
        return None
    return max(0, now.done - before.done)


def _cpu(before: Summary | None, now: Summary) -> float | None:
    if before is None or before.cpu_s is None or now.cpu_s is None or before.started_at != now.started_at:
        return None
    passed_s = (now.answered_at or 0.0) - (before.answered_at or 0.0)
    return max(0.0, now.cpu_s - before.cpu_s) / passed_s if passed_s >= LEAST_BETWEEN_S else None


def _process(summary: Summary) -> Process | None:
    if summary.pid is None or summary.started_at is None or summary.answered_at is None:
        return None
    return Process(pid=summary.pid, started_at=summary.started_at, last_at=summary.answered_at)
