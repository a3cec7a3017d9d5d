"""What a command will mean, in sentences, before it is sent: what happens, what stays, whether it can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from umbel.control.commands.words import things
from umbel.model.commands import (
    Abort,
    AddConsumer,
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
    Terminate,
    TimeLimit,
)
from umbel.model.workers import Worker

NOTHING_IS_KEPT = "Workers forget it when they restart."


def effect_of(command: Command, workers: Sequence[Worker], messages: int | None) -> tuple[str, ...]:  # noqa: PLR0911 - a case a kind
    """Return sentences about a command to these workers; ``messages`` wait in the queue it is about, if known."""
    match command:
        case Revoke() | Terminate() | Abort():
            return _on_tasks(command)
        case Purge():
            return _on_queue(command, messages)
        case SendTask():
            return (f"{command.name} runs once, under a new id.", "It can be revoked until it begins.")
        case Shutdown():
            return _on_stop(workers)
        case AddConsumer() | CancelConsumer():
            return _on_consumers(command, workers)
        case RateLimit() | TimeLimit():
            return _on_limits(command, workers)
        case EnableEvents() | DisableEvents():
            return _on_events(command, workers)
        case _:
            return _on_pools(command, workers)


def left_out(ended: int) -> tuple[str, ...]:
    """Return a sentence about the tasks that ended already, where there are any."""
    return (f"{things(ended, 'other')} ended already, and {'is' if ended == 1 else 'are'} left out.",) if ended else ()


def _on_tasks(command: Revoke | Terminate | Abort) -> tuple[str, ...]:
    tasks = things(len(command.ids), "task")
    match command:
        case Revoke():
            return (
                f"Workers will skip {tasks} when they meet {'it' if len(command.ids) == 1 else 'them'}.",
                "What runs already goes on to its end. It cannot be undone; the task can be sent again.",
            )
        case Terminate():
            is_one = len(command.ids) == 1
            return (
                f"The process that runs {'it' if is_one else 'one of them'} gets SIG{command.signal}.",
                f"{'If it has not begun, it is' if is_one else 'Those that have not begun are'} skipped.",
                "What the task did so far stays done, and nothing of it is cleaned up. It cannot be undone.",
            )
        case Abort():
            return (
                f"The result backend will say ABORTED for {tasks}.",
                "A task ends itself once it looks for that (AbortableTask); until then it goes on.",
            )


def _on_queue(command: Purge, messages: int | None) -> tuple[str, ...]:
    goes = "All messages" if messages is None else things(messages, "message")
    kept = "They are written to a file first, which can be downloaded." if command.export else "No copy is kept."
    return (
        f"{goes} that {'waits' if messages == 1 else 'wait'} in {command.queue} will be deleted, and never run.",
        "What workers hold already, running, prefetched or waiting for its ETA, is not touched.",
        f"{kept} It cannot be undone.",
    )


def _on_stop(workers: Sequence[Worker]) -> tuple[str, ...]:
    active = sum(worker.active or 0 for worker in workers)
    running = f"{things(active, 'task')} in progress {'is' if active == 1 else 'are'} finished first."
    return (
        f"{things(len(workers), 'worker')} will stop taking new tasks and end. {running if active else ''}".strip(),
        "What a worker has prefetched goes back to its queue.",
        "It starts again only where something starts it: systemd, Kubernetes, a person.",
    )


def _on_consumers(command: AddConsumer | CancelConsumer, workers: Sequence[Worker]) -> tuple[str, ...]:
    several = things(len(workers), "worker")
    if isinstance(command, AddConsumer):
        return (f"{several} will take tasks from {command.queue} as well.", NOTHING_IS_KEPT)
    return (
        f"{several} will take no more tasks from {command.queue}; tasks in progress are finished.",
        f"Where no other worker takes from it, what is sent there waits. {NOTHING_IS_KEPT}",
    )


def _on_limits(command: RateLimit | TimeLimit, workers: Sequence[Worker]) -> tuple[str, ...]:
    several = things(len(workers), "worker")
    if isinstance(command, TimeLimit):
        return (f"It counts on {several} for tasks that begin from now on.", NOTHING_IS_KEPT)
    what = "without a limit" if command.rate == "0" else f"at most {command.rate} of it"
    return (f"Each of {several} will start {what}; the others wait in the worker.", NOTHING_IS_KEPT)


def _on_events(command: EnableEvents | DisableEvents, workers: Sequence[Worker]) -> tuple[str, ...]:
    several = things(len(workers), "worker")
    if isinstance(command, EnableEvents):
        return (f"{several} will tell of what tasks do.", NOTHING_IS_KEPT)
    return (f"{several} will tell nothing of what tasks do; Umbel does not see them then.", NOTHING_IS_KEPT)


def _on_pools(command: Command, workers: Sequence[Worker]) -> tuple[str, ...]:
    several = things(len(workers), "worker")
    match command:
        case PoolGrow():
            return (f"{several} will run {command.by} more at once{_each(workers)}.", NOTHING_IS_KEPT)
        case PoolShrink():
            ends = f"{several} will run {command.by} fewer at once{_each(workers)}; a busy process ends after its task."
            return (ends, NOTHING_IS_KEPT)
        case PoolRestart():
            return (f"Each process of {several} is replaced after the task that it runs, or that it takes next.",)
        case _:
            return (f"The pool of {several} is sized between these bounds by what waits.", NOTHING_IS_KEPT)


def _each(workers: Sequence[Worker]) -> str:
    return " each" if len(workers) > 1 else ""
