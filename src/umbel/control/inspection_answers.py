"""Reads what workers answer, without trust: a worker may answer anything, and of any size."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from umbel.model.inspection import (
    LISTED,
    QUEUES_LISTED,
    REGISTERED_LISTED,
    REVOKED_LISTED,
    SETTINGS_LISTED,
    TEXT_LENGTH,
    ConsumedQueue,
    Pool,
    Registered,
    Request,
)
from umbel.model.secrets import MASK, mask_text

TASK_INFO: Final = ("max_retries", "send_events", "rate_limit", "time_limit", "soft_time_limit", "acks_late")
"""What ``registered`` is asked to tell of each task."""

_REGISTERED: Final = re.compile(r"(?P<name>.+?)(?: \[(?P<info>[^\[\]]*)\])?", re.DOTALL)
_INFO: Final = re.compile(r"(?:^| )(\w+)=(\S+)")
_POOLS: Final = {"prefork": "prefork", "solo": "solo", "thread": "threads", "gevent": "gevent", "eventlet": "eventlet"}
_SECRET_NAME: Final = re.compile(r"pass|secret|token|key$|credential|signature|private", re.IGNORECASE)
_MACOS: Final = "darwin"
_TOTAL_LISTED: Final = 500
_NAME_LENGTH: Final = 300

Clean = Callable[[str], str]
"""Takes secrets out of a text."""


def text_of(value: object, clean: Clean = str, limit: int = TEXT_LENGTH) -> str | None:
    """Return ``value`` as a text that a store keeps: masked, cut, without what no store takes; ``None`` for none."""
    if value is None:
        return None
    text = value if isinstance(value, str) else repr(value)
    text = clean(text[: 4 * limit]).replace("\0", "\N{SYMBOL FOR NULL}")
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def whole(value: object) -> int | None:
    """Return a number of things; ``None`` for what is none, or fits no store."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if math.isfinite(value) and 0 <= value < 2**62 else None


def seconds(value: object) -> float | None:
    """Return a finite number of seconds, not negative."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value < 2**53 else None


def mapping(value: object) -> Mapping[str, Any]:
    """Return ``value`` where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def pool_of(stats: Mapping[str, Any]) -> Pool | None:
    """Return the pool in an answer to ``stats``."""
    pool = mapping(stats.get("pool"))
    implementation = text_of(pool.get("implementation"), limit=_NAME_LENGTH)
    slots = whole(pool.get("max-concurrency"))
    if implementation is None:
        return None
    kind = next((word for part, word in _POOLS.items() if part in implementation.lower()), implementation)
    soft, hard = (*_items(pool.get("timeouts"), 2), None, None)[:2]
    scaler = mapping(stats.get("autoscaler"))
    most, least = whole(scaler.get("max")), whole(scaler.get("min"))
    return Pool(
        kind=kind,
        slots=1 if kind == "solo" else slots,
        processes=tuple(pid for one in _items(pool.get("processes"), LISTED) if (pid := whole(one)) is not None),
        max_tasks_per_child=whole(pool.get("max-tasks-per-child")),
        soft_time_limit_s=seconds(soft) or None,
        time_limit_s=seconds(hard) or None,
        autoscale=(most, least) if most is not None and least is not None else None,
    )


def cpu_of(stats: Mapping[str, Any]) -> float | None:
    """Return the CPU time of the main process in seconds."""
    usage = mapping(stats.get("rusage"))
    parts = [seconds(usage.get(name)) for name in ("utime", "stime")]
    return None if None in parts else sum(part for part in parts if part is not None)


def peak_rss_of(stats: Mapping[str, Any], system: str | None) -> int | None:
    """Return the greatest resident size of the main process in bytes: the unit is the system's (``getrusage``)."""
    peak = whole(mapping(stats.get("rusage")).get("maxrss"))
    if not peak:
        return None
    return peak if (system or "").lower() == _MACOS else peak * 1024


def total_of(stats: Mapping[str, Any]) -> dict[str, int]:
    """Return how often each task ran since the worker started, the most frequent ones."""
    counted = {str(name): number for name, told in mapping(stats.get("total")).items() if (number := whole(told))}
    most = sorted(counted.items(), key=lambda item: -item[1])[:_TOTAL_LISTED]
    return {text_of(name, limit=_NAME_LENGTH) or "": number for name, number in most}


def runs_of(stats: Mapping[str, Any]) -> int | None:
    """Return how many tasks it took since it started; ``None`` where it did not tell."""
    told = stats.get("total")
    return sum(whole(number) or 0 for number in told.values()) if isinstance(told, Mapping) else None


