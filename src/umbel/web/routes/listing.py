"""``/api/v1/task-summary``, ``/api/v1/task-counts`` and ``/api/v1/views``: what stands around the task list."""

from __future__ import annotations

import re
import secrets
from typing import Annotated, Any, Final

from litestar import Controller, Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException, ValidationException
from litestar.params import FromPath, JSONBody, QueryParameter

from umbel.model.search import MAX_LENGTH, SearchError
from umbel.store.protocols.views import SavedView
from umbel.web import convert, list_schemas as schemas, summaries
from umbel.web.auth.access import ROLE, Role, User
from umbel.web.errors import NotFound, problems
from umbel.web.routes.tasks import Search, query_of
from umbel.web.schemas import Count
from umbel.web.views import Views

SUMMARY_S: Final = 0.5
COUNT_S: Final = 0.1
COUNTS_AT_MOST: Final = 40
_ID: Final = re.compile(r"[\w-]{1,64}")

Asker = Request[User, Any, Any]
Searches = Annotated[
    list[str],
    QueryParameter(
        name="search", min_items=1, max_items=COUNTS_AT_MOST, description="Searches to count, one parameter each."
    ),
]


class ListingRoutes(Controller):
    """Counts of what a search finds, and saved views."""

    path = "/api/v1"
    tags = ("tasks",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/task-summary", sync_to_thread=True, summary="Counts of a search", responses=problems(400, 503))
    def get_summary(self, views: NamedDependency[Views], search: Search = "") -> schemas.TaskSummary:
        """Return how many tasks match by state, name, queue and worker, and along the time."""
        found = views.store.summaries.summarise(query_of(views, search), within_s=SUMMARY_S)
        return summaries.summary(found)

    @get("/task-counts", sync_to_thread=True, summary="Counts of some searches", responses=problems(400, 503))
    def get_counts(self, views: NamedDependency[Views], searches: Searches) -> schemas.TaskCounts:
        """Return how many tasks each search finds; a tenth of a second is spent on each at most."""
        return schemas.TaskCounts(items=[_count(views, one[: MAX_LENGTH * 2]) for one in searches])

    @get("/views", sync_to_thread=True, summary="Saved views", responses=problems(503))
    def list_views(self, request: Asker, views: NamedDependency[Views]) -> schemas.SavedViews:
        """Return the views of who asks, and those that are shared."""
        found = views.store.saved_views.views(_owner(request))
        return schemas.SavedViews(
            items=[_shown(one, request) for one in found],
            why_not=_why_not(request.user, shared=False),
            why_not_shared=_why_not(request.user, shared=True),
        )

    @post("/views", sync_to_thread=True, summary="Save a view", responses=problems(400, 403, 409, 503))
    def save_view(
        self, request: Asker, views: NamedDependency[Views], data: JSONBody[schemas.SaveView]
    ) -> schemas.View:
        """Keep a search under a name."""
        return self._keep(request, views, data, secrets.token_urlsafe(9), _owner(request), views.now())

    @put("/views/{view_id:str}", sync_to_thread=True, summary="Change a view", responses=problems(400, 403, 404, 503))
    def change_view(
        self,
        request: Asker,
        views: NamedDependency[Views],
        view_id: FromPath[str],
        data: JSONBody[schemas.SaveView],
    ) -> schemas.View:
        """Change a saved view."""
        known = _known(views, request, view_id)
        return self._keep(request, views, data, known.id, known.owner, known.made_at)

    @delete("/views/{view_id:str}", sync_to_thread=True, summary="Delete a view", responses=problems(403, 404, 503))
    def drop_view(self, request: Asker, views: NamedDependency[Views], view_id: FromPath[str]) -> None:
        """Delete a saved view."""
        known = _known(views, request, view_id)
        _must_be_allowed(request.user, shared=known.shared)
        views.store.saved_views.drop_view(known.id)

    @staticmethod
    def _keep(  # what a view is
        request: Asker, views: Views, data: schemas.SaveView, view_id: str, owner: str, made_at: float
    ) -> schemas.View:
        _must_be_allowed(request.user, shared=data.shared)
        view = SavedView(
            id=view_id,
            name=_name(data.name),
            owner=owner,
            shared=data.shared,
            search=data.search.strip(),
            sort=data.sort,
            columns=data.columns,
            made_at=made_at,
        )
        views.store.saved_views.keep_view(view)
        return _shown(view, request)


def _count(views: Views, search: str) -> schemas.TaskCount:
    try:
        query = query_of(views, search)
    except SearchError:
        return schemas.TaskCount(search=search, total=Count(kind="unknown"))
    n, is_exact = views.store.summaries.count(query, within_s=COUNT_S)
    return schemas.TaskCount(search=search, total=summaries.count(n, is_exact=is_exact))


def _name(text: str) -> str:
    """Return the name of a view, on one line. Raises ValidationException where it is none."""
    name = " ".join(text.split())
    if not name or min(name) < " ":
        raise ValidationException(detail="a view has a name, without control characters")
    return name


def _owner(request: Asker) -> str:
    return request.user.name or ""


def _is_mine(view: SavedView, user: User) -> bool:
    return view.owner == (user.name or "") or (view.shared and user.role >= Role.OPERATOR)


def _known(views: Views, request: Asker, view_id: str) -> SavedView:
    view = views.store.saved_views.view(view_id) if _ID.fullmatch(view_id) else None
    if view is None or not (view.shared or view.owner == _owner(request)):
        raise NotFound(f"there is no view {view_id[:64]!r}: it was deleted, or it is somebody else's")
    if not _is_mine(view, request.user):
        raise PermissionDeniedException(detail=f"only {view.owner or 'an operator'} and operators may change this view")
    return view


def _why_not(user: User, *, shared: bool) -> str | None:
    """Return why this person may not save, ``None`` for those who may. Who has no name has no views of their own."""
    if shared and user.role < Role.OPERATOR:
        return f"to share a view needs the role operator; you are {user.role.word}"
    if user.name is None and user.role < Role.OPERATOR:
        return user.reason or "nobody is signed in"
    return None


def _must_be_allowed(user: User, *, shared: bool) -> None:
    why_not = _why_not(user, shared=shared)
    if why_not is not None:
        raise PermissionDeniedException(detail=why_not)


def _shown(view: SavedView, request: Asker) -> schemas.View:
    return schemas.View(
        id=view.id,
        name=view.name,
        owner=view.owner or None,
        shared=view.shared,
        mine=_is_mine(view, request.user),
        search=view.search,
        sort=view.sort,
        columns=view.columns,
        made_at=convert.known_instant(view.made_at),
    )
