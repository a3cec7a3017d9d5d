"""What is known of a worker from its own messages, and whether it lives."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.agent import Sample
from umbel.model.events import Event, Sampled, WorkerEvent

MISSED_HEARTBEATS: Final = 3
"""A worker is silent once this many heartbeats are overdue (its ``freq`` apart), and a margin for lag."""
LAG_MARGIN_S: Final = 2.0
MOST_AHEAD_S: Final = 60.0
"""How far ahead of ours a worker's clock is believed to go."""
SET_BACK_S: Final = 60.0
"""A heartbeat of the same process this far behind the newest one is no late message: its clock was set back."""
OFFLINE_AFTER_S: Final = 60.0
"""A worker that was silent this long is taken for offline. A busy solo worker is silent and alive."""
MISSED_QUESTIONS: Final = 2
"""A silent worker that let so many questions pass, one after the other, is taken for offline at once."""
ANSWER_COUNTS_S: Final = 15.0
"""For so long an answer to a question is a sign of life where no heartbeat comes."""
BUSY_AT_MOST_S: Final = 300.0
"""A solo worker that says nothing for longer may run one long task, or be gone: nobody can tell which."""
GONE_AFTER_S: Final = 7_200.0
"""A solo worker that said nothing for so long is taken for offline."""


class WorkerState(StrEnum):
    """Whether a worker lives, as far as it told."""

    ONLINE = "online"
    BUSY = "busy"
    """It says nothing because its only thread runs a task."""
    SILENT = "silent"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Worker(Struct, frozen=True, kw_only=True):
    """A worker by its node name. Instants in epoch seconds of the worker's own clock, unless they end in ``seen_at``.

    ``last_seen_at`` is when its newest message arrived, by our clock. ``clock_offset_s`` is the smallest
    arrival minus stamp of late: a lag of the link when small, a wrong clock when large or negative.
    Counters are of the newest full heartbeat of the newest process (``pid``). ``sample`` is the newest of the agent's,
    ``None`` where none runs in it.
    """

    name: str
    pid: int | None = None
    first_seen_at: float
    last_seen_at: float
    last_event_at: float
    last_heartbeat_at: float | None = None
    online_since: float | None = None
    offline_at: float | None = None
    freq_s: float | None = None
    active: int | None = None
    processed: int | None = None
    loadavg: tuple[float, ...] | None = None
    software: str | None = None
    software_version: str | None = None
    system: str | None = None
    clock_offset_s: float | None = None
    restarts: int = 0
    sample: Sample | None = None

    def sample_at(self, now: float) -> Sample | None:
        """Return the newest sample where it still tells how this process is at ``now`` (epoch seconds, our clock)."""
        sample = self.sample
        is_it = sample is not None and self.pid in (None, sample.main.pid)
        return sample if sample is not None and is_it and sample.is_of(now - (self.clock_offset_s or 0.0)) else None


class Heard(Struct, frozen=True, kw_only=True):
    """What a worker's answers to questions tell of it. ``answered_at`` is by our clock (epoch seconds).

    ``missed`` are the questions that it let pass since its last sign of any kind.
    """

    answered_at: float | None = None
    missed: int = 0
    is_mute_while_busy: bool = False


def observe(worker: Worker | None, event: Event, seen_at: float) -> Worker:
    """Return ``worker`` with what ``event``, which arrived at ``seen_at`` (epoch seconds), tells of it.

    A stamp from far ahead is cut to ``MOST_AHEAD_S``: one wrong clock must not outdate all that comes after.
    """
    known = worker or Worker(
        name=event.hostname,
        first_seen_at=seen_at,
        last_seen_at=seen_at,
        last_event_at=min(event.timestamp, seen_at + MOST_AHEAD_S),
    )
    fields = {name: getattr(known, name) for name in Worker.__struct_fields__}
    fields["last_seen_at"] = max(known.last_seen_at, seen_at)
    stamp = min(event.timestamp, seen_at + MOST_AHEAD_S)
    fields["last_event_at"] = max(known.last_event_at, stamp)
    fields["clock_offset_s"] = least_offset(known.clock_offset_s, seen_at - event.timestamp)
    if isinstance(event, Sampled):
        if known.sample is None or not known.sample.at - SET_BACK_S <= event.timestamp < known.sample.at:
            fields["sample"] = event.sample
    elif isinstance(event, WorkerEvent):
        fields.update(_told(known, event, stamp))
    elif known.pid is None:
        fields["pid"] = event.pid
    return Worker(**fields)


def least_offset(known: float | None, sample: float) -> float:
    """Return the least of the offsets that were seen, forgetting slowly, so that a corrected clock shows.

    A clock that was ahead of ours and is far less so was set, and is believed at once: a lag, which is what the rest
    is for, makes no message come before it was sent.
    """
    if known is None or sample < known or (known < 0.0 and sample - known > SET_BACK_S):
        return sample
    return known + (sample - known) * 0.01


def _told(known: Worker, event: WorkerEvent, stamp: float) -> dict[str, object]:
    if not _is_newest(known, event, stamp):
        return {}
    if event.type == "worker-offline":
        return {"offline_at": stamp, "active": 0}
    told: dict[str, object] = {"last_heartbeat_at": stamp, "offline_at": None}
    is_other = known.pid is not None and known.pid != event.pid
    if is_other and known.last_heartbeat_at is not None:
        told["restarts"] = known.restarts + 1
    told["pid"] = event.pid
    if event.type == "worker-online" or is_other or known.online_since is None:
        told["online_since"] = stamp
    if event.is_full:
        told.update(
            freq_s=event.freq,
            active=event.active,
            processed=event.processed,
            loadavg=event.loadavg,
            software=event.sw_ident,
            software_version=event.sw_ver,
            system=event.sw_sys,
        )
    return told


