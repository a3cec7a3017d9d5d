"""``/api/v1/gaps``: when events may have been missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from umbel.model.gaps import GapKind
from umbel.web import schemas
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.views import Views

DAY_S: Final = 86_400.0

Since = Annotated[datetime | None, QueryParameter(description="Gaps that end before it are left out; a day ago.")]
Until = Annotated[datetime | None, QueryParameter(description="Gaps that begin after it are left out; now.")]
Kinds = Annotated[list[GapKind] | None, QueryParameter(name="kind", description="Of these kinds only; all of them.")]
Limit = Annotated[int, QueryParameter(ge=1, le=1_000, description="The newest so many.")]


class GapRoutes(Controller):
    """Intervals in which Umbel could not see everything."""

    path = "/api/v1"
    tags = ("cluster",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/gaps", sync_to_thread=True, summary="When events may have been missed", responses=problems(400, 503))
    def list_gaps(
        self,
        views: NamedDependency[Views],
        since: Since = None,
        until: Until = None,
        kinds: Kinds = None,
        limit: Limit = 1_000,
    ) -> schemas.Gaps:
        """Return the gaps that touch an interval, oldest first. An instant without a zone is UTC."""
        end = views.now() if until is None else _epoch(until)
        begin = end - DAY_S if since is None else _epoch(since)
        return views.gaps(begin, end, limit, kinds or tuple(GapKind))


def _epoch(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
