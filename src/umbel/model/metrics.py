"""Figures as they are read: of a name, a queue, a worker or the whole, over an interval or along it.

All periods are of UTC: a day is a day of UTC, a week begins on Monday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.histogram import Histogram
from umbel.model.rollups import Figure, Period, Tally

POINTS: Final = 400
"""A series has at most about so many points unless its step is asked for."""
POINTS_AT_MOST: Final = 1_500
ENOUGH: Final = 100
"""An interval of so many hours or days is added up from whole ones."""
DAY_S: Final = 86_400
WEEK_S: Final = 604_800
LONGEST_S: Final = 10_000 * DAY_S
"""The longest interval that can be asked about: 27 years."""
_MONDAY: Final = 345_600
"""The first Monday of 1970 (epoch seconds)."""

STEPS: Final[dict[int, Period]] = {
    60: Period.MINUTE,
    300: Period.MINUTE,
    900: Period.MINUTE,
    3_600: Period.HOUR,
    21_600: Period.HOUR,
    86_400: Period.DAY,
    WEEK_S: Period.DAY,
}
"""The steps of a series in seconds, and from which figures each is added up."""


class By(StrEnum):
    """What figures are told by. ``TOTAL`` is all tasks in one."""

    TOTAL = "total"
    NAME = "name"
    QUEUE = "queue"
    WORKER = "worker"


class KeyKind(StrEnum):
    """Whose figures they are."""

    ONE = "one"
    UNKNOWN = "unknown"
    """Of tasks whose name, queue or worker no event told: a queue is told by sent events only."""
    OTHER = "other"
    """Of what came when all places of a minute, an hour or a day were taken, together."""
    TOTAL = "total"


class Key(Struct, frozen=True, kw_only=True):
    """A name, a queue or a worker by its ``text``, which is ``None`` for any other kind."""

    kind: KeyKind
    text: str | None = None


class Spread(Struct, frozen=True, kw_only=True):
    """How long ``n`` things took, in seconds; ``None`` where there were none.

    The mean is exact to a microsecond. Percentiles come from histograms: within 5 % from 10 ms to 24 h; what is shorter
    or longer is told as that bound.
    """

    n: int
    mean_s: float | None = None
    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None


class Figures(Struct, frozen=True, kw_only=True):
    """What happened. ``wait`` is from sent to started, counted when started; ``run`` is counted when it ended."""

    received: int
    started: int
    succeeded: int
    failed: int
    retried: int
    revoked: int
    rejected: int
    wait: Spread
    run: Spread

    @property
    def ended(self) -> int:
        """How many tasks came to their end, whatever it was."""
        return self.succeeded + self.failed + self.revoked + self.rejected

    @property
    def success_rate(self) -> float | None:
        """The share (0 to 1) of those that succeeded among those that succeeded or failed, ``None`` without any.

        What was revoked or rejected says nothing of the code of the task, so it counts for neither.
        """
        ran = self.succeeded + self.failed
        return self.succeeded / ran if ran else None


def figures_of(tally: Tally) -> Figures:
    """Return what a tally says. A count below 0, which no honest history gives, is told as 0."""
    counts = [max(0, n) for n in tally.counts]
    return Figures(
        received=counts[Figure.RECEIVED],
        started=counts[Figure.STARTED],
        succeeded=counts[Figure.SUCCEEDED],
        failed=counts[Figure.FAILED],
        retried=counts[Figure.RETRIED],
        revoked=counts[Figure.REVOKED],
        rejected=counts[Figure.REJECTED],
        wait=_spread(tally.wait, tally.wait_us),
        run=_spread(tally.run, tally.run_us),
    )


def _spread(histogram: Histogram, sum_us: int) -> Spread:
    n = histogram.total
    if n <= 0:
        return Spread(n=0)
    p50_s, p95_s, p99_s = histogram.percentiles(0.5, 0.95, 0.99)
    return Spread(n=n, mean_s=sum_us / n / 1e6, p50_s=p50_s, p95_s=p95_s, p99_s=p99_s)


NO_FIGURES: Final = figures_of(Tally())


class Line(Struct, frozen=True, kw_only=True):
    """The figures of one key along a series. A point is ``None`` where nobody looked: that is not zero."""

    key: Key
    points: tuple[Figures | None, ...]


class Series(Struct, frozen=True, kw_only=True):
    """Lines over the same points. ``starts`` are their beginnings (epoch seconds), ``step_s`` apart."""

    step_s: int
    starts: tuple[int, ...]
    lines: tuple[Line, ...]


class Sum(Struct, frozen=True, kw_only=True):
    """The figures of one key over an interval."""

    key: Key
    figures: Figures


class Totals(Struct, frozen=True, kw_only=True):
    """What happened in an interval, the busiest key first.

    ``since`` and ``until`` are what was added up: the interval that was asked for, widened to whole minutes, and to
    whole hours or days where it is ``ENOUGH`` of them long or no minutes are kept any more. ``cut`` says that there are
    more keys.
    """

    since: int
    until: int
    sums: tuple[Sum, ...]
    cut: bool = False


class Grid(Struct, frozen=True, kw_only=True):
    """The points of a series, and from which figures they are added up. Instants in epoch seconds."""

    since: int
    until: int
    step_s: int
    period: Period

    @property
    def starts(self) -> tuple[int, ...]:
        """The beginnings of its points."""
        return tuple(range(self.since, self.until, self.step_s))


Bounds = Mapping[Period, int]
"""From when on the figures of each period are kept (epoch seconds)."""


def grid(since: float, until: float, kept: Bounds, step_s: int | None = None) -> Grid:
    """Return the points for an interval: as fine as ``POINTS`` allow and figures of that period are still kept.

    Raises ValueError for an interval that is empty, for a step that is none of ``STEPS``, and for too many points.
    """
    _check(since, until)
    if step_s is not None and step_s not in STEPS:
        raise ValueError(f"a step of {step_s} s; there are {', '.join(map(str, STEPS))}")
    step_s = step_s or _step(since, until, kept)
    found = Grid(since=floor_to(since, step_s), until=ceil_to(until, step_s), step_s=step_s, period=STEPS[step_s])
    points = (found.until - found.since) // step_s
    if points > POINTS_AT_MOST:
        raise ValueError(f"{points} points; at most {POINTS_AT_MOST} are told at once, so use a longer step")
    return found


def _check(since: float, until: float) -> None:
    if until <= since:
        raise ValueError(f"the interval does not begin ({since:.0f}) before it ends ({until:.0f})")
    if until - since > LONGEST_S:
        raise ValueError(f"an interval of {(until - since) / DAY_S:,.0f} days; at most {LONGEST_S / DAY_S:,.0f}")


def _step(since: float, until: float, kept: Bounds) -> int:
    for step_s, period in STEPS.items():
        if (until - since) / step_s <= POINTS and (kept[period] <= since or period is Period.DAY):
            return step_s
    return WEEK_S


def floor_to(at: float, step_s: int) -> int:
    """Return the beginning of the step that holds an instant."""
    origin = _MONDAY if step_s == WEEK_S else 0
    return int((at - origin) // step_s) * step_s + origin


def ceil_to(at: float, step_s: int) -> int:
    """Return the first beginning of a step that is not before an instant."""
    start = floor_to(at, step_s)
    return start if start == at else start + step_s


class Piece(Struct, frozen=True, kw_only=True):
    """Some consecutive minutes, hours or days."""

    period: Period
    since: int
    until: int


def pieces(since: float, until: float, kept: Bounds, newest: int) -> list[Piece]:
    """Return the fewest minutes, hours and days that make up an interval, widened to what is kept, oldest first.

    An interval of ``ENOUGH`` hours is widened to whole hours, one of as many days to whole days: by a hundredth at most
    at either end, and no minutes of thousands of names are read for it.
    They are those that begin within each piece. ``newest`` is the last instant of which there are figures: a day that
    is not over yet is as good as a whole one when nothing came after ``until``. Raises ValueError for an interval that
    is empty, or longer than ``LONGEST_S``.
    """
    _check(since, until)
    coarse = max((period for period in Period if until - since >= ENOUGH * period.seconds), default=Period.MINUTE)
    start = floor_to(since, max(coarse, _finest(since, kept)).seconds)
    end = ceil_to(until, max(coarse, _finest(max(start, floor_to(until, Period.DAY.seconds)), kept)).seconds)
    limit = end if newest >= end else ceil_to(end, Period.DAY.seconds)
    found: list[Piece] = []
    for piece in _walk(start, end, limit):
        if found and found[-1].period is piece.period:
            found[-1] = Piece(period=piece.period, since=found[-1].since, until=piece.until)
        else:
            found.append(piece)
    found[-1] = Piece(period=found[-1].period, since=found[-1].since, until=min(found[-1].until, end))
    return found


def _walk(start: int, end: int, limit: int) -> Iterator[Piece]:
    while start < end:
        for period in (Period.DAY, Period.HOUR, Period.MINUTE):
            if start % period.seconds == 0 and start + period.seconds <= limit:
                yield Piece(period=period, since=start, until=start + period.seconds)
                start += period.seconds
                break


def _finest(at: float, kept: Bounds) -> Period:
    return next((period for period in Period if kept[period] <= at), Period.DAY)
