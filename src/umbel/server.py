"""A whole server: from settings to an answering address, and to its end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from celery import Celery

from umbel import __version__
from umbel.assembly import STOP_TIMEOUT_S, Assembly
from umbel.ingest.app import make_app
from umbel.ingest.garbage import tune_collections
from umbel.live.hub import Hub
from umbel.model.errors import UmbelError
from umbel.settings import Settings
from umbel.store.registry import open_store
from umbel.web.app import Site, create_app
from umbel.web.auth.access import Role, User
from umbel.web.auth.basic import Credential

_EVERY_INTERFACE: Final = ("0.0.0.0", "::")  # noqa: S104  # only compared with

log = logging.getLogger("umbel")

OnReady = Callable[[str], None]


class CannotListen(UmbelError):
    """The address or the port cannot be had."""


def serve(settings: Settings, *, on_ready: OnReady | None = None, app: Celery | None = None) -> int:
    """Run Umbel until SIGINT or SIGTERM, and return the exit code (0).

    ``app`` is a loaded Celery application, in place of the one that the settings name. ``on_ready`` is called with
    the address to open once it answers. Raises UmbelError when it cannot start.
    """
    with ExitStack() as stack:
        listener = _listen(settings)
        stack.callback(listener.close)
        store = open_store(settings.store_location, synchronous=settings.store_synchronous)
        stack.callback(store.close)
        celery_app = app or _app_of(settings)
        parts = Assembly(settings, store, celery_app, knows_routes=bool(app or settings.app))
        parts.start(stack)
        asyncio.run(_serve_web(settings, parts, listener, on_ready))
    return 0


def _app_of(settings: Settings) -> Celery:
    app = make_app(
        settings.broker,
        app=settings.app,
        result_backend=settings.result_backend,
        workdir=Path(settings.workdir) if settings.workdir else None,
    )
    if settings.config:
        app.config_from_object(settings.config)
    return app


def _site(settings: Settings) -> Site:
    role = "viewer" if settings.read_only and not settings.basic_auth else settings.anonymous_role
    reason = "the server is read-only" if settings.read_only else "no credentials are set" if role == "viewer" else None
    return Site(
        version=__version__,
        prefix=settings.url_prefix,
        realm=settings.started_as,
        credentials=[
            Credential(
                user=entry.user,
                password=entry.password,
                role=Role.VIEWER if settings.read_only else Role[entry.role.upper()],
            )
            for entry in settings.credentials
        ],
        local_only=settings.is_loopback and not settings.basic_auth and not settings.xheaders,
        anonymous=User(name=None, role=Role[role.upper()] if role else Role.NOBODY, how="none", reason=reason),
    )


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything else starts, so that a port in use is said at once. Raises CannotListen."""
    host = settings.address.strip("[]")
    both = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both or ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, settings.port), family=family, backlog=256, dualstack_ipv6=both)
    except OSError as error:
        message = f"cannot listen on {settings.address or '*'}:{settings.port}: {error.strerror or error}"
        raise CannotListen(message) from error


async def _serve_web(settings: Settings, parts: Assembly, listener: socket.socket, on_ready: OnReady | None) -> None:
    web = create_app(_site(settings), parts.served())
    tune_collections()
    config = uvicorn.Config(
        web,
        log_config=None,
        access_log=False,
        lifespan="on",
        ssl_certfile=settings.certfile,
        ssl_keyfile=settings.keyfile,
        proxy_headers=settings.xheaders,
        forwarded_allow_ips="*" if settings.xheaders else None,
        server_header=False,
        timeout_graceful_shutdown=int(STOP_TIMEOUT_S),
    )
    server = _Server(config)
    _stop_on_signals(server, parts.hub)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not running.done():  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    if server.started and on_ready is not None:
        on_ready(_address(settings, listener))
    await running


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process by the signal it got."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _stop_on_signals(server: uvicorn.Server, hub: Hub) -> None:
    def stop(*_: Any) -> None:
        server.should_exit = True
        hub.close()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows has no signal handlers in its event loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _address(settings: Settings, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = "localhost" if host in _EVERY_INTERFACE else f"[{host}]" if ":" in host else host
    scheme = "https" if settings.certfile else "http"
    return f"{scheme}://{shown}:{port}{settings.url_prefix}/"
