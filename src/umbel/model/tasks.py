"""The task record: what is known of one task, and what follows from it.

A record holds *facts* (the marks of its events and a few texts) and what ``umbel.model.fold`` reads from them. Facts
form a join-semilattice, so that order, repetition and grouping of events never change the outcome.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from umbel.model.events import Kind
from umbel.model.fingerprint import fingerprint


class State(StrEnum):
    """Celery's own states (``celery.states``). A custom state is any other text in upper case."""

    PENDING = "PENDING"
    RECEIVED = "RECEIVED"
    STARTED = "STARTED"
    RETRY = "RETRY"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    REVOKED = "REVOKED"
    REJECTED = "REJECTED"
    LOST = "LOST"
    """Not Celery's: Umbel's word for a task that no worker runs any more and whose end nobody knows."""


TERMINAL_STATES: Final = frozenset({State.SUCCESS, State.FAILURE, State.REVOKED, State.REJECTED})
OVER_STATES: Final = TERMINAL_STATES | {State.LOST}
"""The states of tasks that nobody runs any more: the finished and the lost ones."""

REPLACED: Final = "REPLACED"
"""Outcome of an attempt whose id went on under another name (``Task.replace``)."""
REDELIVERED: Final = "REDELIVERED"
"""Outcome of an attempt that was delivered again before it was seen to end."""


MarkKey = tuple[float, int, str, int, int, str]
"""Stamp, kind, worker, pid, clock, type of a custom event or state that was learnt."""

_SHORT: Final = {
    "timestamp": "t",
    "kind": "k",
    "worker": "w",
    "pid": "p",
    "clock": "c",
    "type": "y",
    "name": "n",
    "retries": "r",
    "root_id": "o",
    "parent_id": "a",
    "eta": "e",
    "expires": "x",
    "queue": "q",
    "exchange": "h",
    "routing_key": "g",
    "runtime_s": "u",
    "exception": "z",
    "traceback": "b",
    "terminated": "m",
    "signum": "s",
    "expired": "d",
    "requeue": "j",
    "source": "f",
    "sent_at": "i",
    "cpu_s": "l",
    "peak_memory_bytes": "v",
}
"""Marks are stored, three or more a task: their fields have names of one letter there."""


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, rename=_SHORT):
    """What one event leaves in its task. The first five fields are its identity and its order.

    ``timestamp`` is in epoch seconds as the worker stamped it, ``runtime_s`` in seconds. ``type`` is the type of a
    custom event, and the state of what was learnt from ``source``. What follows that is the agent's word: ``sent_at``
    of a receipt, the others of an end.
    """

    timestamp: float
    kind: Kind
    worker: str
    pid: int = 0
    clock: int = 0
    type: str | None = None
    name: str | None = None
    retries: int | None = None
    root_id: str | None = None
    parent_id: str | None = None
    eta: str | None = None
    expires: str | None = None
    queue: str | None = None
    exchange: str | None = None
    routing_key: str | None = None
    runtime_s: float | None = None
    exception: str | None = None
    traceback: str | None = None
    terminated: bool | None = None
    signum: str | None = None
    expired: bool | None = None
    requeue: bool | None = None
    source: str | None = None
    sent_at: float | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None

    @property
    def key(self) -> MarkKey:
        """Identity and total order."""
        return (self.timestamp, int(self.kind), self.worker, self.pid, self.clock, self.type or "")

    @property
    def process(self) -> tuple[str, int]:
        """The worker process that sent it; within one process ``clock`` is the true order."""
        return (self.worker, self.pid)


class Progress(Struct, frozen=True, kw_only=True):
    """What the task said of itself last, by a custom event such as ``task-progress``."""

    key: MarkKey
    fields: dict[str, Any]


class Facts(Struct, frozen=True, kw_only=True):
    """All that was learnt of one task, bounded.

    ``marks`` are in the order of ``Mark.key``, without repetition. ``cut`` says that there were more than are kept.
    ``args``, ``kwargs`` are of the newest mark that was received (else sent), ``result`` of the newest success.
    ``arguments`` are the true ones as JSON, of the same mark, from the agent (``umbel.model.wire.ARGUMENTS``).
    """

    id: str
    marks: tuple[Mark, ...]
    cut: bool = False
    args: str | None = None
    kwargs: str | None = None
    result: str | None = None
    progress: Progress | None = None
    arguments: str | None = None


class Attempt(Struct, frozen=True, kw_only=True):
    """One delivery to a worker. Instants in epoch seconds, ``None`` where no event told.

    ``outcome`` is a state, ``REPLACED``, ``REDELIVERED``, or ``None`` while it is open. ``retries`` counts from 0.
    ``learnt_from`` is where its newest step was read that no event told, ``None`` where events told all.
    ``cpu_s`` and ``peak_memory_bytes`` are what it took, ``None`` where no agent told.
    """

    retries: int
    name: str | None = None
    worker: str | None = None
    pid: int | None = None
    eta: str | None = None
    expires: str | None = None
    sent_at: float | None = None
    received_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    runtime_s: float | None = None
    outcome: str | None = None
    exception: str | None = None
    traceback: str | None = None
    expired: bool = False
    learnt_from: str | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether the task ended with it."""
        return self.outcome in TERMINAL_STATES


class Task(Struct, frozen=True, kw_only=True):
    """A task record: its facts, and what they say. Instants in epoch seconds, UTC.

    ``sent_at``, ``received_at``, ``wait_s`` (sent to started) and ``pickup_s`` (received to started) are of the first
    attempt; ``worker``, ``pid``, ``started_at``, ``finished_at``, ``runtime_s``, ``exception``, ``cpu_s`` and
    ``peak_memory_bytes`` of the last one.
    ``finished_at`` is there in a terminal state only, and is ``started + runtime`` when that is the earlier.
    ``learnt_from`` is where the state was read when no event told it, ``lost_because`` why it is LOST.
    """

    facts: Facts
    name: str | None
    state: str
    retries: int
    worker: str | None
    pid: int | None
    client: str | None
    queue: str | None
    exchange: str | None
    routing_key: str | None
    eta: float | None
    expires: float | None
    root_id: str | None
    parent_id: str | None
    sent_at: float | None
    received_at: float | None
    started_at: float | None
    finished_at: float | None
    updated_at: float
    runtime_s: float | None
    wait_s: float | None
    pickup_s: float | None
    exception: str | None
    traceback: str | None
    attempts: tuple[Attempt, ...]
    learnt_from: str | None = None
    lost_because: str | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None

    @property
    def id(self) -> str:
        """Celery's task id: any text, mostly a UUID."""
        return self.facts.id

    @property
    def args(self) -> str | None:
        """The positional arguments as a repr, cut by Celery."""
        return self.facts.args

    @property
    def kwargs(self) -> str | None:
        """The keyword arguments as a repr, cut by Celery."""
        return self.facts.kwargs

    @property
    def result(self) -> str | None:
        """The result as a repr, cut by Celery."""
        return self.facts.result

    @property
    def failure(self) -> str | None:
        """The group of failures that it belongs to (``model.fingerprint``), ``None`` where it did not fail."""
        return fingerprint(self.exception, self.traceback).id if self.state == State.FAILURE else None

    @property
    def is_finished(self) -> bool:
        """Whether the state is terminal."""
        return self.state in TERMINAL_STATES
