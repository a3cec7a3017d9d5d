"""What a setting is: a name, a type, a default, and what the table says of it beside."""

from ipaddress import ip_address
from typing import Any, Final, Literal

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.secrets import MASK, mask_url

DEFAULT_CREDENTIALS: Final = frozenset({("admin", "admin123"), ("admin", "admin")})
"""The credentials that examples use: everybody knows them."""

Role = Literal["viewer", "operator", "admin"]
Receiver = Literal["auto", "kombu", "redis", "amqp"]
Kind = Literal[
    "text",
    "address",
    "url",
    "path",
    "flag",
    "port",
    "number",
    "size",
    "list",
    "names",
    "links",
    "prefix",
    "level",
    "ages",
    "sync",
    "receiver",
    "workers",
    "limits",
]


class SettingsError(UmbelError):
    """A setting that cannot be used. The message names it, its value (no secret) and what is allowed."""


class About(Struct, frozen=True, kw_only=True):
    """What the table says of a setting beside its name, type and default.

    ``env`` are environment names beside ``UMBEL_<NAME>``. ``flower`` is False where Flower has no such option, and
    a name where Flower calls it otherwise. An ``internal`` setting is set by the program alone.
    """

    help: str
    kind: Kind = "text"
    group: str = "General"
    env: tuple[str, ...] = ()
    flower: str | bool = False
    short: str | None = None
    secret: bool = False
    internal: bool = False
    since: str = "0.1"


class Setting(Struct, frozen=True, kw_only=True):
    """A row of the table."""

    name: str
    default: Any
    about: About

    @property
    def option(self) -> str:
        """Its long option on the command line."""
        return "--" + self.name.replace("_", "-")


class Credential(Struct, frozen=True, kw_only=True):
    """One who may sign in. ``password`` is plain, or an argon2 hash (it starts with ``$argon2``)."""

    user: str
    password: str
    role: Role

    def __repr__(self) -> str:
        return f"Credential(user={self.user!r}, password='***', role={self.role!r})"

    @property
    def is_default(self) -> bool:
        """Whether examples use it, so that everybody knows it."""
        return (self.user, self.password) in DEFAULT_CREDENTIALS


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches ``address``; a name other than localhost counts as reachable."""
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def masked(setting: Setting, value: object) -> object:
    """Return ``value`` fit to be shown: URLs keep all but the password, lists keep the users."""
    if value is None or value == ():
        return value
    if setting.about.kind == "url":
        return mask_url(str(value))
    if isinstance(value, tuple):
        return tuple(f"{str(entry).partition(':')[0]}:{MASK}" for entry in value)
    return MASK
