"""``/api/v1/metrics/...``: what happened along an interval, and in one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from umbel.model.metrics import STEPS, By
from umbel.store.protocols import BadQuestion
from umbel.web import convert, figures, metrics_schemas as schemas
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.views import Views

HOUR_S: Final = 3_600.0
LATEST_S: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()

Dimension = Annotated[By, QueryParameter(description="What to tell figures by; `total` is all tasks in one.")]
Since = Annotated[datetime | None, QueryParameter(description="Where the interval begins; an hour before its end.")]
Until = Annotated[datetime | None, QueryParameter(description="Where the interval ends; now.")]
Keys = Annotated[
    list[str] | None,
    QueryParameter(name="key", description="Whose lines to tell, in this order, at most 50; the busiest by default."),
]
Top = Annotated[int, QueryParameter(ge=1, le=50, description="How many of the busiest, where no keys are given.")]
Step = Annotated[
    int | None,
    QueryParameter(
        name="step_s",
        description=f"Seconds between two points: {', '.join(map(str, STEPS))}, at most 1,500 points. "
        "By default the shortest with at most 400 points of which figures are still kept.",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=5_000, description="How many keys at most, the busiest first.")]


class MetricsRoutes(Controller):
    """Figures a minute, an hour and a day, which are kept longer than the tasks. All periods are of UTC."""

    path = "/api/v1/metrics"
    tags = ("metrics",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/series", sync_to_thread=True, summary="Figures along an interval", responses=problems(400, 503))
    def get_series(  # noqa: PLR0913  # the parameters of the question
        self,
        views: NamedDependency[Views],
        *,
        by: Dimension = By.TOTAL,
        since: Since = None,
        until: Until = None,
        keys: Keys = None,
        top: Top = 10,
        step_s: Step = None,
    ) -> schemas.MetricsSeries:
        """Return lines over the same points; null where Umbel was not there or not linked to the broker."""
        start, end = interval(views, since, until)
        return figures.series(by, views.store.series(by, start, end, keys=keys, top=top, step_s=step_s))

    @get("/totals", sync_to_thread=True, summary="Figures over an interval", responses=problems(400, 503))
    def get_totals(
        self,
        views: NamedDependency[Views],
        by: Dimension = By.NAME,
        since: Since = None,
        until: Until = None,
        limit: Limit = 1_000,
    ) -> schemas.MetricsTotals:
        """Return counts, success rate, means and percentiles of each name, queue or worker."""
        start, end = interval(views, since, until)
        return figures.totals(by, views.store.totals(by, start, end, spreads=limit), limit)


def interval(views: Views, since: datetime | None, until: datetime | None) -> tuple[float, float]:
    """Return both ends. Raises BadQuestion where their days lie in no calendar."""
    end = views.now() if until is None else convert.epoch(until)
    start = end - HOUR_S if since is None else convert.epoch(since)
    if min(start, end) < 0 or max(start, end) > LATEST_S:
        raise BadQuestion("the interval must lie between the years 1970 and 9999")
    return start, end
