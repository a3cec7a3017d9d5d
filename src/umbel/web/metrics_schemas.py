"""Shapes of ``/api/v1/metrics/...``: figures that are kept longer than the tasks.

A series is told by columns, as a chart takes it: every list has one entry for each of ``starts``.
"""

from datetime import datetime
from typing import Literal

from msgspec import field

from umbel.web.schemas import Schema

Dimension = Literal["total", "name", "queue", "worker"]
Kind = Literal["one", "unknown", "other", "total"]


class Spread(Schema, frozen=True, kw_only=True):
    """How long ``n`` things took, in seconds; null where there were none.

    The mean is exact. Percentiles are within 5 % from 10 ms to 24 h; what is shorter or longer is told as that bound.
    """

    n: int
    mean_s: float | None = None
    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None


class MetricsSum(Schema, frozen=True, kw_only=True):
    """What happened in an interval, of one ``key``; that is null unless ``kind`` is ``one``.

    ``unknown`` are tasks whose name, queue or worker no event told, ``other`` those that came when all places of their
    minute, hour or day were taken. A task counts as received when it was (or was sent, and never received), as started
    and ended when it was, and once however often it was tried; each retry counts in ``retried``. ``success_rate`` (0 to
    1) is of those that succeeded or failed, null without any. ``wait`` is from sent to started, ``run`` the run times.
    """

    kind: Kind
    key: str | None
    received: int
    started: int
    succeeded: int
    failed: int
    retried: int
    revoked: int
    rejected: int
    ended: int
    success_rate: float | None
    wait: Spread
    run: Spread


class MetricsTotals(Schema, frozen=True, kw_only=True):
    """The sums of each key, the busiest first.

    ``since`` and ``until`` are what was added up: what was asked for, widened to whole minutes, and to whole hours or
    days of UTC where it is a hundred of them long or no minutes are kept any more. ``cut`` says that there are
    more keys.
    """

    by: Dimension
    since: datetime
    until: datetime
    items: list[MetricsSum]
    cut: bool = False


class SpreadLine(Schema, frozen=True, kw_only=True):
    """``Spread`` along a series."""

    n: list[int | None] = field(default_factory=list)
    mean_s: list[float | None] = field(default_factory=list)
    p50_s: list[float | None] = field(default_factory=list)
    p95_s: list[float | None] = field(default_factory=list)
    p99_s: list[float | None] = field(default_factory=list)


class MetricsLine(Schema, frozen=True, kw_only=True):
    """``MetricsSum`` along a series. A count is null where nobody looked: that is not zero."""

    kind: Kind
    key: str | None
    received: list[int | None]
    started: list[int | None]
    succeeded: list[int | None]
    failed: list[int | None]
    retried: list[int | None]
    revoked: list[int | None]
    rejected: list[int | None]
    ended: list[int | None]
    success_rate: list[float | None]
    wait: SpreadLine
    run: SpreadLine


class MetricsSeries(Schema, frozen=True, kw_only=True):
    """Lines over the same points, ``step_s`` apart. Days are days of UTC, weeks begin on Monday."""

    by: Dimension
    step_s: int
    starts: list[datetime]
    lines: list[MetricsLine]
