"""``/api/v1/queues`` and ``/api/v1/broker``: what waits, since when and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from umbel.web import convert
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.queue_schemas import BrokerDetail, QueueDetail, Queues
from umbel.web.queues import QueueViews

Since = Annotated[datetime | None, QueryParameter(description="Where the interval begins; an hour before its end.")]
Until = Annotated[datetime | None, QueryParameter(description="Where the interval ends; now.")]


class QueueRoutes(Controller):
    """Queues and the broker, as they were last read. Nothing is asked of the broker for it."""

    path = "/api/v1"
    tags = ("queues",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/queues", sync_to_thread=True, summary="All queues", responses=problems(503))
    def list_queues(self, queues: NamedDependency[QueueViews]) -> Queues:
        """Return the queues, the worst first and then the longest, at most 1,000."""
        return queues.read()

    @get("/queues/{name:path}", sync_to_thread=True, summary="One queue", responses=problems(400, 404, 503))
    def get_queue(
        self, queues: NamedDependency[QueueViews], name: FromPath[str], since: Since = None, until: Until = None
    ) -> QueueDetail:
        """Return a queue with what waits in it, and how it was along an interval of at most a week."""
        return queues.detail(name.removeprefix("/"), _epoch(since), _epoch(until))

    @get("/broker", sync_to_thread=True, summary="The broker", responses=problems(400, 503))
    def get_broker(self, queues: NamedDependency[QueueViews], since: Since = None, until: Until = None) -> BrokerDetail:
        """Return the broker, how it was along an interval of at most a week, and when it was out of reach."""
        return queues.broker(_epoch(since), _epoch(until))


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else convert.epoch(at)
