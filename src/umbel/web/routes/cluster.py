"""``/api/v1/overview``, ``health`` and ``me``: small answers about the whole."""

from __future__ import annotations

from typing import Any

from litestar import Controller, MediaType, Request, get
from litestar.di import NamedDependency

from umbel.web import schemas
from umbel.web.auth.access import ROLE, Role, User
from umbel.web.health import HealthView
from umbel.web.views import Views


class ClusterRoutes(Controller):
    """Overview and health."""

    path = "/api/v1"
    tags = ("cluster",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/overview", sync_to_thread=True, summary="Counts")
    def get_overview(self, views: NamedDependency[Views]) -> schemas.Overview:
        """Return how many tasks are in which state, and how many workers."""
        return views.overview()

    @get("/health", sync_to_thread=True, summary="Umbel itself")
    def get_health(self, health: NamedDependency[HealthView]) -> schemas.Health:
        """Return the state of the broker link, the collector and the store."""
        return health.read()

    @get("/me", sync_to_thread=False, summary="Who asks")
    def get_me(self, request: Request[User, Any, Any]) -> schemas.Me:
        """Return who is signed in, and with which role."""
        user = request.user
        return schemas.Me(user=user.name, role=user.role.word, auth=user.how, reason=user.reason)


@get("/healthcheck", sync_to_thread=False, media_type=MediaType.TEXT, opt={ROLE: Role.NOBODY}, include_in_schema=False)
def healthcheck() -> str:
    """Return ``OK`` while the server answers, as Flower does, without a sign-in."""
    return "OK"
