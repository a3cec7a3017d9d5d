"""``/api/v1/tasks`` and ``/api/v1/task-names``."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import unquote

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec.structs import replace

from umbel.model.fingerprint import fingerprint
from umbel.model.search import MAX_LENGTH, Query
from umbel.model.search_parser import parse
from umbel.model.tasks import State
from umbel.store.protocols import Sort, TaskList
from umbel.web import convert, schemas
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import NotFound, problems
from umbel.web.links import Links
from umbel.web.views import Views

NAMES_LIMIT: Final = 1_000

Search = Annotated[str, QueryParameter(max_length=MAX_LENGTH * 2, description="A search, such as `state:failure sms`.")]
SortBy = Annotated[
    str,
    QueryParameter(
        pattern=f"^-?({'|'.join(Sort)})$",
        description="What to order by; a leading `-` is descending. Ties are in the order of arrival.",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Rows a page.")]
Cursor = Annotated[str | None, QueryParameter(max_length=2_000, description="`next` of the page before.")]


class TaskRoutes(Controller):
    """Tasks: a searchable list, and one by id."""

    path = "/api/v1"
    tags = ("tasks",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/tasks", sync_to_thread=True, summary="Search tasks", responses=problems(400, 503))
    def list_tasks(
        self,
        views: NamedDependency[Views],
        search: Search = "",
        sort: SortBy = "-arrived",
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> schemas.TaskPage:
        """Return a page of the tasks that match, in the order asked for."""
        order = Sort(sort.removeprefix("-"))
        query = query_of(views, search)
        page = views.store.list(query, sort=order, descending=sort.startswith("-"), limit=limit, cursor=cursor)
        return _page(views, page)

    @get("/tasks/{task_id:path}", sync_to_thread=True, summary="One task", responses=problems(404, 503))
    def get_task(
        self,
        request: Request[Any, Any, Any],
        views: NamedDependency[Views],
        links: NamedDependency[Links],
        task_id: FromPath[str],
    ) -> schemas.TaskDetail:
        """Return one task with its attempts, its events and its relatives."""
        task_id = task_id_of(request, task_id)
        task = views.store.task(task_id)
        if task is None:
            message = f"no task {task_id!r} is stored: it was not seen, or its history was deleted"
            raise NotFound(message)
        group = fingerprint(task.exception, task.traceback).id if task.state == State.FAILURE else None
        return replace(views.detail(task), links=links.of(task), failure_group=group)

    @get("/task-names", sync_to_thread=True, summary="Task names")
    def list_task_names(self, views: NamedDependency[Views]) -> schemas.TaskNames:
        """Return the task names with exact counts by state, most tasks first."""
        return views.task_names(NAMES_LIMIT)


def task_id_of(request: Request[Any, Any, Any], found: str) -> str:
    """Return the id at the end of the path as it was sent: the router takes one of several slashes for all of them."""
    given = found.removeprefix("/")
    path = unquote(request.scope["raw_path"].decode("ascii", "replace"))
    sent = path[path.find("/", len("/api/v1/")) + 1 :]
    return sent if sent.replace("/", "") == given.replace("/", "") else given


def query_of(views: Views, search: str) -> Query:
    """Return the parsed search. Raises SearchError."""
    return parse(search.strip(), now=views.now(), judge=views.judge)


def _page(views: Views, page: TaskList) -> schemas.TaskPage:
    reason = None if page.complete else "the time limit ended the search"
    return schemas.TaskPage(
        items=views.rows(page.tasks),
        next=page.cursor,
        total=schemas.Count(kind=page.count_kind.value, value=page.count),
        coverage=schemas.Coverage(complete=page.complete, reason=reason, until=convert.instant(page.covered_until)),
        seq=page.seq,
    )
