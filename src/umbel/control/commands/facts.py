"""What workers say of themselves just before a command, and which of them it makes no sense to send it to.

Celery's answer is no help with some of these: a worker agrees to drop a queue that it does not have, and to a time
limit that its pool never looks at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from umbel.control.commands.errors import CannotDo
from umbel.control.commands.words import names
from umbel.control.inspect import Command as Ask, Inspector
from umbel.model.audit import Reply
from umbel.model.commands import (
    Abort,
    AddConsumer,
    Autoscale,
    CancelConsumer,
    DisableEvents,
    EnableEvents,
    PoolGrow,
    PoolRestart,
    PoolShrink,
    RateLimit,
    Shutdown,
    Terminate,
    TimeLimit,
    ToWorkers,
)

FACTS_WITHIN_S: Final = 1.0
"""One that is slower is sent the command without its facts being known."""

_POOLS: Final = {"prefork": "prefork", "thread": "threads", "solo": "solo", "gevent": "gevent", "eventlet": "eventlet"}
_POOL: Final = re.compile(r"celery\.concurrency\.(\w+):")
_FIXED: Final = frozenset({"solo", "threads"})
"""Pools that can neither change their size nor end a single task nor hold it to a time limit."""
_QUESTIONS: Final[dict[type, tuple[str, ...]]] = {
    PoolGrow: ("stats",),
    PoolShrink: ("stats",),
    PoolRestart: ("stats", "conf"),
    Autoscale: ("stats",),
    AddConsumer: ("active_queues",),
    CancelConsumer: ("active_queues",),
    RateLimit: ("registered", "conf"),
    TimeLimit: ("registered", "stats"),
    EnableEvents: (),
    DisableEvents: (),
    Shutdown: (),
}

Told = Mapping[str, Mapping[str, Any]]
"""By question, by worker: what was answered."""


def asked(inspector: Inspector, questions: Sequence[str], workers: Sequence[str]) -> Told:
    """Ask these workers, and return what came in time. Raises CannotAsk."""
    if not questions or not workers:
        return {name: {} for name in questions}
    answers = inspector.ask([_question(name) for name in questions], workers, within_s=FACTS_WITHIN_S)
    return {name: answer.told for name, answer in zip(questions, answers, strict=True)}


def _question(name: str) -> Ask:
    return Ask(name=name, arguments={"taskinfoitems": ["is_aborted"]} if name == "registered" else {})


def refusals(inspector: Inspector, command: ToWorkers, workers: Sequence[str]) -> tuple[Reply, ...]:
    """Return for which of these workers it makes no sense, and why. Raises CannotAsk."""
    told = asked(inspector, _QUESTIONS[type(command)], workers)
    found = ((worker, _why_not(command, worker, told)) for worker in workers)
    return tuple(Reply(worker=worker, state="refused", text=why) for worker, why in found if why is not None)


def _why_not(command: ToWorkers, worker: str, told: Told) -> str | None:
    match command:
        case PoolGrow() | PoolShrink() | PoolRestart() | Autoscale():
            return _why_not_the_pool(command, told["stats"].get(worker), told.get("conf", {}).get(worker))
        case AddConsumer() | CancelConsumer():
            return _why_not_the_queue(command, told["active_queues"].get(worker))
        case RateLimit() | TimeLimit():
            return _why_not_the_limit(command, worker, told)
        case _:
            return None


def _why_not_the_pool(  # noqa: PLR0911 - a sentence a reason
    command: PoolGrow | PoolShrink | PoolRestart | Autoscale, stats: object, conf: object
) -> str | None:
    kind, size = pool_of(stats), pool_size(stats)
    scales = isinstance(stats, Mapping) and isinstance(stats.get("autoscaler"), Mapping)
    match command:
        case Autoscale():
            return "it was started without --autoscale" if isinstance(stats, Mapping) and not scales else None
        case PoolRestart():
            if kind not in {None, "prefork"}:
                return f"its pool ({kind}) cannot be started anew"
            is_off = isinstance(conf, Mapping) and not conf.get("worker_pool_restarts")
            return "its application does not set worker_pool_restarts" if is_off else None
        case _ if scales:
            return "its pool is sized by autoscale: change those bounds instead"
        case _ if kind in _FIXED:
            return f"its pool ({kind}) cannot change its size while it runs"
        case PoolShrink() if size is not None and size - command.by < 1:
            return f"its pool has {size} and keeps at least 1"
        case _:
            return None


def _why_not_the_queue(command: AddConsumer | CancelConsumer, queues: object) -> str | None:
    known = queues_in(queues)
    if known is None:
        return None
    has_it = command.queue in known
    if isinstance(command, AddConsumer):
        return f"it takes tasks from {command.queue} already" if has_it else None
    shown = names(known) if known else "none"
    return None if has_it else f"it takes no tasks from {command.queue}; its queues: {shown}"


def _why_not_the_limit(command: RateLimit | TimeLimit, worker: str, told: Told) -> str | None:
    tasks = told["registered"].get(worker)
    if isinstance(tasks, list) and command.task not in registered(tasks):
        return f"it knows no task {command.task}"
    if isinstance(command, TimeLimit):
        kind = pool_of(told["stats"].get(worker))
        return f"its pool ({kind}) holds no task to a time limit" if kind in _FIXED else None
    conf = told["conf"].get(worker)
    is_off = isinstance(conf, Mapping) and bool(conf.get("worker_disable_rate_limits"))
    return "its application sets worker_disable_rate_limits" if is_off else None


def must_be_endable(command: Terminate, told: Told, silent: Sequence[str]) -> None:
    """Raise CannotDo where the pool of who runs a task cannot end it, or where surely nobody runs any of them."""
    runs = False
    for worker, requests in told["query_task"].items():
        for task_id in _running(requests, command.ids):
            runs, kind = True, pool_of(told["stats"].get(worker))
            if kind in _FIXED:
                raise CannotDo(f"{worker} runs {task_id} in a {kind} pool, which cannot end a single task")
    if not runs and not silent:
        raise CannotDo(f"no worker runs {names(command.ids)} now; revoke what has not begun")


def _running(requests: object, ids: Sequence[str]) -> list[str]:
    """Return which of these a worker runs by its answer to ``query_task``: ``{id: [state, request]}``."""
    if not isinstance(requests, Mapping):
        return []
    return [one for one in ids if isinstance(told := requests.get(one), list) and told[:1] == ["active"]]


def must_be_abortable(command: Abort, by_id: Mapping[str, str | None], told: Told) -> None:
    """Raise CannotDo for a task that is no ``AbortableTask``, as far as workers say. ``by_id`` are the tasks' names."""
    abortable: dict[str | None, bool] = {}
    for tasks in told["registered"].values():
        for name, info in registered(tasks).items():
            abortable[name] = abortable.get(name, False) or "is_aborted=" in info
    for task_id in command.ids:
        known = by_id.get(task_id)
        if abortable.get(known) is False:
            raise CannotDo(f"{known} is no AbortableTask, so {task_id} would not look whether it is aborted")


