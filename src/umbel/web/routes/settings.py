"""``/api/v1/settings``: what this server keeps and judges by."""

from __future__ import annotations

from litestar import Controller, get
from litestar.di import NamedDependency

from umbel.web.auth.access import ROLE, Role
from umbel.web.in_force import InForce
from umbel.web.settings_schemas import Settings


class SettingsRoutes(Controller):
    """What the server was told when it was started."""

    path = "/api/v1"
    tags = ("cluster",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/settings", sync_to_thread=False, summary="Retention and thresholds in force")
    def get_settings(self, in_force: NamedDependency[InForce]) -> Settings:
        """Return how long history is kept, and from which values on figures are a warning and critical."""
        return in_force.shown()
