"""What an operator may ask for: one typed struct a command, checked before anything is sent.

The words are Celery's own (``celery.worker.control``). A struct that was decoded is well-formed; ``check`` says what of
its values no worker should ever see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, field

from umbel.model.errors import UmbelError

TEXT_AT_MOST: Final = 500
IDS_AT_MOST: Final = 1_000
WORKERS_AT_MOST: Final = 1_000
POOL_STEP_AT_MOST: Final = 100
LIMIT_AT_MOST_S: Final = 30 * 86_400.0
ARGUMENTS_AT_MOST: Final = 65_536
"""Bytes of JSON of the arguments of a task that is sent."""

Signal = Literal["TERM", "KILL", "INT", "QUIT", "USR1"]
Text = Annotated[str, Meta(max_length=TEXT_AT_MOST)]
Names = Annotated[list[Text], Meta(max_length=WORKERS_AT_MOST)]
Ids = Annotated[list[Text], Meta(max_length=IDS_AT_MOST)]

_RATE: Final = re.compile(r"\d{1,9}(?:\.\d{1,6})?(?:/[smh])?")
_INTERNAL: Final = re.compile(r"(?:^celeryev(?:\.|$)|\.pidbox$|^_kombu\.|^unacked)")


class BadCommand(UmbelError):
    """A command with a value that no worker should see."""


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command"):
    """What all commands have in common: the name in ``command``."""


class Targeted(Base, frozen=True, kw_only=True):
    """A command to named workers. An empty list is nobody, and never everybody."""

    workers: Names


class MaybeEverywhere(Base, frozen=True, kw_only=True):
    """A command to named workers, or, where ``everywhere`` says so, to all. One of both."""

    workers: Names = []
    everywhere: bool = False


class Revoke(Base, frozen=True, kw_only=True, tag="revoke"):
    """Have these tasks skipped by whichever worker meets them. Those that run go on."""

    ids: Ids


class Terminate(Base, frozen=True, kw_only=True, tag="terminate"):
    """Revoke these tasks and end the process that runs one, with a signal."""

    ids: Ids
    signal: Signal = "TERM"


class Abort(Base, frozen=True, kw_only=True, tag="abort"):
    """Write ABORTED into the result backend, where an ``AbortableTask`` looks for it and ends itself."""

    ids: Ids


class PoolGrow(Targeted, frozen=True, kw_only=True, tag="pool_grow"):
    """Add ``by`` processes to the pool of each worker."""

    by: int = 1


class PoolShrink(Targeted, frozen=True, kw_only=True, tag="pool_shrink"):
    """Take ``by`` processes from the pool of each worker, once they are idle."""

    by: int = 1


class PoolRestart(Targeted, frozen=True, kw_only=True, tag="pool_restart"):
    """Start the pool anew. Needs ``worker_pool_restarts`` in the application."""


class Autoscale(Targeted, frozen=True, kw_only=True, tag="autoscale"):
    """Set the bounds between which a worker that was started with ``--autoscale`` sizes its pool."""

    least: int
    most: int


class AddConsumer(Targeted, frozen=True, kw_only=True, tag="add_consumer"):
    """Have workers take tasks from a queue as well; the queue is made where it is not there."""

    queue: Text
    exchange: Text | None = None
    exchange_type: Literal["direct", "topic", "fanout", "headers"] | None = None
    routing_key: Text | None = None


class CancelConsumer(Targeted, frozen=True, kw_only=True, tag="cancel_consumer"):
    """Have workers take no more tasks from a queue."""

    queue: Text


class RateLimit(MaybeEverywhere, frozen=True, kw_only=True, tag="rate_limit"):
    """Let each worker start so many tasks of a name: ``10``, ``10/s``, ``10/m``, ``10/h``; ``0`` is no limit."""

    task: Text
    rate: Text


class TimeLimit(MaybeEverywhere, frozen=True, kw_only=True, tag="time_limit"):
    """Set how long a task of a name may run (seconds); ``null`` is without a limit."""

    task: Text
    soft_s: float | None = None
    hard_s: float | None = None


class EnableEvents(MaybeEverywhere, frozen=True, kw_only=True, tag="enable_events"):
    """Have workers send task events."""


class DisableEvents(MaybeEverywhere, frozen=True, kw_only=True, tag="disable_events"):
    """Have workers send no task events any more."""


class Shutdown(Targeted, frozen=True, kw_only=True, tag="shutdown"):
    """Stop workers once the tasks that they run have ended."""


class Purge(Base, frozen=True, kw_only=True, tag="purge"):
    """Delete the messages that wait in a queue; with ``export`` they are written to a file first."""

    queue: Text
    export: bool = False


class SendTask(Base, frozen=True, kw_only=True, tag="send_task"):
    """Send a task by name. ``queue`` is where it goes when no route of the application says."""

    name: Text
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    queue: Text | None = None


ToWorkers = (
    PoolGrow
    | PoolShrink
    | PoolRestart
    | Autoscale
    | AddConsumer
    | CancelConsumer
    | RateLimit
    | TimeLimit
    | EnableEvents
    | DisableEvents
    | Shutdown
)
ToTasks = Revoke | Terminate | Abort
Command = ToWorkers | ToTasks | Purge | SendTask


def name_of(command: Command) -> str:
    """Return the command's name, as Celery and the API have it."""
    return str(command.__struct_config__.tag)


