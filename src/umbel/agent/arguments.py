"""A task's true arguments as JSON: without what its name calls secret, and bounded."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

MOST_BYTES: Final = 4_096
MASK: Final = "***"
ELLIPSIS: Final = "…"
_MOST_DEPTH: Final = 6
_MOST_ITEMS: Final = 100
_MOST_TEXT: Final = 500
_MOST_KEY: Final = 100
_MOST_DIGITS: Final = 2**63
_COST: Final = 4
"""Bytes that JSON needs around a value."""
SECRET: Final = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api[_-]?key",
    "private[_-]?key",
    "access[_-]?key",
    "auth(?:orization)?$",
    "credential",
    "cookie",
    "session[_-]?(?:id|key)",
    "card[_-]?(?:number|no)$",
    "cvc",
    "cvv",
    "iban",
    "ssn$",
)
"""Names (parts of them, in any case) whose values are masked."""
_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_AS_TEXT: Final = (datetime, date, time, timedelta, Decimal, UUID)
_URL_PASSWORD: Final = re.compile(r"(://[^\s:/@'\"]*+:)[^\s@'\"]++(?=@)")


class Arguments:
    """Makes texts of arguments. ``redact`` are further parts of names to mask, taken literally."""

    def __init__(self, redact: Iterable[str] = ()) -> None:
        self._secret = re.compile("|".join((*SECRET, *map(re.escape, redact))), re.IGNORECASE)
        self._names: dict[str, tuple[str, ...]] = {}

    def text(self, task: Any, args: object, kwargs: object) -> str:  # noqa: ANN401 - any of Celery's tasks
        """Return ``{"args": [...], "kwargs": {...}}``, with ``"cut": true`` where something was left out.

        An argument by position is masked by the name of its parameter.
        """
        walk = _Walk(self._secret)
        named: Mapping[Any, Any] = kwargs if isinstance(kwargs, Mapping) else {}
        told: dict[str, Any] = {
            "args": walk.positional(args if isinstance(args, Sequence) else (), self._parameters(task)),
            "kwargs": walk.plain(named, 1),
        }
        if walk.is_cut:
            told["cut"] = True
        text = _encode(told)
        return text if len(text.encode("utf-8", "replace")) <= MOST_BYTES else '{"args":[],"kwargs":{},"cut":true}'

    def as_python(self, args: object, kwargs: object) -> tuple[str, str]:
        """Return positional and keyword arguments as Python texts, masked and bounded."""
        walk = _Walk(self._secret)
        positional = walk.positional(args if isinstance(args, Sequence) else (), ())
        return repr(positional), repr(walk.plain(kwargs if isinstance(kwargs, Mapping) else {}, 1))

    def _parameters(self, task: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
        name = str(task.name)
        if name not in self._names:
            self._names[name] = _parameter_names(task.run)
        return self._names[name]


class _Walk:
    """One way through the arguments of one task. ``is_cut`` says that something was left out."""

    def __init__(self, secret: re.Pattern[str]) -> None:
        self.is_cut = False
        self._secret = secret
        self._left = MOST_BYTES - 128

    def positional(self, args: Sequence[object], names: Sequence[str]) -> list[Any]:
        """Return the arguments by position, masked by the names of their parameters."""
        items = list(args[:_MOST_ITEMS])
        self.is_cut |= len(items) < len(args)
        return [
            MASK if index < len(names) and self._secret.search(names[index]) else self.plain(value, 1)
            for index, value in enumerate(items)
        ]

    def plain(self, value: object, depth: int) -> Any:  # noqa: ANN401 - what JSON has
        """Return ``value`` as JSON has it; what JSON does not have by the name of its type."""
        if self._left <= 0 or depth > _MOST_DEPTH:
            return self._left_out()
        self._left -= _COST
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple | AbstractSet):
            return self._list(value, depth)
        return self._scalar(value)

    def _scalar(self, value: object) -> Any:  # noqa: ANN401 - what JSON has
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._number(value)
        if isinstance(value, str):
            return self._text(value)
        return self._text(str(value) if type(value) in _AS_TEXT else f"<{type(value).__name__}>")

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        self.is_cut |= len(value) > _MOST_ITEMS
        plain: dict[str, Any] = {}
        for key, inner in list(value.items())[:_MOST_ITEMS]:
            if self._left <= 0:
                self.is_cut = True
                break
            name = key if isinstance(key, str) else str(key) if isinstance(key, int | float) else type(key).__name__
            is_secret = self._secret.search(name)
            self._left -= min(len(name), _MOST_KEY) + _COST
            plain[name[:_MOST_KEY]] = MASK if is_secret else self.plain(inner, depth + 1)
        return plain

    def _list(self, value: Iterable[object], depth: int) -> list[Any]:
        items = list(value)
        self.is_cut |= len(items) > _MOST_ITEMS
        plain: list[Any] = []
        for inner in items[:_MOST_ITEMS]:
            plain.append(self.plain(inner, depth + 1))
            if self._left <= 0:
                self.is_cut |= len(plain) < len(items)
                break
        return plain

    def _text(self, value: str) -> str:
        room = max(0, min(_MOST_TEXT, self._left))
        kept = _URL_PASSWORD.sub(rf"\1{MASK}", value[: _MOST_TEXT * 2])
        if len(value) > _MOST_TEXT * 2 or len(kept) > room:
            self.is_cut = True
            kept = kept[:room] + ELLIPSIS
        kept = kept.encode("utf-8", "replace").decode()
        self._left -= len(_encode(kept).encode())
        return kept

    def _number(self, value: float) -> Any:  # noqa: ANN401 - what JSON has
        self._left -= 16
        if isinstance(value, int):
            return int(value) if abs(value) < _MOST_DIGITS else self._left_out()
        return float(value) if math.isfinite(value) else str(value)

    def _left_out(self) -> str:
        self.is_cut = True
        return ELLIPSIS


def _parameter_names(run: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(run).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD))
