"""Commands in words: what is done, what it means, and what a worker's answer says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from umbel.model.audit import TEXT_KEPT, Outcome, Reply
from umbel.model.commands import (
    Abort,
    AddConsumer,
    Autoscale,
    CancelConsumer,
    Command,
    DisableEvents,
    EnableEvents,
    PoolGrow,
    PoolRestart,
    PoolShrink,
    Purge,
    RateLimit,
    Revoke,
    SendTask,
    Shutdown,
    Targeted,
    Terminate,
    TimeLimit,
)

_KNOWN_ERRORS: Final = (
    ("Autoscale not enabled", "it was started without --autoscale"),
    ("Pool restarts not enabled", "its application does not set worker_pool_restarts"),
    ("not supported with autoscale", "its pool is sized by autoscale: change those bounds instead"),
    ("All processes busy", "all of its processes are busy: none can be taken away now"),
    ("unknown task", "it knows no task of that name"),
    ("Invalid rate limit", "it does not understand that rate"),
    ("does not implement kill_job", "its pool cannot end a single task"),
    ("has no attribute 'grow'", "its pool cannot change its size while it runs"),
    ("has no attribute 'shrink'", "its pool cannot change its size while it runs"),
    ("event dispatcher unavailable", "it was started with --without-heartbeat, --without-gossip or without events"),
)
REASONS_SHOWN: Final = 3
_KEY_ERROR: Final = re.compile(r"KeyError\('\w+'\)")


def things(number: int, one: str, several: str | None = None) -> str:
    """Return ``1 task``, ``2 tasks``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def names(several: Sequence[str]) -> str:
    """Return a name, or how many there are beside the first."""
    return several[0] if len(several) == 1 else f"{several[0]} and {len(several) - 1:,} more"


def target_of(command: Command) -> str:
    """Return what it is done to, in one short text."""
    match command:
        case Revoke() | Terminate() | Abort():
            target = names(command.ids)
        case Purge():
            target = command.queue
        case SendTask():
            target = command.name
        case Targeted():
            target = names(command.workers)
        case _:
            target = "all workers" if command.everywhere else names(command.workers)
    return target[:TEXT_KEPT]


def what_of(command: Command) -> str:  # noqa: C901, PLR0911 - a sentence a command
    """Return the command in words, without any argument of a task."""
    match command:
        case Revoke() | Terminate() | Abort():
            return _about_tasks(command)[:TEXT_KEPT]
        case PoolGrow():
            return f"add {things(command.by, 'process', 'processes')} to the pool"
        case PoolShrink():
            return f"take {things(command.by, 'process', 'processes')} from the pool"
        case PoolRestart():
            return "start the pool anew"
        case Autoscale():
            return f"size the pool between {command.least} and {command.most}"
        case AddConsumer():
            return f"take tasks from queue {command.queue} as well"
        case CancelConsumer():
            return f"take no more tasks from queue {command.queue}"
        case Shutdown():
            return "shut down once what runs has ended"
        case Purge():
            return f"delete the messages that wait in {command.queue}" + (", exported first" * command.export)
        case SendTask():
            return f"send {command.name}" + (f" to queue {command.queue}" if command.queue else "")
        case _:
            return _about_limits(command)


def _about_tasks(command: Revoke | Terminate | Abort) -> str:
    ids = ", ".join(command.ids)
    match command:
        case Terminate():
            return f"end with SIG{command.signal}: {ids}"
        case Abort():
            return f"abort: {ids}"
        case _:
            return f"revoke: {ids}"


def _about_limits(command: RateLimit | TimeLimit | EnableEvents | DisableEvents) -> str:
    match command:
        case RateLimit():
            rate = "no rate limit" if command.rate == "0" else f"a rate limit of {command.rate}"
            return f"give {command.task} {rate} on each worker"
        case TimeLimit():
            return f"give {command.task} {_limit('soft', command.soft_s)} and {_limit('hard', command.hard_s)}"
        case EnableEvents():
            return "send task events"
        case DisableEvents():
            return "send no task events"


