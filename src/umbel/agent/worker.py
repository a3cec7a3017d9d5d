"""The agent in a worker: from before its pool begins, and at work whenever the link to the broker is there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import celery
from celery.utils.imports import symbol_by_name

from umbel.agent.desk import Desk
from umbel.agent.dispatcher import telling
from umbel.agent.guard import Guard
from umbel.agent.hooks import Hooks
from umbel.agent.meter import Meter, Sharing
from umbel.agent.options import Options
from umbel.agent.reporter import TICK_S, Reporter

SHARING_BY_POOL: Final = {"prefork": Sharing.PROCESS, "solo": Sharing.PROCESS, "threads": Sharing.THREAD}
"""In all other pools tasks take turns in one thread."""
MAY_FLUSH: Final = celery.VERSION >= (5, 7)
"""Since then a dispatcher may be flushed by one thread while another one adds to it, and loses nothing."""


class WorkerAgent:
    """All of the agent in one worker. ``begin`` once; ``start`` and ``stop`` with each link to the broker."""

    def __init__(self, worker: Any, options: Options, guard: Guard) -> None:  # noqa: ANN401 - Celery's worker
        self._app = worker.app
        self._guard = guard
        self._desk = Desk()
        # The pool's processes are of one task each. Which pool it is may not be looked up yet: applications may still
        # patch what it imports.
        self._meter = Meter(Sharing.PROCESS, may_reset=not worker.max_memory_per_child)
        self._hooks = Hooks(options, self._desk, self._meter, guard)
        self._reporter = Reporter(self._desk, guard, interval_s=options.interval_s)
        self._end: Callable[[], object] | None = None

    def begin(self) -> None:
        """Take part in the worker, which has no pool and no dispatcher yet."""
        events = self._app.events
        added = self._guard.around(self._desk.added_to)
        events.dispatcher_cls = telling(symbol_by_name(events.dispatcher_cls), added)
        vars(events).pop("Dispatcher", None)  # Celery remembers the class that it made of it
        self._hooks.connect()

    def start(self, consumer: Any) -> None:  # noqa: ANN401 - Celery's consumer
        """Begin to report, by the consumer's dispatcher."""
        self.stop()
        pool = pool_name(consumer.pool)
        self._meter.sharing = SHARING_BY_POOL.get(pool, Sharing.NOTHING)
        tick = self._guard.around(lambda: self._tick(consumer, pool))
        if pool == "solo":
            self._end = _every(TICK_S, tick)
        else:
            self._end = consumer.timer.call_repeatedly(TICK_S, tick, priority=10).cancel

    def stop(self) -> None:
        """Report no more."""
        end, self._end = self._end, None
        if end is not None:
            end()

    def _tick(self, consumer: Any, pool: str) -> None:  # noqa: ANN401 - Celery's consumer
        dispatcher = consumer.event_dispatcher
        if dispatcher is None or not dispatcher.enabled:
            return
        if pool == "solo" and MAY_FLUSH:
            dispatcher.flush(errors=False)  # else it tells of a task only when that has ended

        def publish(type_: str, fields: dict[str, Any]) -> None:
            # Not ``send``: a worker without ``-E`` lets through Celery's own groups of events alone.
            dispatcher.publish(type_, fields, dispatcher.producer)

        self._reporter.tick(consumer.pool, pool, publish)


def pool_name(pool: Any) -> str:  # noqa: ANN401 - any of Celery's pools
    """Return its name as ``celery worker --pool`` has it; of any other the last word of its module."""
    name = type(pool).__module__.rpartition(".")[2]
    return "threads" if name == "thread" else name


def _every(seconds: float, tick: Callable[[], object]) -> Callable[[], object]:
    """Call ``tick`` on a thread of its own: a solo worker's only one runs the tasks. Return what ends it."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(seconds):
            tick()

    threading.Thread(target=run, name="umbel-agent", daemon=True).start()
    return ending.set
