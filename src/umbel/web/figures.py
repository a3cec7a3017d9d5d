"""From figures to the shapes of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from umbel.model.metrics import By, Figures, Line, Series, Spread, Sum, Totals
from umbel.model.rollups import Figure
from umbel.web import metrics_schemas as schemas
from umbel.web.convert import known_instant

_COUNTS: Final = (*(figure.name.lower() for figure in Figure), "ended")
_SECONDS: Final = ("mean_s", "p50_s", "p95_s", "p99_s")
_DIGITS: Final = 6
"""Microseconds: more is noise."""


def totals(by: By, found: Totals, limit: int) -> schemas.MetricsTotals:
    """Return the sums of at most ``limit`` keys."""
    return schemas.MetricsTotals(
        by=by.value,
        since=known_instant(found.since),
        until=known_instant(found.until),
        items=[_sum(one) for one in found.sums[:limit]],
        cut=found.cut or len(found.sums) > limit,
    )


def series(by: By, found: Series) -> schemas.MetricsSeries:
    """Return lines by columns."""
    return schemas.MetricsSeries(
        by=by.value,
        step_s=found.step_s,
        starts=[known_instant(start) for start in found.starts],
        lines=[_line(line) for line in found.lines],
    )


def _sum(one: Sum) -> schemas.MetricsSum:
    figures = one.figures
    return schemas.MetricsSum(
        kind=one.key.kind.value,
        key=one.key.text,
        **{name: getattr(figures, name) for name in _COUNTS},
        success_rate=rounded(figures.success_rate),
        wait=spread(figures.wait),
        run=spread(figures.run),
    )


def spread(one: Spread) -> schemas.Spread:
    """Return a spread, to the microsecond."""
    return schemas.Spread(n=one.n, **{name: rounded(getattr(one, name)) for name in _SECONDS})


def _line(line: Line) -> schemas.MetricsLine:
    points = line.points
    return schemas.MetricsLine(
        kind=line.key.kind.value,
        key=line.key.text,
        **{name: _column(points, name) for name in _COUNTS},
        success_rate=_column(points, "success_rate"),
        wait=_spread_line([None if point is None else point.wait for point in points]),
        run=_spread_line([None if point is None else point.run for point in points]),
    )


def _spread_line(spreads: Sequence[Spread | None]) -> schemas.SpreadLine:
    return schemas.SpreadLine(**{name: _column(spreads, name) for name in ("n", *_SECONDS)})


def _column(points: Sequence[Figures | Spread | None], name: str) -> list[Any]:
    return [None if point is None else rounded(getattr(point, name)) for point in points]


def rounded(value: float | None) -> Any:  # noqa: ANN401  # an int stays one
    """Return a value without the digits that are noise."""
    return round(value, _DIGITS) if isinstance(value, float) else value
