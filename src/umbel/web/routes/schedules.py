"""``/api/v1/schedules``: what should run and when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from umbel.control.commands.dispatcher import Dispatcher
from umbel.web import convert
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.routes.history import Asker, name_of
from umbel.web.schedule_schemas import (
    RunNow,
    RunNowAnswer,
    RunNowPreview,
    ScheduleDetail,
    ScheduleRuns,
    Schedules,
    ScheduleSummary,
    Timeline,
)
from umbel.web.schedules import ScheduleViews

Text = Annotated[str, QueryParameter(max_length=200, description="Only entries whose name or task holds it.")]
Show = Annotated[
    Literal["active", "troubled", "archived"],
    QueryParameter(description="Those in trouble alone, or those that no source has any more."),
]
By = Annotated[Literal["trouble", "name", "next"], QueryParameter(description="What to order by.")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Entries a page.")]
Offset = Annotated[int, QueryParameter(ge=0, le=100_000, description="Entries to pass over.")]
Since = Annotated[datetime | None, QueryParameter(description="Where the interval begins.")]
Until = Annotated[datetime | None, QueryParameter(description="Where the interval ends.")]
RunLimit = Annotated[int, QueryParameter(ge=1, le=500, description="Runs a page.")]
Before = Annotated[datetime | None, QueryParameter(description="Only runs that were due before it.")]


class ScheduleRoutes(Controller):
    """Entries of schedules and their expected runs."""

    path = "/api/v1"
    tags = ("schedules",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/schedules", sync_to_thread=True, summary="Entries of schedules", responses=problems(400, 503))
    def list_schedules(  # noqa: PLR0913, PLR0917 - Litestar hands over by name; these are the parameters of one route
        self,
        schedules: NamedDependency[ScheduleViews],
        text: Text = "",
        show: Show = "active",
        by: By = "trouble",
        limit: Limit = 100,
        offset: Offset = 0,
        since: Since = None,
    ) -> Schedules:
        """Return entries with the strips of their last runs; runs in trouble are counted ``since``, or of a day."""
        return schedules.page(
            text=text.strip(),
            archived=show == "archived",
            troubled=show == "troubled",
            by=by,
            limit=limit,
            offset=offset,
            since=_epoch(since),
        )

    @get("/schedules/summary", sync_to_thread=True, summary="Beat and the sources", responses=problems(503))
    def get_summary(self, schedules: NamedDependency[ScheduleViews]) -> ScheduleSummary:
        """Return whether beat works, where schedules are read, and how many runs are in trouble."""
        return schedules.summary()

    @get("/schedules/timeline", sync_to_thread=True, summary="Runs along the time", responses=problems(400, 503))
    def get_timeline(
        self, schedules: NamedDependency[ScheduleViews], since: Since = None, until: Until = None
    ) -> Timeline:
        """Return the last runs and the next of some entries, those in trouble first, and minutes that are crowded."""
        return schedules.timeline(_epoch(since), _epoch(until))

    @get("/schedules/{entry_id:str}", sync_to_thread=True, summary="One entry", responses=problems(404, 503))
    def get_schedule(
        self, schedules: NamedDependency[ScheduleViews], entry_id: FromPath[str], limit: RunLimit = 100
    ) -> ScheduleDetail:
        """Return an entry with its newest runs."""
        return schedules.detail(entry_id, limit)

    @get("/schedules/{entry_id:str}/runs", sync_to_thread=True, summary="Its runs", responses=problems(400, 404, 503))
    def list_runs(
        self,
        schedules: NamedDependency[ScheduleViews],
        entry_id: FromPath[str],
        limit: RunLimit = 100,
        before: Before = None,
    ) -> ScheduleRuns:
        """Return the expected runs of an entry, newest first."""
        return schedules.runs(entry_id, limit, _epoch(before))

    @get(
        "/schedules/{entry_id:str}/run", sync_to_thread=True, summary="What it would send", responses=problems(404, 503)
    )
    def preview_run(self, schedules: NamedDependency[ScheduleViews], entry_id: FromPath[str]) -> RunNowPreview:
        """Return the call that running it now would send, or why it cannot be sent from here."""
        return schedules.call_of(entry_id)

    @post(
        "/schedules/{entry_id:str}/run",
        sync_to_thread=True,
        status_code=200,
        summary="Run it now",
        responses=problems(400, 403, 404, 409, 503),
        opt={ROLE: Role.OPERATOR},
    )
    def run_now(
        self,
        request: Asker,
        schedules: NamedDependency[ScheduleViews],
        commands: NamedDependency[Dispatcher],
        entry_id: FromPath[str],
        data: JSONBody[RunNow],
    ) -> RunNowAnswer:
        """Send its task now, beside its schedule, through the dispatcher of commands, which writes it down."""
        done = commands.run(schedules.command_of(entry_id), who=name_of(request), why=data.why)
        return RunNowAnswer(task_id=done.task_id, outcome=done.entry.outcome, text=done.entry.text)


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else convert.epoch(at)