def _is_newest(known: Worker, event: WorkerEvent, stamp: float) -> bool:
    """Whether it tells how things are now. A goodbye from long ago, which a worker may send late, does not."""
    if known.last_heartbeat_at is None or stamp >= known.last_heartbeat_at:
        return True
    is_late = event.type == "worker-offline" or event.pid != known.pid
    return not is_late and stamp < known.last_heartbeat_at - SET_BACK_S


def liveness(
    worker: Worker,
    now: float,
    *,
    blind_since: float | None = None,
    seeing_since: float = 0.0,
    heard: Heard | None = None,
) -> tuple[WorkerState, str]:
    """Return whether ``worker`` lives at ``now`` (our clock, epoch seconds), and the evidence as a sentence.

    ``blind_since`` is when the link to the broker was lost: what a worker did after it is not known.
    ``seeing_since`` is when it came back: silence counts from there. ``heard`` is what its answers to questions tell,
    of the same process.
    """
    at = now if blind_since is None else min(now, blind_since)
    if worker.last_heartbeat_at is None:
        return _without_heartbeats(worker, heard, at)
    if worker.offline_at is not None and worker.offline_at >= worker.last_heartbeat_at:
        return WorkerState.OFFLINE, "it said that it stops"
    silent_s = at - max(worker.last_seen_at, seeing_since)
    if blind_since is not None and silent_s < OFFLINE_AFTER_S:
        return WorkerState.UNKNOWN, "the broker is out of reach, so its heartbeats are not seen"
    if silent_s <= heartbeats_due_s(worker):
        return _what_comes(worker, heard or Heard())
    return _when_silent(worker, silent_s, at, heard or Heard())


def heartbeats_due_s(worker: Worker) -> float:
    """Return for how many seconds its heartbeats may stay away before it is silent."""
    return MISSED_HEARTBEATS * (worker.freq_s or 2.0) + LAG_MARGIN_S


def is_beating(worker: Worker) -> bool:
    """Whether the newest that came of it came among its heartbeats; not so where its agent speaks for a busy one."""
    return _behind_s(worker) <= heartbeats_due_s(worker)


def _behind_s(worker: Worker) -> float:
    """Return how far its heartbeats are behind the samples of its agent (seconds of the worker's own clock)."""
    sample = worker.sample
    if sample is None or worker.last_heartbeat_at is None or worker.pid not in (None, sample.main.pid):
        return 0.0
    return sample.at - worker.last_heartbeat_at


def _what_comes(worker: Worker, heard: Heard) -> tuple[WorkerState, str]:
    if is_beating(worker):
        return WorkerState.ONLINE, "its heartbeats come"
    reason = (
        f"its agent speaks, but no heartbeat came for {_behind_s(worker):.0f} s; a solo worker sends none while busy"
    )
    return WorkerState.BUSY if heard.is_mute_while_busy else WorkerState.ONLINE, reason


def _without_heartbeats(worker: Worker, heard: Heard | None, at: float) -> tuple[WorkerState, str]:
    if worker.sample_at(at) is not None:
        return WorkerState.ONLINE, "its agent speaks; it sends no heartbeats"
    if heard is not None and heard.answered_at is not None and at - heard.answered_at < OFFLINE_AFTER_S:
        return WorkerState.ONLINE, "it answers when it is asked; it sends no heartbeats"
    return WorkerState.UNKNOWN, "no heartbeat was seen, only events of its tasks"


def _when_silent(worker: Worker, silent_s: float, at: float, heard: Heard) -> tuple[WorkerState, str]:
    answered_at = heard.answered_at or float("-inf")
    if not heard.missed and answered_at > worker.last_seen_at and at - answered_at < ANSWER_COUNTS_S:
        return WorkerState.ONLINE, f"it answers when it is asked, but no heartbeat came for {silent_s:.0f} s"
    if heard.is_mute_while_busy:
        return _of_a_mute_one(silent_s)
    if heard.missed >= MISSED_QUESTIONS:
        return WorkerState.OFFLINE, f"nothing came for {silent_s:.0f} s, and it did not answer when it was asked"
    if silent_s < OFFLINE_AFTER_S:
        return WorkerState.SILENT, f"nothing came for {silent_s:.0f} s; a solo worker is silent while it is busy"
    return WorkerState.OFFLINE, f"nothing came for {silent_s:.0f} s"


def _of_a_mute_one(silent_s: float) -> tuple[WorkerState, str]:
    if silent_s < BUSY_AT_MOST_S:
        return WorkerState.BUSY, f"a solo worker says nothing while it runs a task; last heard {silent_s:.0f} s ago"
    if silent_s < GONE_AFTER_S:
        either = "it runs one long task, or it is gone; a solo worker cannot say which"
        return WorkerState.SILENT, f"nothing came for {silent_s / 60:.0f} min: {either}"
    return WorkerState.OFFLINE, f"nothing came for {silent_s / 3_600:.0f} h"