def broker_of(stats: Mapping[str, Any], clean: Clean) -> dict[str, str]:
    """Return what a worker says of its connection, the few plain facts of it."""
    told = mapping(stats.get("broker"))
    wanted = ("transport", "hostname", "port", "virtual_host", "userid", "ssl", "heartbeat")
    found = {name: text_of(told.get(name), clean, _NAME_LENGTH) for name in wanted}
    return {name: text for name, text in found.items() if text}


def requests_in(told: object, clean: Clean) -> Iterator[Request]:
    """Yield the tasks in an answer to ``active``, ``reserved`` or ``scheduled``."""
    for item in _items(told, LISTED):
        outer = mapping(item)
        inner = mapping(outer.get("request", outer))
        if isinstance(inner.get("id"), str):
            yield _request(inner, outer, clean)


def _request(inner: Mapping[str, Any], outer: Mapping[str, Any], clean: Clean) -> Request:
    delivery = mapping(inner.get("delivery_info"))
    return Request(
        id=text_of(inner["id"], limit=TEXT_LENGTH) or "",
        name=text_of(inner.get("name"), limit=_NAME_LENGTH),
        args=text_of(inner.get("args"), clean),
        kwargs=text_of(inner.get("kwargs"), clean),
        queue=text_of(delivery.get("routing_key"), limit=_NAME_LENGTH),
        priority=whole(delivery.get("priority")),
        redelivered=_flag(delivery.get("redelivered")),
        acknowledged=_flag(inner.get("acknowledged")),
        pid=whole(inner.get("worker_pid")),
        started_at=seconds(inner.get("time_start")),
        eta=_instant(outer.get("eta") if "request" in outer else inner.get("eta")),
        retries=whole(inner.get("retries")),
    )


def registered_in(told: object) -> Iterator[Registered]:
    """Yield the tasks in an answer to ``registered`` that was asked with ``TASK_INFO``."""
    for item in _items(told, REGISTERED_LISTED):
        match = _REGISTERED.fullmatch(item) if isinstance(item, str) else None
        if match is None:
            continue
        info = dict(_INFO.findall(match.group("info") or ""))
        limits = {
            name: text_of(info.get(name), limit=40)
            for name in ("rate_limit", "time_limit", "soft_time_limit", "max_retries")
        }
        late = {"True": True, "False": False}.get(info.get("acks_late", ""))
        yield Registered(name=text_of(match.group("name"), limit=_NAME_LENGTH) or "", acks_late=late, **limits)


def queues_in(told: object) -> Iterator[ConsumedQueue]:
    """Yield the queues in an answer to ``active_queues``."""
    for item in _items(told, QUEUES_LISTED):
        queue = mapping(item)
        exchange = mapping(queue.get("exchange"))
        if isinstance(queue.get("name"), str):
            yield ConsumedQueue(
                name=text_of(queue["name"], limit=_NAME_LENGTH) or "",
                exchange=text_of(exchange.get("name"), limit=_NAME_LENGTH),
                exchange_type=text_of(exchange.get("type"), limit=40),
                routing_key=text_of(queue.get("routing_key"), limit=_NAME_LENGTH),
                durable=_flag(queue.get("durable")),
                max_priority=whole(mapping(queue.get("queue_arguments")).get("x-max-priority")),
            )


def revoked_in(told: object) -> Iterator[str]:
    """Yield ids in an answer to ``revoked``."""
    for item in _items(told, REVOKED_LISTED):
        if isinstance(item, str):
            yield text_of(item) or ""


def conf_in(told: object, clean: Clean) -> dict[str, str]:
    """Return a worker's settings as texts. What its name calls a secret is masked, whatever it holds.

    Celery masks by name as well; a worker of another version may know fewer names.
    """
    shown: dict[str, str] = {}
    for name, value in sorted(mapping(told).items(), key=lambda item: str(item[0]))[:SETTINGS_LISTED]:
        key = text_of(name, limit=_NAME_LENGTH) or ""
        is_secret = _SECRET_NAME.search(key) is not None and isinstance(value, str) and value != ""
        shown[key] = MASK if is_secret else text_of(value, lambda text: clean(mask_text(text))) or ""
    return shown


def length_of(told: object) -> int | None:
    """Return how many items a list has, ``None`` where it is none (an error, say)."""
    return len(told) if isinstance(told, list) else None


def _items(told: object, limit: int) -> Iterable[Any]:
    return told[:limit] if isinstance(told, list | tuple) else ()


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _instant(value: object) -> float | None:
    """Return an ETA in epoch seconds; Celery writes it as ISO 8601, with a zone where it knows one."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
