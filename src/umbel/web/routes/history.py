"""``/api/v1/history``: take history out, and clear it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, Any, Final

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from umbel.store.archiving import Format, export
from umbel.web.auth.access import ROLE, Role, User
from umbel.web.clearing import Clearing, NotConfirmed
from umbel.web.errors import problems
from umbel.web.exports import Exports
from umbel.web.history_schemas import (
    CONFIRMATION,
    ClearHistory,
    ClearingPreview,
    ClearingState,
    HistoryState,
)
from umbel.web.routes.tasks import Search, query_of
from umbel.web.views import Views

MEDIA_TYPES: Final[dict[Format, str]] = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
EXPORTED: Final = {
    **problems(400, 409, 503),
    200: ResponseSpec(
        bytes,
        description="The archive, as it is read. JSON ends with a line that counts; without it the file was cut off.",
        media_type="application/x-ndjson",
        generate_examples=False,
    ),
}

Form = Annotated[Format, QueryParameter(name="format", description="`ndjson` can be imported again; `csv` cannot.")]
Before = Annotated[datetime | None, QueryParameter(description="Only tasks seen before this instant.")]
Asker = Request[User, Any, Any]


class HistoryRoutes(Controller):
    """Exports, and clearing."""

    path = "/api/v1"
    tags = ("history",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/history/export", sync_to_thread=True, summary="Export tasks", responses=EXPORTED)
    def export_tasks(  # Litestar hands over by name; these are the parameters of one route
        self,
        request: Asker,
        views: NamedDependency[Views],
        exports: NamedDependency[Exports],
        version: NamedDependency[str],
        search: Search = "",
        form: Form = "ndjson",
    ) -> Stream:
        """Send all tasks that match, oldest first, as fast as they are taken; one export a person at a time."""
        now, query, who = views.now(), query_of(views, search), name_of(request)
        chunks = export(views.store, query, form, version=version, now=now)
        first = next(chunks)  # a store that does not answer is an error, and not an empty file
        running = exports.begin(who, form=form, search=query.text)
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        return Stream(
            exports.send(who, running, chain([first], chunks)),
            media_type=MEDIA_TYPES[form],
            headers={
                "content-disposition": f'attachment; filename="umbel-tasks-{stamp}.{form}"',
                "cache-control": "no-store",
                "x-accel-buffering": "no",
            },
        )

    @get("/history", sync_to_thread=False, summary="Exports and clearing")
    def get_history(
        self, request: Asker, exports: NamedDependency[Exports], clearing: NamedDependency[Clearing]
    ) -> HistoryState:
        """Return how far the own export is, and the clearing."""
        running = exports.of(name_of(request))
        return HistoryState(export=running.state() if running else None, clearing=clearing.state())

    @delete("/history/export", sync_to_thread=False, summary="Cancel the own export")
    def cancel_export(self, request: Asker, exports: NamedDependency[Exports]) -> None:
        """End the own export; the file that came so far is cut off. Without one nothing happens."""
        exports.cancel(name_of(request))

    @get("/history/preview", sync_to_thread=True, summary="What clearing would delete", responses=problems(400, 503))
    def preview(
        self,
        views: NamedDependency[Views],
        clearing: NamedDependency[Clearing],
        search: Search = "",
        before: Before = None,
    ) -> ClearingPreview:
        """Count what clearing with this search and bound would delete, for two seconds at most."""
        return clearing.preview(query_of(views, search), _epoch(before))

    @post(
        "/history/clear",
        sync_to_thread=True,
        status_code=202,
        opt={ROLE: Role.OPERATOR},
        summary="Clear history",
        responses=problems(400, 403, 409, 503),
    )
    def clear(
        self,
        request: Asker,
        views: NamedDependency[Views],
        clearing: NamedDependency[Clearing],
        data: JSONBody[ClearHistory],
    ) -> ClearingState:
        """Begin to delete finished and lost tasks, in slices; `GET /history` tells how far. There is no way back."""
        if data.confirm != CONFIRMATION:
            message = f"confirm is {data.confirm[:100]!r}; it has to be {CONFIRMATION!r}"
            raise NotConfirmed(message)
        return clearing.start(query_of(views, data.search), _epoch(data.before), name_of(request))

    @delete(
        "/history/clear",
        sync_to_thread=False,
        opt={ROLE: Role.OPERATOR},
        summary="Stop clearing",
        responses=problems(403),
    )
    def cancel_clear(self, clearing: NamedDependency[Clearing]) -> None:
        """Stop clearing after its slice; what is deleted stays deleted."""
        clearing.cancel()


def name_of(request: Asker) -> str:
    """Return who asks: the name that was signed in with, else the address."""
    if request.user.name:
        return request.user.name
    return f"someone at {request.client.host}" if request.client else "someone"


def _epoch(at: datetime | None) -> float | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
