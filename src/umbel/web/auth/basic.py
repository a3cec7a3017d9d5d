"""Basic authentication (RFC 7617) against hashed passwords."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from umbel.web.auth.access import Role, User

HASH_PREFIX: Final = "$argon2"
REMEMBERED: Final = 1_000
"""Right credentials that were checked lately, so that not each request costs a slow hash."""


class Credential(Struct, frozen=True, kw_only=True):
    """Who may sign in, and as what. ``password`` is plain or an argon2 hash."""

    user: str
    password: str
    role: Role

    def __repr__(self) -> str:
        return f"Credential(user={self.user!r}, role={self.role!r})"


class BasicAuth:
    """Checks names and passwords. Only hashes of them are kept."""

    def __init__(self, credentials: Sequence[Credential]) -> None:
        self._hasher = PasswordHasher()
        self._hashes = {credential.user: self._hash(credential.password) for credential in credentials}
        self._roles = {credential.user: credential.role for credential in credentials}
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
        return User(name=name, role=self._roles[name], how="basic")

    def _hash(self, password: str) -> str:
        return password if password.startswith(HASH_PREFIX) else self._hasher.hash(password)

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
        if str(scope["type"]) == "http":
            scope["user"] = await self._user(scope)
        await self._app(scope, receive, send)

    async def _user(self, scope: Scope) -> User | None:
        if self._basic is None:
            return self._anonymous
        return await self._basic.user_of(_header(scope, b"authorization"))


def _header(scope: Scope, name: bytes) -> str | None:
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if found else None
