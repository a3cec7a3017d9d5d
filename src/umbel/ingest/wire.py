"""Events as healthy workers send them, checked while they are parsed.

What fits these types needs no second look. Everything else (custom events, other types of a field, texts that are
too long, other encodings) goes the long way through ``umbel.ingest.lenient``.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from umbel.model.events import (
    EARLIEST_TIMESTAMP,
    LATEST_TIMESTAMP,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TRACEBACK_LENGTH,
    TaskEvent,
    WorkerEvent,
)

MAX_INTEGER: Final = 2**63 - 1
"""What a store can hold."""
MAX_SECONDS: Final = LATEST_TIMESTAMP
MAX_LOADS: Final = 8

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH)]
Name = Annotated[str, Meta(max_length=MAX_NAME_LENGTH)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH)]
Traceback = Annotated[str, Meta(max_length=MAX_TRACEBACK_LENGTH)]
Natural = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Seconds = Annotated[float, Meta(ge=0.0, le=MAX_SECONDS)]
Instant = Annotated[float, Meta(ge=EARLIEST_TIMESTAMP, le=LATEST_TIMESTAMP)]

TaskType = Literal[
    "task-sent",
    "task-received",
    "task-started",
    "task-succeeded",
    "task-failed",
    "task-retried",
    "task-revoked",
    "task-rejected",
    "task-cancelled",
]
WorkerType = Literal["worker-online", "worker-heartbeat", "worker-offline"]


class WireTask(TaskEvent, frozen=True, kw_only=True, gc=False):
    """A ``TaskEvent`` of a type that Celery knows, every field within its limits."""

    type: TaskType
    uuid: Id
    hostname: Id
    timestamp: Instant
    pid: Natural = 0
    clock: Natural = 0
    name: Name | None = None
    args: Text | None = None
    kwargs: Text | None = None
    root_id: Id | None = None
    parent_id: Id | None = None
    retries: Natural | None = None
    eta: Name | None = None
    expires: Name | None = None
    queue: Name | None = None
    exchange: Name | None = None
    routing_key: Name | None = None
    result: Text | None = None
    runtime: Seconds | None = None
    exception: Text | None = None
    traceback: Traceback | None = None
    signum: Name | None = None
    extra: None = None
    sent_at: Instant | None = None
    arguments: Text | None = None
    cpu_s: Seconds | None = None
    peak_memory_bytes: Natural | None = None


class WireWorker(WorkerEvent, frozen=True, kw_only=True, gc=False):
    """A ``WorkerEvent``, every field within its limits."""

    type: WorkerType
    hostname: Id
    timestamp: Instant
    pid: Natural = 0
    clock: Natural = 0
    freq: Seconds | None = None
    active: Natural | None = None
    processed: Natural | None = None
    loadavg: Annotated[tuple[Seconds, ...], Meta(max_length=MAX_LOADS)] | None = None
    sw_ident: Name | None = None
    sw_ver: Name | None = None
    sw_sys: Name | None = None


class Wire:
    """The typed parsers, one for each shape of a body."""

    def __init__(self) -> None:
        self.tasks = msgspec.json.Decoder(list[WireTask])
        self.task = msgspec.json.Decoder(WireTask)
        self.worker = msgspec.json.Decoder(WireWorker)
