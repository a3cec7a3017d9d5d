"""From the text of a setting to its value. Every error names the thing, the value and what is allowed."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, get_args

from umbel.model.expected import BadExpectation, expectation_of
from umbel.model.health import limit_of
from umbel.model.links import template_of
from umbel.model.search_parser import STATE_WORDS
from umbel.setting import Kind, Receiver, Setting, SettingsError, masked

YES: Final = frozenset({"y", "yes", "t", "true", "on", "1"})
NO: Final = frozenset({"n", "no", "f", "false", "off", "0"})
LEVELS: Final = ("debug", "info", "warning", "error")
SYNCHRONOUS: Final = ("normal", "full")
RECEIVERS: Final = get_args(Receiver)
LARGEST_PORT: Final = 65_535
UNITS: Final = {"": 1, "b": 1} | {
    unit: factor
    for power, letter in enumerate("kmgt", start=1)
    for unit, factor in ((letter, 1024**power), (f"{letter}b", 1000**power), (f"{letter}ib", 1024**power))
}


class _Bad(ValueError):
    """The text is not allowed; the message says what is."""


def parse(setting: Setting, text: str, origin: str) -> Any:  # noqa: ANN401 - as many types as kinds
    """Return the value that ``text`` means. ``origin`` is what an error calls it: ``--port``, ``UMBEL_PORT``.

    Raises SettingsError.
    """
    try:
        return _filled(setting, PARSERS[setting.about.kind](text.strip()))
    except _Bad as bad:
        shown = masked(setting, text) if setting.about.secret else text
        raise SettingsError(f"{origin}={shown} is not usable: {bad}") from None


def split_credentials(text: str) -> tuple[str, ...]:
    """Split ``user:password,user:password``; a comma within a password, as in argon2 hashes, splits nothing."""
    return tuple(entry.strip() for entry in re.split(r",(?=[^,:]+:)", text) if entry.strip())


def is_yes_or_no(text: str) -> bool:
    """Whether ``text`` is a word for yes or no."""
    return text.lower() in YES | NO


def _filled(setting: Setting, value: Any) -> Any:  # noqa: ANN401 - as many types as kinds
    if value is None and isinstance(setting.default, str):
        raise _Bad("it is not allowed to be empty")
    return value


def _text(text: str) -> str | None:
    return text or None


def _path(text: str) -> str | None:
    return str(Path(text).expanduser()) if text else None


def _flag(text: str) -> bool:
    if not is_yes_or_no(text):
        raise _Bad("allowed are yes, true, on, 1 and no, false, off, 0")
    return text.lower() in YES


def _port(text: str) -> int:
    return _whole(text, LARGEST_PORT, "a port is a number from 0 (take a free one) to 65535")


def _number(text: str) -> int | None:
    return _whole(text, None, "allowed is a whole number, and 0 for without a bound") or None


def _whole(text: str, largest: int | None, allowed: str) -> int:
    if not re.fullmatch(r"[0-9_]{1,18}", text) or not text.strip("_"):
        raise _Bad(allowed)
    number = int(text.replace("_", ""))
    if largest is not None and number > largest:
        raise _Bad(allowed)
    return number


def _size(text: str) -> int | None:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)", text.lower())
    if match is None or match[2] not in UNITS:
        raise _Bad("allowed is a size such as 500MB or 20GiB, and 0 for without a bound")
    return int(float(match[1]) * UNITS[match[2]]) or None


def _level(text: str) -> str:
    level = {"warn": "warning", "critical": "error", "fatal": "error", "none": "error"}.get(text.lower(), text.lower())
    if level not in LEVELS:
        raise _Bad(f"allowed are {', '.join(LEVELS)}")
    return level


def _ages(text: str) -> tuple[tuple[str, int], ...]:
    ages: dict[str, int] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        match = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*([0-9]{1,6})", entry)
        if match is None:
            raise _Bad("allowed is STATE=DAYS, more after a comma, such as SUCCESS=7,FAILURE=90, and 0 for ever")
        state = match[1].upper()
        ages[STATE_WORDS.get(state, state)] = int(match[2])
    return tuple(ages.items())


def _limits(text: str) -> tuple[str, ...]:
    entries = tuple(filter(None, map(str.strip, text.split(","))))
    for entry in entries:
        try:
            limit_of(entry)
        except ValueError as error:
            raise _Bad(str(error)) from None
    return entries


def _workers(text: str) -> tuple[str, ...]:
    entries = tuple(filter(None, map(str.strip, text.split(","))))
    for entry in entries:
        try:
            expectation_of(entry)
        except BadExpectation as error:
            raise _Bad(str(error)) from None
    return entries


def _sync(text: str) -> str:
    if text.lower() not in SYNCHRONOUS:
        raise _Bad(f"allowed are {' and '.join(SYNCHRONOUS)}")
    return text.lower()


def _receiver(text: str) -> str:
    if text.lower() not in RECEIVERS:
        raise _Bad(f"allowed are {', '.join(RECEIVERS)}")
    return text.lower()


def _prefix(text: str) -> str:
    path = text.strip("/")
    if not path:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9._~/-]+", path) or _has_odd_parts(path.split("/")):
        raise _Bad("allowed is a path such as /flower, of letters, digits and . _ ~ -")
    return f"/{path}"


def _has_odd_parts(parts: Iterable[str]) -> bool:
    return any(part in {"", ".", ".."} for part in parts)


def _credentials(text: str) -> tuple[str, ...]:
    entries = split_credentials(text)
    for number, entry in enumerate(entries, start=1):
        user, colon, password = entry.partition(":")
        if not (user and colon and password):
            raise _Bad(f"entry {number} is not user:password")
    return entries


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))


def _links(text: str) -> tuple[str, ...]:
    entries = tuple(filter(None, map(str.strip, text.split("|"))))
    for entry in entries:
        try:
            template_of(entry)
        except ValueError as error:
            raise _Bad(str(error)) from error
    return entries


PARSERS: Final[dict[Kind, Callable[[str], Any]]] = {
    "text": _text,
    "address": str,
    "url": _text,
    "path": _path,
    "flag": _flag,
    "port": _port,
    "number": _number,
    "size": _size,
    "list": _credentials,
    "links": _links,
    "names": _names,
    "prefix": _prefix,
    "level": _level,
    "receiver": _receiver,
    "ages": _ages,
    "sync": _sync,
    "workers": _workers,
    "limits": _limits,
}
