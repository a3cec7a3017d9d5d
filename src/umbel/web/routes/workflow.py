"""``/api/v1/workflow``: the tree that a task belongs to."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import NotFound, problems
from umbel.web.routes.tasks import task_id_of
from umbel.web.workflow_schemas import TaskWorkflow
from umbel.web.workflows import Workflows


class WorkflowRoutes(Controller):
    """Chains, groups and chords."""

    path = "/api/v1"
    tags = ("tasks",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get(
        "/workflow/{task_id:path}", sync_to_thread=True, summary="What a task is part of", responses=problems(404, 503)
    )
    def get_workflow(
        self, request: Request[Any, Any, Any], workflows: NamedDependency[Workflows], task_id: FromPath[str]
    ) -> TaskWorkflow:
        """Return all tasks of its tree, how they followed each other, and counts where there are many."""
        known = task_id_of(request, task_id)
        found = workflows.of(known)
        if found is None:
            raise NotFound(f"no task {known!r} is stored: it was not seen, or its history was deleted")
        return found
