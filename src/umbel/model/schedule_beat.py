"""Whether beat is alive: from what it says where it says something, else from what it sends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.schedules import BeatSeen, Entry, RunVerdict, Standing

TICK_AGE_S: Final = 60.0
SKEW_S: Final = 5.0
TOGETHER_S: Final = 900.0
"""Two that both sent within so long, and overlap in time, run at once."""
_SENT: Final = frozenset(RunVerdict) - {RunVerdict.MISSED, RunVerdict.UNKNOWN, RunVerdict.WAITING}


class BeatState(StrEnum):
    """Whether beat works."""

    ALIVE = "alive"
    SILENT = "silent"
    UNKNOWN = "unknown"
    NONE = "none"
    """There is nothing for a beat to do."""


class Beat(Struct, frozen=True, kw_only=True):
    """What is concluded. ``text`` is a sentence with the evidence; ``since`` is when it began to be silent.

    ``beats`` are those at work of late, ``last_at`` when something scheduled was last sent. ``skew_s`` is how far a
    beat's clock is behind ours (ahead where it is less than 0), where that is much.
    """

    state: BeatState
    text: str
    since: float | None = None
    last_at: float | None = None
    ticked_at: float | None = None
    beats: tuple[BeatSeen, ...] = ()
    at_once: bool = False
    skew_s: float | None = None


def beat_of(
    entries: Iterable[tuple[Entry, Standing]], beats: Sequence[BeatSeen], now: float, blind: str | None = None
) -> Beat:
    """Return what is known of beat at ``now``. ``blind`` says why Umbel sees nothing at the moment."""
    stands = [standing for entry, standing in entries if entry.is_active and not entry.is_learnt]
    sent = [at for one in stands if (at := _came_at(one)) is not None]
    last_at = max([*sent, *(one.last_at for one in beats if one.ticked_at is None)], default=None)
    ticked_at = max((one.ticked_at for one in beats if one.ticked_at is not None), default=None)
    at_work = tuple(one for one in beats if now - max(one.last_at, one.ticked_at or 0.0) < TOGETHER_S)
    twice = any(one.verdict is RunVerdict.DUPLICATE for one in stands)
    skew_s = next((one.offset_s for one in at_work if one.offset_s is not None and abs(one.offset_s) > SKEW_S), None)
    state, text, since = _state(stands, at_work, now, last_at, ticked_at, blind)
    return Beat(
        state=state,
        text=text,
        since=since,
        last_at=last_at,
        ticked_at=ticked_at,
        beats=at_work,
        at_once=twice,
        skew_s=skew_s,
    )


def _state(
    stands: Sequence[Standing],
    at_work: Sequence[BeatSeen],
    now: float,
    last_at: float | None,
    ticked_at: float | None,
    blind: str | None,
) -> tuple[BeatState, str, float | None]:
    if not stands:
        return BeatState.NONE, "no entry is active, so there is nothing to send", None
    if blind is not None:
        return BeatState.UNKNOWN, f"Umbel cannot see what beat sends: {blind}", None
    missed = [one for one in stands if (_missed_at(one) or 0.0) > (last_at or 0.0)]
    if missed:
        since = min(max(one.since or now, last_at or 0.0) for one in missed)
        number = len(missed)
        named = "1 entry was" if number == 1 else f"{number} entries were"
        return BeatState.SILENT, f"beat is not sending: {named} due, and nothing was sent", since
    is_told_since = last_at is not None and ticked_at is not None and last_at > ticked_at + TICK_AGE_S
    if ticked_at is not None and now - ticked_at > TICK_AGE_S and not is_told_since:  # else one without an agent runs
        return BeatState.SILENT, "beat does not tick: its agent spoke, and its schedule was not looked at", ticked_at
    host = _hosts(at_work)
    if last_at is None:
        return BeatState.UNKNOWN, "nothing was due yet since Umbel knows the schedule", None
    return BeatState.ALIVE, f"beat runs{f' on {host}' if host else ''}, as the tasks that it sends show", None


def _came_at(standing: Standing) -> float | None:
    last = standing.last
    return last.came_at if last is not None and last.verdict in _SENT else None


def _missed_at(standing: Standing) -> float | None:
    last = standing.last
    return last.due_at if last is not None and last.verdict is RunVerdict.MISSED else None


def _hosts(beats: Sequence[BeatSeen]) -> str:
    hosts = dict.fromkeys(one.client.partition("@")[2] or one.client for one in beats[:3])
    return " and ".join(hosts)
