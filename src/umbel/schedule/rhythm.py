"""Who sends in an entry's rhythm: a beat does so again and again, a person who sends the same task does not."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec.structs import replace

from umbel.model.schedule_match import Send, keeps_time
from umbel.model.schedules import BeatSeen, Entry, Run
from umbel.model.workers import least_offset

REMEMBERED: Final = 50_000
SURE: Final = 2
"""A client that kept time so often is a beat."""


class Rhythm:
    """Remembers clients. For one thread."""

    def __init__(self, beats: list[BeatSeen]) -> None:
        self._beats = {one.client: one for one in beats}
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._changed: set[str] = set()

    def note(self, entry: Entry, run: Run, send: Send) -> None:
        """Take note that ``send`` came for a run, or may have."""
        client = send.task.client
        if client is None:
            return
        key = (entry.id, client)
        if keeps_time(entry.rule, run, send, self._last.get(key)):
            self._count(client, send)
        self._last[key] = max(send.at, self._last.pop(key, send.at))
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)

    def _count(self, client: str, send: Send) -> None:
        known = self._beats.get(client) or BeatSeen(client=client, first_at=send.at, last_at=send.at)
        if send.at < known.last_at and known.sends > SURE:
            return  # it was counted before
        self._beats[client] = replace(
            known,
            last_at=max(known.last_at, send.at),
            sends=known.sends + 1,
            offset_s=least_offset(known.offset_s, send.arrived_at - send.at),
        )
        self._changed.add(client)

    @property
    def has_beats(self) -> bool:
        """Whether any process was ever seen to send what is scheduled."""
        return bool(self._beats)

    def keeping_time(self) -> set[str]:
        """Return the clients that are beats."""
        return {client for client, one in self._beats.items() if one.sends >= SURE}

    def take_changed(self) -> list[BeatSeen]:
        """Return the beats that changed since the last call."""
        changed, self._changed = self._changed, set()
        return [self._beats[client] for client in changed]
