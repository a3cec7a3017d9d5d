"""Basic authentication (RFC 7617) against hashed passwords."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from litestar.types import ASGIApp, Receive, Scope, Send

from umbel.web.auth.access import Role, User

HASH_PREFIX: Final = "$argon2"
REMEMBERED: Final = 1_000
"""Right credentials that were checked lately, so that not each request costs a slow hash."""


class BasicAuth:
    """Checks names and passwords. ``credentials`` maps a name to a password or to its argon2 hash."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._hasher = PasswordHasher()
        self._hashes = {
            name: word if word.startswith(HASH_PREFIX) else self._hasher.hash(word)
            for name, word in credentials.items()
        }
        self._decoy = self._hasher.hash(secrets.token_hex())
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._turn = asyncio.Lock()

    async def user_of(self, header: str | None) -> User | None:
        """Return whom an ``Authorization`` header names, ``None`` where it proves nobody."""
        if not header:
            return None
        digest = hmac.digest(self._key, header.encode(), hashlib.sha256)
        name = self._known.get(digest)
        if name is None:
            async with self._turn:
                name = await asyncio.to_thread(self._check, header)
            if name is None:
                return None
            self._remember(digest, name)
        return User(name=name, role=Role.ADMIN, how="basic")

    def _check(self, header: str) -> str | None:
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, word = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        is_right = self._verify(self._hashes.get(name, self._decoy), word)
        return name if colon and is_right and name in self._hashes else None

    def _verify(self, hashed: str, word: str) -> bool:
        try:
            return self._hasher.verify(hashed, word)
        except (Argon2Error, InvalidHashError):
            return False

    def _remember(self, digest: bytes, name: str) -> None:
        self._known[digest] = name
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


class Identify:
    """ASGI middleware that puts the user into ``scope["user"]``.

    Without ``basic`` everyone is ``anonymous``; with it, whoever does not sign in is nobody.
    """

    def __init__(self, app: ASGIApp, *, basic: BasicAuth | None, anonymous: User) -> None:
        self._app = app
        self._basic = basic
        self._anonymous = anonymous

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the user and pass on."""
        if scope["type"] == "http":
            scope["user"] = await self._user(scope)
        await self._app(scope, receive, send)

    async def _user(self, scope: Scope) -> User | None:
        if self._basic is None:
            return self._anonymous
        return await self._basic.user_of(_header(scope, b"authorization"))


def _header(scope: Any, name: bytes) -> str | None:
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if found else None
