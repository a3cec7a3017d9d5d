"""``/api/v1/workers``: the list, one worker, its history, and asking it now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from umbel.web import convert, schemas
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.views import Views
from umbel.web.worker_page import WorkerPages
from umbel.web.workers_schemas import WorkerDetail, WorkerHistory, WorkersHistory

Instant = Annotated[datetime | None, QueryParameter(description="An instant; by default the last hour is meant.")]


class WorkerRoutes(Controller):
    """Workers: all, and one by its name. Nothing is asked of a worker but by ``refresh``."""

    path = "/api/v1"
    tags = ("workers",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/workers", sync_to_thread=True, summary="All workers")
    def list_workers(self, views: NamedDependency[Views]) -> schemas.Workers:
        """Return all workers as their messages and answers tell, and how many there should be."""
        return views.workers()

    @get("/workers-history", sync_to_thread=True, summary="The last hour of all workers")
    def get_histories(self, workers: NamedDependency[WorkerPages]) -> WorkersHistory:
        """Return which share of their slots was busy, by the minute."""
        return workers.histories()

    @get("/workers/{name:str}", sync_to_thread=True, summary="One worker", responses=problems(404, 503))
    def get_worker(self, workers: NamedDependency[WorkerPages], name: FromPath[str]) -> WorkerDetail:
        """Return all that is known of a worker, each part with its age."""
        return workers.read(name)

    @get("/workers/{name:str}/history", sync_to_thread=True, summary="How a worker was", responses=problems(404, 503))
    def get_history(
        self, workers: NamedDependency[WorkerPages], name: FromPath[str], since: Instant = None, until: Instant = None
    ) -> WorkerHistory:
        """Return its history in at most 1,500 points: by ten seconds of a day, by the minute of a week."""
        begin, end = (None if at is None else convert.epoch(at) for at in (since, until))
        return workers.history(name, begin, end)

    @post(
        "/workers/{name:str}/refresh",
        sync_to_thread=True,
        status_code=200,
        summary="Ask a worker now",
        responses=problems(404, 503),
    )
    def refresh_worker(self, workers: NamedDependency[WorkerPages], name: FromPath[str]) -> WorkerDetail:
        """Ask a worker for everything, at most once a second, and return what is known then.

        It changes nothing on the worker. Takes some seconds where it does not answer.
        """
        return workers.refresh(name)
