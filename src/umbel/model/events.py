"""What workers say on the wire, as typed data.

Source: ``celery.events`` and ``celery.worker.request`` (Celery 5.2 to 5.7). The stamp of an event is a true UTC
epoch; its ``utcoffset`` is ignored, because it only tells the worker's wall clock.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any, Final

from msgspec import Struct

from umbel.model.agent import Sample
from umbel.model.wire import ARGUMENTS, CPU, PEAK_MEMORY, SENT_AT


class Kind(IntEnum):
    """The task events that carry a meaning for the state; any other ``task-*`` event is ``CUSTOM``."""

    SENT = 0
    RECEIVED = 1
    STARTED = 2
    SUCCEEDED = 3
    FAILED = 4
    RETRIED = 5
    REVOKED = 6
    REJECTED = 7
    CANCELLED = 8
    CUSTOM = 9
    LEARNT = 10


LEARNT_TYPE: Final = "umbel-learnt"
"""The type of ``Learnt``. The decoder takes nothing of this name from the wire."""

KIND_BY_TYPE: Final[dict[str, Kind]] = {f"task-{kind.name.lower()}": kind for kind in Kind if kind < Kind.CUSTOM}
TYPE_BY_KIND: Final[dict[Kind, str]] = {kind: type_ for type_, kind in KIND_BY_TYPE.items()} | {
    Kind.LEARNT: LEARNT_TYPE
}

PROGRESS_TYPE: Final = "task-progress"
"""The type of a custom event that tells how far a task is, and names no state."""

WORKER_TYPES: Final = frozenset({"worker-online", "worker-heartbeat", "worker-offline"})

EARLIEST_TIMESTAMP: Final = 1.0
LATEST_TIMESTAMP: Final = 4_102_444_800.0
"""Stamps outside 1970 ... 2100 (epoch seconds) are malformed: no worker's clock says that by honest work."""

MAX_ID_LENGTH: Final = 512
MAX_NAME_LENGTH: Final = 512
MAX_TEXT_LENGTH: Final = 16_384
MAX_TRACEBACK_LENGTH: Final = 65_536
ELLIPSIS: Final = "…"


AGENT_FIELDS: Final = {
    "sent_at": SENT_AT,
    "arguments": ARGUMENTS,
    "cpu_s": CPU,
    "peak_memory_bytes": PEAK_MEMORY,
}
"""The fields of a ``TaskEvent`` that the agent adds, with their names on the wire."""


class TaskEvent(Struct, frozen=True, kw_only=True, gc=False, rename=AGENT_FIELDS):
    """One event about one task. ``(hostname, pid, clock, type, timestamp)`` is its identity.

    ``timestamp`` is in epoch seconds (UTC), ``runtime`` in seconds, ``eta`` and ``expires`` are ISO 8601 texts,
    ``args``, ``kwargs`` and ``result`` are the reprs that Celery cut to about 1,024 characters. The last four are the
    agent's (``umbel.model.wire``): when it was published and its true arguments as JSON, in a receipt; CPU seconds and
    the most bytes of memory of the run, in an end.
    """

    type: str
    uuid: str
    hostname: str
    timestamp: float
    pid: int = 0
    clock: int = 0
    name: str | None = None
    args: str | None = None
    kwargs: str | None = None
    root_id: str | None = None
    parent_id: str | None = None
    retries: int | None = None
    eta: str | None = None
    expires: str | None = None
    queue: str | None = None
    exchange: str | None = None
    routing_key: str | None = None
    result: str | None = None
    runtime: float | None = None
    exception: str | None = None
    traceback: str | None = None
    terminated: bool | None = None
    signum: str | None = None
    expired: bool | None = None
    requeue: bool | None = None
    extra: dict[str, Any] | None = None
    sent_at: float | None = None
    arguments: str | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None


class Source(StrEnum):
    """Where a fact came from that was not seen as an event."""

    BACKEND = "result backend"
    WORKER = "worker"
    UMBEL = "umbel"


class Learnt(TaskEvent, frozen=True, kw_only=True, gc=False):
    """What was learnt of a task in another way than by its events. ``umbel.model.learnt`` makes them.

    ``state`` is one of Celery's states, or ``LOST``: Umbel's own judgement, with its reason in ``exception``, which
    stands until anything newer is known than ``timestamp``. ``hostname`` is "" where the worker is not known.
    An event that was seen always outweighs what was learnt of the same thing.
    """

    type: str = LEARNT_TYPE
    hostname: str = ""
    state: str
    source: str


class WorkerEvent(Struct, frozen=True, kw_only=True, gc=False):
    """One ``worker-online``, ``worker-heartbeat`` or ``worker-offline``.

    The answer to a ``heartbeat`` broadcast carries no ``active``, ``processed`` or ``loadavg`` and a wrong ``freq``:
    such a one proves life and nothing else.
    """

    type: str
    hostname: str
    timestamp: float
    pid: int = 0
    clock: int = 0
    freq: float | None = None
    active: int | None = None
    processed: int | None = None
    loadavg: tuple[float, ...] | None = None
    sw_ident: str | None = None
    sw_ver: str | None = None
    sw_sys: str | None = None

    @property
    def is_full(self) -> bool:
        """Whether it carries the worker's counters."""
        return self.active is not None


class Sampled(WorkerEvent, frozen=True, kw_only=True, gc=False):
    """What the agent read of a worker and its processes (``umbel.model.wire.WORKER_SAMPLE``). A sign of life, too."""

    sample: Sample


Event = TaskEvent | WorkerEvent


def cut(text: str | None, limit: int = MAX_TEXT_LENGTH) -> str | None:
    """Return ``text`` cut to ``limit`` characters, its last one an ellipsis where something was cut."""
    if text is None or len(text) <= limit:
        return text
    return text[: limit - 1] + ELLIPSIS
