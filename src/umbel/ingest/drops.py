"""The intervals whose events were dropped from a full buffer, as gaps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from umbel.ingest.batcher import HEARTBEATS
from umbel.ingest.health import Dropped
from umbel.model.gaps import Gap, GapKind

CALM_S: Final = 10.0
"""A buffer that dropped nothing for so long has stopped to drop."""


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
            since, until = self._interval(overflows, now)
            gap = self._gap if self._goes_on(since, now) else None
            events = grown + ((gap.events or 0) if gap else 0)
            self._gap = Gap(
                kind=GapKind.DROPPED,
                since=gap.since if gap else since,
                until=max(until, gap.until or until) if gap else until,
                reason=f"the buffer was full: {events:,} events were dropped",
                events=events,
            )
            self._grew_at = now
        self._looked_at = now
        if self._gap is not None:
            yield self._gap

    def _interval(self, overflows: Sequence[Dropped], now: float) -> tuple[float, float]:
        new = [one for one in overflows if one.number > self._number]
        if not new:
            return self._looked_at, now
        self._number = new[-1].number
        return min(one.since for one in new), max(one.until for one in new)

    def _goes_on(self, since: float, now: float) -> bool:
        """Whether drops of events from then on belong to the gap that there is."""
        gap = self._gap
        if gap is None or since < gap.since:  # which is its identity, and told already
            return False
        return now - self._grew_at <= CALM_S or since <= (gap.until or since)
