"""The application: every route on one screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp
from msgspec import Struct

from umbel.live.hub import Hub
from umbel.web import errors
from umbel.web.auth.access import ROLE, Role, User, guard
from umbel.web.auth.basic import BasicAuth, Credential, Identify
from umbel.web.clearing import Clearing
from umbel.web.exports import Exports
from umbel.web.headers import LocalNames, OwnPages, SafeHeaders, UnderPrefix
from umbel.web.parts import Parts, given
from umbel.web.routes.attention import AttentionRoutes
from umbel.web.routes.cluster import ClusterRoutes, healthcheck
from umbel.web.routes.commands import CommandRoutes
from umbel.web.routes.failures import FailureRoutes
from umbel.web.routes.gaps import GapRoutes
from umbel.web.routes.history import HistoryRoutes
from umbel.web.routes.listing import ListingRoutes
from umbel.web.routes.metrics import MetricsRoutes
from umbel.web.routes.own import OwnRoutes, metrics
from umbel.web.routes.pages import Pages
from umbel.web.routes.queues import QueueRoutes
from umbel.web.routes.schedules import ScheduleRoutes
from umbel.web.routes.settings import SettingsRoutes
from umbel.web.routes.stream import StreamRoutes
from umbel.web.routes.tasks import TaskRoutes
from umbel.web.routes.verdicts import VerdictRoutes
from umbel.web.routes.workers import WorkerRoutes
from umbel.web.routes.workflow import WorkflowRoutes

ANYONE = User(name=None, role=Role.ADMIN, how="none")
"""Who asks where no credentials are set and the server is reached over loopback only."""


class Site(Struct, frozen=True, kw_only=True):
    """How the application is reached. ``prefix`` is empty or ``/umbel``. With ``credentials`` one has to sign in.

    ``local_only`` answers only to the names of this machine: a foreign name that was pointed at it is refused.
    """

    version: str
    prefix: str = ""
    realm: str = "umbel"
    credentials: Sequence[Credential] = ()
    local_only: bool = False
    anonymous: User = ANYONE


def create_app(site: Site, parts: Parts) -> ASGIApp:
    """Return the ASGI application, under its prefix where it has one. It runs ``parts.hub`` while it lives."""
    app: ASGIApp = SafeHeaders(create_litestar(site, parts))
    return UnderPrefix(app, site.prefix) if site.prefix else app


def create_litestar(site: Site, parts: Parts) -> Litestar:
    """Return the application itself, as if it stood at the root."""
    basic = BasicAuth(site.credentials) if site.credentials else None
    now = parts.views.now
    exports, clearing = Exports(clock=now), Clearing(parts.views.store, clock=now)
    return Litestar(
        route_handlers=[
            TaskRoutes,
            AttentionRoutes,
            WorkerRoutes,
            VerdictRoutes,
            ClusterRoutes,
            CommandRoutes,
            FailureRoutes,
            GapRoutes,
            HistoryRoutes,
            ListingRoutes,
            MetricsRoutes,
            OwnRoutes,
            QueueRoutes,
            ScheduleRoutes,
            SettingsRoutes,
            StreamRoutes,
            WorkflowRoutes,
            healthcheck,
            metrics,
            *Pages(f"{site.prefix}/").handlers(),
        ],
        guards=[guard],
        dependencies={
            **parts.dependencies(),
            "exports": given(exports),
            "clearing": given(clearing),
            "version": given(site.version),
        },
        middleware=[
            *([DefineMiddleware(LocalNames)] if site.local_only else []),
            DefineMiddleware(OwnPages),
            DefineMiddleware(Identify, basic=basic, anonymous=site.anonymous),
        ],
        exception_handlers=errors.handlers(site.realm if basic else None),
        compression_config=CompressionConfig(backend="gzip", exclude=[r"^/api/v1/(stream|history/export)"]),
        openapi_config=_openapi(site.version),
        lifespan=[_live(parts.hub)],
        on_shutdown=[clearing.close],
        signature_types=[*Parts.types(), Exports, Clearing],
        logging_config=None,
        debug=False,
    )


def _openapi(version: str) -> OpenAPIConfig:
    router = Router("/api/v1/openapi", route_handlers=[], opt={ROLE: Role.VIEWER}, include_in_schema=False)
    return OpenAPIConfig(
        title="Umbel",
        version=version,
        description="What Umbel shows of a Celery cluster. Instants are RFC 3339 in UTC, durations are seconds.",
        openapi_router=router,
        render_plugins=[JsonRenderPlugin(path="/")],
    )


def _live(hub: Hub) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await hub.start()
        task = asyncio.create_task(hub.run(), name="umbel-live")
        try:
            yield
        finally:
            hub.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return running
