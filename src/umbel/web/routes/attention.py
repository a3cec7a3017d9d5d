"""``/api/v1/attention`` and ``/api/v1/task-types``: what is wrong, and how each task does."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from umbel.web import attention_schemas, task_type_schemas as schemas
from umbel.web.attention import Attention
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import NotFound, problems
from umbel.web.routes.metrics import Limit, Since, Until, interval
from umbel.web.task_types import TaskTypeViews
from umbel.web.views import Views

Name = Annotated[str, QueryParameter(description="The whole name of the task.", min_length=1)]


class AttentionRoutes(Controller):
    """Judgements on the whole and on task types."""

    path = "/api/v1"
    tags = ("cluster",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/attention", sync_to_thread=True, summary="What needs attention", responses=problems(503))
    def get_attention(self, attention: NamedDependency[Attention]) -> attention_schemas.Attention:
        """Return what is wrong now, the worst first; the same list is on the overview and in the window's title."""
        return attention.read()

    @get("/task-types", sync_to_thread=True, summary="All task names", responses=problems(400, 503))
    def list_task_types(
        self,
        views: NamedDependency[Views],
        task_types: NamedDependency[TaskTypeViews],
        since: Since = None,
        until: Until = None,
        limit: Limit = 1_000,
    ) -> schemas.TaskTypes:
        """Return every task name with its figures of an interval, an hour up to now by default."""
        return task_types.read(*interval(views, since, until), limit)

    @get("/task-type", sync_to_thread=True, summary="One task name", responses=problems(400, 404, 503))
    def get_task_type(
        self,
        views: NamedDependency[Views],
        task_types: NamedDependency[TaskTypeViews],
        name: Name,
        since: Since = None,
        until: Until = None,
    ) -> schemas.TaskType:
        """Return one task name with its figures of an interval and the limits that it is judged by."""
        found = task_types.one(name, *interval(views, since, until))
        if found is None:
            message = f"No worker has registered a task {name!r}, and none is stored"
            raise NotFound(message)
        return found
