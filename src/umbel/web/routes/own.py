"""``/api/v1/self`` and ``/metrics``: Umbel about itself."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import Final

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from umbel.web.auth.access import ROLE, Role
from umbel.web.metrics import CONTENT_TYPE, exposition
from umbel.web.queue_metrics import queue_metrics
from umbel.web.queues import QueueViews
from umbel.web.schedule_metrics import schedule_metrics
from umbel.web.schedules import ScheduleViews
from umbel.web.self_schemas import SelfReport
from umbel.web.self_view import SelfView
from umbel.web.views import Views
from umbel.web.worker_metrics import worker_metrics

NO_STORE: Final = {"cache-control": "no-store"}


class OwnRoutes(Controller):
    """What Umbel knows of itself."""

    path = "/api/v1"
    tags = ("cluster",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/self", sync_to_thread=True, summary="Umbel itself, in full")
    def get_self(self, own: NamedDependency[SelfView]) -> SelfReport:
        """Return what may be wrong now and why, and the numbers behind it: loss, lag, drops, store, process."""
        return own.read()


@get("/metrics", sync_to_thread=True, opt={ROLE: Role.VIEWER}, include_in_schema=False)
def metrics(
    own: NamedDependency[SelfView],
    views: NamedDependency[Views],
    queues: NamedDependency[QueueViews],
    schedules: NamedDependency[ScheduleViews],
) -> Response[str]:
    """Return the same numbers, and those of workers, queues and schedules, in the text format of Prometheus."""
    workers = worker_metrics(views.fleet.read(is_looked_at=False), datetime.now(UTC))
    more = chain(workers, queue_metrics(queues.read()), schedule_metrics(schedules.summary()))
    text = exposition(own.whole(), more)
    return Response(text, media_type=CONTENT_TYPE, headers=NO_STORE)
