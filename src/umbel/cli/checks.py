"""What must hold before Umbel starts, and what its pages warn of."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from umbel.setting import SettingsError
from umbel.settings import Settings


def checked(settings: Settings) -> Settings:
    """Return the settings with their warnings. Raises SettingsError where a start would be wrong or unsafe."""
    _check_tls(settings)
    if settings.started_as == "umbel" and not settings.allow_insecure:
        _check_access(settings)
    return msgspec.structs.replace(settings, warnings=tuple(_warnings(settings)))


def _check_tls(settings: Settings) -> None:
    if bool(settings.certfile) != bool(settings.keyfile):
        given, missing = ("certfile", "keyfile") if settings.certfile else ("keyfile", "certfile")
        raise SettingsError(f"{given} is set and {missing} is not: TLS needs both")
    for name, path in (("certfile", settings.certfile), ("keyfile", settings.keyfile)):
        if path and not Path(path).is_file():
            raise SettingsError(f"{name}={path} is not a file")


def _check_access(settings: Settings) -> None:
    if settings.is_loopback:
        return
    where = f"address={settings.address or '(every interface)'} can be reached from other machines"
    how = (
        "set your own with --basic-auth=USER:PASSWORD or UMBEL_BASIC_AUTH, listen on 127.0.0.1, or say --allow-insecure"
    )
    if not settings.basic_auth:
        raise SettingsError(f"{where}, and nobody has to sign in: {how}")
    known = _default_users(settings)
    if known:
        raise SettingsError(f"{where}, and everybody knows the password of {known}: {how}")


def _warnings(settings: Settings) -> Iterator[str]:
    known = _default_users(settings)
    reach = "" if settings.is_loopback else " and other machines can reach this page"
    if known and not settings.demo:
        yield f"The password of {known} is known from the examples{reach}: set another, --basic-auth=USER:PASSWORD."
    if not settings.basic_auth and settings.anonymous_role == "viewer":
        yield "Nobody has to sign in, so people may look and not act: set --basic-auth=USER:PASSWORD to sign in."
    if not settings.basic_auth and settings.allow_insecure and not settings.is_loopback:
        yield "Nobody has to sign in, and everyone who can reach this page may do everything."
    if not settings.basic_auth and settings.is_loopback and settings.xheaders:
        yield "Nobody has to sign in, and a proxy is trusted: whoever passes the proxy may do everything."


def _default_users(settings: Settings) -> str:
    return " and ".join(sorted({entry.user for entry in settings.credentials if entry.is_default}))
