"""One field of an event each: the value that is meant, ``None`` where there is none.

Those without which an event is nothing raise ``Refused`` instead.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from umbel.ingest.tally import Reason
from umbel.ingest.wire import MAX_INTEGER, MAX_LOADS, MAX_SECONDS
from umbel.model.events import (
    AGENT_FIELDS,
    EARLIEST_TIMESTAMP,
    ELLIPSIS,
    LATEST_TIMESTAMP,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TRACEBACK_LENGTH,
    TaskEvent,
    cut,
)
from umbel.model.texts import clean, safe_repr

MAX_EXTRA_BYTES: Final = 4_096
MAX_EXTRA_DEPTH: Final = 5
MAX_EXTRA_ITEMS: Final = 100
MAX_EXTRA_TEXT: Final = 1_000
LEFT_OUT: Final = "(left out)"
"""Says in ``extra`` how many of the fields of a custom event were too much."""

_OWN_FIELDS: Final = (
    frozenset(TaskEvent.__struct_fields__) - {"extra", *AGENT_FIELDS}
    | {"utcoffset", "local_received"}
    | frozenset(AGENT_FIELDS.values())
)


class Refused(Exception):
    """It is no event. ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def task_id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER:
        value = str(value)
    if not isinstance(value, str) or not value:
        raise Refused(Reason.NO_TASK_ID)
    if len(value) > MAX_ID_LENGTH:
        raise Refused(Reason.LONG_ID)
    return clean(value)


def hostname(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Refused(Reason.NO_HOSTNAME)
    if len(value) > MAX_ID_LENGTH:
        raise Refused(Reason.LONG_ID)
    return clean(value)


def timestamp(value: object) -> float:
    number = _number(value)
    if number is None or not EARLIEST_TIMESTAMP <= number <= LATEST_TIMESTAMP:
        raise Refused(Reason.TIMESTAMP)
    return number


def _number(value: object) -> float | None:
    """Return a finite float, also of a text such as ``"1.5"``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def instant(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and EARLIEST_TIMESTAMP <= number <= LATEST_TIMESTAMP else None


def natural(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= MAX_INTEGER else None
    number = _number(value)
    return int(number) if number is not None and 0 <= number < MAX_INTEGER else None


def seconds(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0.0 <= number <= MAX_SECONDS else None


def truth(value: object) -> bool | None:
    return bool(value) if isinstance(value, bool | int) else None


def text(value: object, limit: int) -> str | None:
    if value is None:
        return None
    return cut(clean(value) if isinstance(value, str) else safe_repr(value), limit)


def traceback(value: object) -> str | None:
    """Return a traceback whose middle was left out where it is long: its last line names the exception."""
    whole = text(value, MAX_TRACEBACK_LENGTH * 1_000)
    if whole is None or len(whole) <= MAX_TRACEBACK_LENGTH:
        return whole
    head = MAX_TRACEBACK_LENGTH // 4
    gap = f"\n{ELLIPSIS}\n"
    return whole[:head] + gap + whole[head + len(gap) - MAX_TRACEBACK_LENGTH :]


def link(value: object) -> str | None:
    """Return the id of another task; one that is too long can be nobody's."""
    return clean(value) if isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH else None


def moment(value: object) -> str | None:
    """Return an ISO 8601 text, also of epoch seconds."""
    if isinstance(value, str):
        return text(value, MAX_NAME_LENGTH)
    number = seconds(value)
    return None if number is None else datetime.fromtimestamp(number, UTC).isoformat()


def loads(value: object) -> tuple[float, ...] | None:
    if not isinstance(value, list | tuple):
        return None
    loads = [seconds(load) for load in value[:MAX_LOADS]]
    return tuple(load for load in loads if load is not None)


def extra(item: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the other fields of a custom event, as many as fit."""
    return bounded({key: value for key, value in item.items() if key not in _OWN_FIELDS})


def bounded(item: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the fields of an object, as many as fit; ``None`` where there are none."""
    fields: dict[str, Any] = {}
    size = left_out = 0
    for key, value in item.items():
        if not isinstance(key, str):
            continue
        name, kept = clean(key[:MAX_EXTRA_TEXT]), _plain(value, MAX_EXTRA_DEPTH)
        size_with = size + len(msgspec.json.encode({name: kept}))
        if size_with > MAX_EXTRA_BYTES - len(LEFT_OUT) - 32 or len(fields) >= MAX_EXTRA_ITEMS:
            left_out += 1
            continue
        fields[name], size = kept, size_with
    if left_out:
        fields[LEFT_OUT] = left_out
    return fields or None


def _plain(value: object, depth: int) -> object:
    """Return ``value`` as JSON has it, bounded in depth and width."""
    if isinstance(value, Mapping | list | tuple):
        return _plain_container(value, depth) if depth else ELLIPSIS
    if isinstance(value, str):
        return cut(clean(value), MAX_EXTRA_TEXT)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return cut(safe_repr(value), MAX_EXTRA_TEXT)


def _plain_container(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> object:
    if not isinstance(value, Mapping):
        return [_plain(held, depth - 1) for held in value[:MAX_EXTRA_ITEMS]]
    items = list(value.items())[:MAX_EXTRA_ITEMS]
    return {_key(key): _plain(held, depth - 1) for key, held in items}


def _key(key: object) -> str:
    return clean(key[:MAX_EXTRA_TEXT]) if isinstance(key, str) else safe_repr(key)[:MAX_EXTRA_TEXT]
