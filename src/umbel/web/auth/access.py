"""Who may ask what: every route names the least role that it needs, and one guard checks it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from umbel.web import schemas

ROLE: Final = "role"
"""The key in a route's ``opt``."""


class Role(IntEnum):
    """What a person may do: look, act, change settings. ``NOBODY`` marks the routes that ask for no sign-in."""

    NOBODY = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> schemas.Role:
        """The role as the API names it; nobody may at most look."""
        return ("viewer", "viewer", "operator", "admin")[self]


class User(Struct, frozen=True, kw_only=True):
    """Who asks. ``name`` is ``None`` for people who did not sign in."""

    name: str | None
    role: Role
    how: schemas.SignIn
    reason: str | None = None


Connection = ASGIConnection[Any, User | None, Any, Any]


def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse a request whose user lacks the role of its route. A route without a role is refused to all."""
    needed = handler.opt.get(ROLE)
    if needed is None:
        raise PermissionDeniedException(detail="this route names no role")
    if needed is Role.NOBODY:
        return
    user = connection.scope.get("user")
    if not isinstance(user, User):
        raise NotAuthorizedException(detail="sign in first")
    if user.role < needed:
        raise PermissionDeniedException(detail=f"this needs the role {Role(needed).word}; you are {user.role.word}")
