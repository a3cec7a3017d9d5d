"""Response headers that keep hostile text harmless, and the address under which the server stands."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS: Final = (
    (b"content-security-policy", "; ".join(_POLICY).encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class SafeHeaders:
    """ASGI middleware that adds the policy to every answer, also to those that no route gave."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers and pass on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LocalNames:
    """ASGI middleware that refuses requests for another host's name.

    Where nobody has to sign in, a page of another site could otherwise point its own name at this machine and read
    all through the browser of whoever visits it (DNS rebinding).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for this machine."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if not is_local(host):
            raise PermissionDeniedException(
                detail=f"{host!r} is not a name of this machine; set --basic-auth to serve it"
            )
        await self._app(scope, receive, send)


class OwnPages:
    """ASGI middleware that takes changes from our own pages, and from programs, alone.

    A browser sends what it knows of a sign-in with every request, also with one that a foreign page makes. It says
    from where that comes: in ``Sec-Fetch-Site``, and older ones in ``Origin``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what only reads, and what is from here."""
        if scope.get("method", "GET") not in _READING and not is_own(dict(scope["headers"])):
            raise PermissionDeniedException(detail="another site's page may not change anything here")
        await self._app(scope, receive, send)


_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request comes from one of our pages, or from no page at all."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == headers.get(b"host")


def is_local(host: str) -> bool:
    """Return whether a ``Host`` header names this machine by a name that nobody else can hand out."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower() == "localhost" or name.lower().endswith(".localhost")


class UnderPrefix:
    """Serves the application under ``/prefix`` whether a proxy strips the prefix or not.

    ``prefix`` begins with a slash and does not end with one.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut the prefix off the path, where it is there."""
        path = scope.get("path", "")
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            path = path.removeprefix(self._prefix) or "/"
            raw = scope["raw_path"].removeprefix(self._prefix.encode())
            scope["path"], scope["raw_path"] = path, raw or b"/"
        await self._app(scope, receive, send)