def _limit(word: str, limit_s: float | None) -> str:
    return f"no {word} time limit" if limit_s is None else f"a {word} time limit of {limit_s:g} s"


def reply_of(command: Command, worker: str, answer: object) -> Reply:
    """Return what a worker's answer says."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    if error is not None:
        return Reply(worker=worker, state="refused", text=_refusal(str(error)))
    told = str(answer.get("ok", "")) if isinstance(answer, Mapping) else ""
    return Reply(worker=worker, state="done", text=_done(command, told))


def _refusal(error: str) -> str:
    for piece, sentence in _KNOWN_ERRORS:
        if piece in error:
            return sentence
    if _KEY_ERROR.fullmatch(error):
        return "it knows no such command"
    return f"it answered with an error: {' '.join(error.split())}"[:TEXT_KEPT]


def _done(command: Command, told: str) -> str:  # noqa: PLR0911 - the same
    match command:
        case Terminate() if told.startswith("terminate:") and "unknown" not in told:
            return "it ends what it runs of these"
        case Terminate():
            return "it runs none of these, and skips those that come"
        case Revoke():
            return "it skips those that come"
        case DisableEvents() if "already" in told:
            return "they are off already, as far as they can be: a worker that was started with -E goes on sending them"
        case EnableEvents() if "already" in told:
            return "it sends them already"
        case RateLimit():
            rate = "without a limit" if command.rate == "0" else f"at most {command.rate}"
            return f"it starts {command.task} {rate}"
        case AddConsumer():
            return f"it takes tasks from {command.queue} as well"
        case CancelConsumer():
            return f"it takes no more tasks from {command.queue}"
        case _:
            return _DONE.get(type(command)) or _about_pool(command) or f"it answered: {told}"[:TEXT_KEPT]


_DONE: Final[dict[type, str]] = {
    EnableEvents: "it sends task events",
    DisableEvents: "it sends no task events any more",
    TimeLimit: "the limits count for what begins from now on",
    PoolRestart: "its processes are replaced",
    Shutdown: "it stopped",
}


def _about_pool(command: Command) -> str | None:
    match command:
        case PoolGrow():
            return f"its pool grows by {command.by}"
        case PoolShrink():
            return f"its pool shrinks by {command.by}"
        case Autoscale():
            return f"its pool is sized between {command.least} and {command.most}"
        case _:
            return None


def silence_of(command: Command) -> str:
    """Return what it means that a worker did not answer."""
    if isinstance(command, Shutdown):
        return "it was told; it stops once what it runs has ended, and gives no other answer"
    return "no answer in time; it may still obey: a worker that is busy on its only thread answers later"


def summary_of(replies: Sequence[Reply], outcome: Outcome) -> str:
    """Return in one sentence what came of it."""
    if len(replies) == 1 and outcome != "done":
        return f"{replies[0].worker}: {replies[0].text}"
    counts = {state: sum(reply.state == state for reply in replies) for state in ("done", "refused", "silent")}
    parts = [
        f"{counts['done']:,} did it" if counts["done"] else "",
        f"{counts['refused']:,} refused" if counts["refused"] else "",
        f"{counts['silent']:,} did not answer in time" if counts["silent"] else "",
    ]
    return ", ".join(part for part in parts if part)


def refusal_of_all(refused: Sequence[Reply]) -> str:
    """Return one sentence where nobody can do it."""
    if len(refused) == 1:
        return f"{refused[0].worker}: {refused[0].text}"
    by_reason = {reply.text: reply.worker for reply in reversed(refused)}
    shown = [f"{worker}, because {text}" for text, worker in sorted(by_reason.items())[:REASONS_SHOWN]]
    return f"none of {len(refused):,} workers can do it; for one {'; '.join(shown)}"
