"""Event bodies as workers put them on the wire (Celery 5.7), as Python objects and as JSON."""

import json
from typing import Any

from tests.support.events import T0


def a_body(*events: dict[str, Any]) -> bytes:
    """Return what one message holds: a list, as buffered events come."""
    return json.dumps(list(events)).encode()


def stamped(type_: str, at: float = 0.0, /, **fields: Any) -> dict[str, Any]:
    """Return what all events have, ``at`` seconds after ``T0``."""
    given: dict[str, Any] = {
        "hostname": "w1@vm",
        "utcoffset": 0.0,
        "pid": 20701,
        "clock": round(at * 1000) + 1,
        "timestamp": T0 + at,
        "type": type_,
    }
    return {**given, **fields}


def received(at: float = 0.0, /, uuid: str = "task-1", **fields: Any) -> dict[str, Any]:
    """Return a ``task-received``."""
    given: dict[str, Any] = {
        "uuid": uuid,
        "name": "shop.tasks.add",
        "args": "(1, 2)",
        "kwargs": "{}",
        "root_id": uuid,
        "parent_id": None,
        "retries": 0,
        "eta": None,
        "expires": None,
    }
    return stamped("task-received", at, **{**given, **fields})


def started(at: float = 0.1, /, uuid: str = "task-1", **fields: Any) -> dict[str, Any]:
    """Return a ``task-started``."""
    return stamped("task-started", at, **{"uuid": uuid, **fields})


def succeeded(at: float = 0.3, /, uuid: str = "task-1", **fields: Any) -> dict[str, Any]:
    """Return a ``task-succeeded``."""
    return stamped("task-succeeded", at, **{"uuid": uuid, "result": "3", "runtime": 0.2, **fields})


def failed(at: float = 0.3, /, uuid: str = "task-1", **fields: Any) -> dict[str, Any]:
    """Return a ``task-failed``."""
    traceback = "Traceback (most recent call last):\n  File ...\nValueError: no\n"
    given = {"uuid": uuid, "exception": "ValueError('no')", "traceback": traceback}
    return stamped("task-failed", at, **{**given, **fields})


def progressed(at: float = 0.2, /, uuid: str = "task-1", **fields: Any) -> dict[str, Any]:
    """Return a custom event of a task."""
    return stamped("task-progress", at, **{"uuid": uuid, "done": 1, "total": 10, "note": "half", **fields})


def a_heartbeat(at: float = 0.0, /, **fields: Any) -> dict[str, Any]:
    """Return a full ``worker-heartbeat``."""
    given: dict[str, Any] = {
        "freq": 2.0,
        "active": 0,
        "processed": 0,
        "loadavg": [1.24, 0.79, 0.4],
        "sw_ident": "py-celery",
        "sw_ver": "5.7.0",
        "sw_sys": "Linux",
    }
    return stamped("worker-heartbeat", at, **{**given, **fields})
