"""``/api/v1/failures``: groups of tasks that failed in the same way, and what people say of them."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from umbel.model.failures import Decision
from umbel.web import failure_schemas as schemas, failures
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import NotFound, problems
from umbel.web.routes.history import Asker, name_of
from umbel.web.views import Views

Decided = Annotated[
    Decision | None, QueryParameter(description="Groups of which this was decided only; a regressed one is open.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many groups at most.")]


_ID: Final = re.compile(r"[0-9a-f]{12}")
"""What is none is written down nowhere, or anybody could fill the audit log with texts."""


class FailureRoutes(Controller):
    """Groups of failures."""

    path = "/api/v1"
    tags = ("failures",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/failures", sync_to_thread=True, summary="Groups of failures", responses=problems(400, 503))
    def list_failures(
        self, views: NamedDependency[Views], decision: Decided = None, limit: Limit = 200
    ) -> schemas.Failures:
        """Return groups with their counts over 1 h, 3 h, 24 h, 3 d and 7 d; what is out of the ordinary first."""
        return failures.failures(views, decision, limit)

    @get("/failures/{group_id:str}", sync_to_thread=True, summary="One group of failures", responses=problems(404, 503))
    def get_failure(self, views: NamedDependency[Views], group_id: FromPath[str]) -> schemas.FailureDetail:
        """Return one group with its newest tasks; `failure:<id>` searches for all of them."""
        return _known(views, group_id)

    @post(
        "/failures/{group_id:str}/decision",
        sync_to_thread=True,
        status_code=200,
        opt={ROLE: Role.OPERATOR},
        summary="Resolve, ignore or reopen a group",
        responses=problems(400, 403, 404, 503),
    )
    def decide(
        self,
        request: Asker,
        views: NamedDependency[Views],
        group_id: FromPath[str],
        data: JSONBody[schemas.DecideFailure],
    ) -> schemas.FailureDetail:
        """Store who said what of a group, and why. A resolved group that fails again is open and regressed."""
        if not _ID.fullmatch(group_id) or not failures.decide(views, group_id, data, name_of(request)):
            raise _missing(group_id)
        return _known(views, group_id)


def _known(views: Views, group_id: str) -> schemas.FailureDetail:
    found = failures.detail(views, group_id)
    if found is None:
        raise _missing(group_id)
    return found


def _missing(group_id: str) -> NotFound:
    return NotFound(f"There is no group of failures {group_id[:40]!r}")