def queues_in(told: object) -> list[str] | None:
    """Return the names in an answer to ``active_queues``, ``None`` where it is no answer."""
    if not isinstance(told, list):
        return None
    return [str(queue.get("name")) for queue in told if isinstance(queue, Mapping)]


def pool_of(stats: object) -> str | None:
    """Return the kind of pool in an answer to ``stats``, as the option ``-P`` names it."""
    pool = stats.get("pool") if isinstance(stats, Mapping) else None
    found = _POOL.match(str(pool.get("implementation"))) if isinstance(pool, Mapping) else None
    return _POOLS.get(found[1], found[1]) if found else None


def pool_size(stats: object) -> int | None:
    """Return how many tasks it runs at once, by an answer to ``stats``.

    The processes of a prefork pool are counted: ``max-concurrency`` stays there as it was at the start.
    """
    pool = stats.get("pool") if isinstance(stats, Mapping) else None
    if not isinstance(pool, Mapping):
        return None
    processes, size = pool.get("processes"), pool.get("max-concurrency")
    if isinstance(processes, list):
        return len(processes)
    return size if isinstance(size, int) else None


def registered(told: object) -> dict[str, str]:
    """Return the names in an answer to ``registered``, each with what stands in its brackets."""
    parts = (text.partition(" [") for text in (told if isinstance(told, list) else ()) if isinstance(text, str))
    return {name: info.removesuffix("]") for name, _, info in parts}
