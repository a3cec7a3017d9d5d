"""``/api/v1/verdicts``: how many tasks are in trouble that their state does not tell."""

from __future__ import annotations

from typing import Final

from litestar import Controller, get
from litestar.di import NamedDependency

from umbel.model.judged import SEARCHABLE, NotJudged
from umbel.model.search import Query
from umbel.web import schemas
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.views import Views
from umbel.web.workers_schemas import VerdictCount, Verdicts

COUNTED: Final = 200


class VerdictRoutes(Controller):
    """Counts of tasks by verdict."""

    path = "/api/v1"
    tags = ("tasks",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/verdicts", sync_to_thread=True, summary="Tasks by verdict", responses=problems(503))
    def list_verdicts(self, views: NamedDependency[Views]) -> Verdicts:
        """Return how many tasks have each verdict that can be searched for, counted up to some hundreds."""
        return Verdicts(items=[_counted(views, code) for code in SEARCHABLE])


def _counted(views: Views, code: str) -> VerdictCount:
    search = f"is:{code}"
    try:
        page = views.store.list(Query(search, views.judge(code)), limit=COUNTED)
    except NotJudged as error:
        return VerdictCount(code=code, search=search, count=schemas.Count(kind="unknown"), why=str(error))
    is_all = page.cursor is None and page.complete
    count = schemas.Count(kind="exact" if is_all else "at_least", value=len(page.tasks))
    return VerdictCount(code=code, search=search, count=count)
