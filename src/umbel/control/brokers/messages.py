"""Reads a message as Celery puts it into Redis, without trust: its task, and since when it waits.

The envelope is kombu's (``kombu.transport.virtual.base.Channel.prepare_message``); the headers are those of Celery's
message protocol 2. Of a body nothing is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from umbel.model.wire import SENT_AT

_NAME_LENGTH: Final = 300


class Message(Struct, frozen=True, kw_only=True):
    """What is known of a message. ``sent_at`` and ``eta`` are epoch seconds; ``is_first`` is false for a retry."""

    task: str | None = None
    task_id: str | None = None
    sent_at: float | None = None
    eta: float | None = None
    is_first: bool = True
    exchange: str | None = None
    routing_key: str | None = None


NOTHING: Final = Message()


def parse(raw: bytes | str) -> Message:
    """Return what an entry of a queue's list tells; nothing of one that is no message."""
    try:
        return _message(json.loads(raw))
    except (ValueError, RecursionError):
        return NOTHING


def parse_unacked(raw: bytes | str) -> Message:
    """Return what an entry of the hash ``unacked`` tells: a list of message, exchange and routing key."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return NOTHING
    return _message(found[0]) if isinstance(found, list) and found else NOTHING


def _message(found: Any) -> Message:  # noqa: ANN401 - what JSON holds
    if not isinstance(found, Mapping):
        return NOTHING
    headers, properties = _mapping(found.get("headers")), _mapping(found.get("properties"))
    delivery = _mapping(properties.get("delivery_info"))
    return Message(
        task=_text(headers.get("task")),
        task_id=_text(headers.get("id")),
        sent_at=_instant(headers.get(SENT_AT)) or _instant(properties.get("timestamp")),
        eta=_eta(headers.get("eta")),
        is_first=not headers.get("retries"),
        exchange=_text(delivery.get("exchange"), empty=True),
        routing_key=_text(delivery.get("routing_key")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object, *, empty: bool = False) -> str | None:
    if not isinstance(value, str) or not (value or empty):
        return None
    return value[:_NAME_LENGTH].replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()


def _instant(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 < value < 2**40 else None


def _eta(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return _instant(at.timestamp() if at.tzinfo else None)
    except (ValueError, OverflowError):
        return None
