"""The intervals whose events were dropped from a full buffer, as gaps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from umbel.ingest.batcher import HEARTBEATS
from umbel.ingest.health import Dropped
from umbel.model.gaps import Gap, GapKind

CALM_S: Final = 10.0
"""A buffer that dropped nothing for so long has stopped to drop."""
_FULL: Final = "the buffer was full"
_STOPPED: Final = "Umbel was stopped before the store took them"


class Drops:
    """Makes gaps of what was dropped, one while it goes on. They tell when its events came, not when it was dropped."""

    def __init__(self, now: float) -> None:
        self._looked_at = self._grew_at = now
        self._total = self._number = 0
        self._gap: Gap | None = None

    def look(self, dropped: Mapping[str, int], overflows: Sequence[Dropped], now: float) -> Iterator[Gap]:
        """Yield the newest gap, of what is counted by type so far and when the newest overflows' events came."""
        total = sum(count for type_, count in dropped.items() if type_ != HEARTBEATS)
        grown, self._total = total - self._total, total
        if grown > 0:
            since, until, why = self._new(overflows, now)
            gap = self._gap if self._goes_on(since, now) else None
            events = grown + ((gap.events or 0) if gap else 0)
            self._gap = Gap(
                kind=GapKind.DROPPED,
                since=gap.since if gap else since,
                until=max(until, gap.until or until) if gap else until,
                reason=f"{_joined(gap.reason if gap else '', why)}: {events:,} events were dropped",
                events=events,
            )
            self._grew_at = now
        self._looked_at = now
        if self._gap is not None:
            yield self._gap

    def _new(self, overflows: Sequence[Dropped], now: float) -> tuple[float, float, str]:
        """Return from when to when what was dropped since the last look had come, and why it was."""
        new = [one for one in overflows if one.number > self._number]
        if not new:
            return self._looked_at, now, _FULL
        self._number = new[-1].number
        why = _STOPPED if all(one.at_stop for one in new) else _FULL
        return min(one.since for one in new), max(one.until for one in new), why

    def _goes_on(self, since: float, now: float) -> bool:
        """Whether drops of events from then on belong to the gap that there is."""
        gap = self._gap
        if gap is None or since < gap.since:  # which is its identity, and told already
            return False
        return now - self._grew_at <= CALM_S or since <= (gap.until or since)


def _joined(before: str, why: str) -> str:
    return f"{_FULL}, and {_STOPPED}" if why == _STOPPED and before.startswith(_FULL) else why