def confirmation_of(command: Command) -> str | None:
    """Return what a person has to type before this is done, ``None`` where a press is enough."""
    match command:
        case Terminate():
            return "terminate"
        case Shutdown(workers=[one]):
            return one
        case Shutdown(workers=several):
            return f"shut down {len(several)} workers"
        case Purge():
            return command.queue
        case _:
            return None


def check(command: Command) -> None:
    """Raise BadCommand, in one sentence, for what no worker should see."""
    match command:
        case Revoke() | Terminate() | Abort():
            _check_names("task id", command.ids)
        case Purge():
            _check_queue(command.queue)
        case SendTask():
            _check_names("task name", [command.name])
            if command.queue is not None:
                _check_queue(command.queue)
        case Targeted():
            _check_names("worker", command.workers)
        case MaybeEverywhere():
            _check_everywhere(command)
    _check_values(command)


def _check_values(command: Command) -> None:
    match command:
        case PoolGrow() | PoolShrink() if not 1 <= command.by <= POOL_STEP_AT_MOST:
            raise BadCommand(f"by is {command.by}; a pool changes by 1 to {POOL_STEP_AT_MOST} at once")
        case Autoscale() if not 0 <= command.least <= command.most or not 1 <= command.most <= 10_000:  # noqa: PLR2004 - Celery has no bound of its own
            bounds = f"least {command.least} and most {command.most}"
            raise BadCommand(f"autoscale with {bounds} makes no sense; least is 0 or more, most 1 or more and not less")
        case AddConsumer() | CancelConsumer():
            _check_queue(command.queue)
        case RateLimit():
            _check_names("task name", [command.task])
            if not _RATE.fullmatch(command.rate):
                raise BadCommand(f"rate {command.rate!r} is none; allowed are 10, 10/s, 10/m, 10/h, and 0 for no limit")
        case TimeLimit():
            _check_names("task name", [command.task])
            _check_limits(command.soft_s, command.hard_s)
        case _:
            return


def _check_limits(soft_s: float | None, hard_s: float | None) -> None:
    for word, limit_s in (("soft", soft_s), ("hard", hard_s)):
        if limit_s is not None and not 0 < limit_s <= LIMIT_AT_MOST_S:
            raise BadCommand(f"a {word} time limit of {limit_s:g} s is none; it is more than 0 s and at most 30 days")
    if soft_s is not None and hard_s is not None and soft_s > hard_s:
        raise BadCommand(f"the soft time limit ({soft_s:g} s) is above the hard one ({hard_s:g} s)")


def _check_everywhere(command: MaybeEverywhere) -> None:
    if command.everywhere and command.workers:
        raise BadCommand("both single workers and everywhere are named; name the workers, or say everywhere")
    if not command.everywhere:
        _check_names("worker", command.workers)


def _check_names(what: str, names: Sequence[str]) -> None:
    if not names:
        raise BadCommand(f"no {what} is named")
    for name in names:
        _check_name(what, name)
    if len(set(names)) != len(names):
        raise BadCommand(f"a {what} is named twice")


def _check_name(what: str, name: str) -> None:
    if not name.strip():
        raise BadCommand(f"a {what} is empty")
    if name != name.strip() or not name.isprintable():
        raise BadCommand(f"{what} {name!r} has blanks at its ends, or characters that cannot be seen")


def _check_queue(queue: str) -> None:
    _check_name("queue name", queue)
    if _INTERNAL.search(queue):
        raise BadCommand(f"{queue!r} is a queue of Celery's own messages, and holds no tasks")
