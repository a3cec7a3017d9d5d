"""Whether anybody looked: what tells a quiet hour from one that was not seen."""

from __future__ import annotations

from math import inf
from typing import Final

from sqlalchemy import text

from umbel.model.gaps import Gap, GapKind
from umbel.model.metrics import Bounds, Grid
from umbel.model.rollups import Period
from umbel.store.relational import gaps
from umbel.store.relational.reader import Reader, Statement
from umbel.store.relational.rollup_rows import Dimension, by_kind

SIGN_S: Final = 120.0
"""The collector leaves a sign of life at least this often."""
_BLIND: Final = (GapKind.LINK, GapKind.STOPPED)
"""Gaps in which nothing at all was seen; in the others something was."""
_OLDEST: Final = by_kind("SELECT min(start) FROM rollup WHERE {kind}")


class Sight:
    """What of a grid was seen: not before the first figures, not after the last sign of the collector, not in gaps."""

    def __init__(self, reader: Reader, points: Grid, bounds: Bounds) -> None:
        first = _first(reader)
        last = gaps.last_seen(reader)
        self._step_s = points.step_s
        self._first = inf if first is None else max(first, bounds[points.period])
        self._last = inf if last is None else last + SIGN_S
        self._blind = _blind(gaps.overlapping(reader, points.since, points.until, gaps.GAPS_AT_MOST, _BLIND))

    def saw(self, start: int) -> bool:
        """Whether any part of the point that begins at ``start`` was seen."""
        end = start + self._step_s
        if end <= self._first or start > self._last:
            return False
        return not any(since <= start and end <= until for since, until in self._blind)


def _first(reader: Reader) -> int | None:
    """Return when the oldest figures begin, ``None`` where there are none: to the minute where that is still kept."""
    first: int | None = None
    end = 0
    for period in reversed(Period):
        ((oldest,),) = reader.all(Statement(text(_OLDEST[period, Dimension.TOTAL])))
        if oldest is not None and (first is None or oldest < end):
            first, end = oldest, oldest + period.seconds
    return first


def _blind(found: list[Gap]) -> list[tuple[float, float]]:
    """Return when nothing was seen; gaps that touch are one, because a point may lie across them."""
    joined: list[tuple[float, float]] = []
    for gap in found:  # they come in the order of their starts
        until = inf if gap.until is None else gap.until
        if joined and gap.since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((gap.since, until))
    return joined
