"""The one line in the user's application."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any, Final

from celery import Celery, signals

from umbel.agent.beat import BeatAgent
from umbel.agent.guard import Guard
from umbel.agent.options import Options
from umbel.agent.step import ATTRIBUTE, Step
from umbel.agent.worker import WorkerAgent
from umbel.model.wire import SENT_AT

SWITCH: Final = "UMBEL_AGENT"
"""The environment variable that turns the agent off with ``0``."""
LEAST_INTERVAL_S: Final = 1.0


def watch(
    app: Celery,
    *,
    arguments: bool = False,
    redact: Iterable[str] = (),
    progress: bool = True,
    interval_s: float = 10.0,
) -> None:
    """Have the workers and the beat of ``app`` tell Umbel more than Celery does. Call it where the app is made.

    ``arguments`` sends the true arguments of tasks as JSON, at most 4 KB a task; what a name calls secret (password,
    token, ...) is masked before it leaves the worker, ``redact`` names more (parts of names of keywords, keys and
    parameters, in any case). ``progress`` sends what tasks say by ``update_state``. A worker sends its CPU and memory
    every ``interval_s`` seconds (1 at least).

    A second call changes nothing. ``UMBEL_AGENT=0`` in the environment turns it off. It never raises.
    """
    guard = Guard()

    def install() -> None:
        names = (redact,) if isinstance(redact, str) else tuple(map(str, redact))
        options = Options(arguments, names, progress, max(LEAST_INTERVAL_S, float(interval_s)))
        _install(app, options, guard)

    guard.around(install)()


def _install(app: Any, options: Options, guard: Guard) -> None:  # noqa: ANN401 - or Celery's proxy of one
    app = app._get_current_object() if hasattr(app, "_get_current_object") else app  # noqa: SLF001 - as Celery does
    if os.environ.get(SWITCH) == "0" or hasattr(app, ATTRIBUTE):
        return
    agent = Agent(app, options, guard)
    setattr(app, ATTRIBUTE, agent)
    agent.connect()


class Agent:
    """The agent of one application in one process, whatever that becomes: a producer, a worker, beat."""

    def __init__(self, app: Any, options: Options, guard: Guard) -> None:  # noqa: ANN401 - see ``_install``
        self._app = app
        self._options = options
        self._guard = guard
        self._worker: WorkerAgent | None = None
        self._beat: BeatAgent | None = None

    def connect(self) -> None:
        """Wait for what this process becomes."""
        self._app.steps["consumer"].add(Step)
        hooks = (
            (signals.before_task_publish, stamp, "publish"),
            (signals.worker_init, self._on_worker, "worker"),
            (signals.beat_init, self._on_beat, "beat"),
        )
        for signal, hook, name in hooks:
            uid = f"umbel.{name}.{id(self._app)}"
            signal.connect(self._guard.around(hook), weak=False, dispatch_uid=uid)

    def start(self, consumer: Any) -> None:  # noqa: ANN401 - Celery's consumer
        """The worker has a link to the broker."""
        if self._worker is not None:
            self._guard.around(self._worker.start)(consumer)

    def stop(self) -> None:
        """The worker has a link no more."""
        if self._worker is not None:
            self._guard.around(self._worker.stop)()

    def _on_worker(self, sender: Any = None, **_: Any) -> None:  # noqa: ANN401 - Celery's worker
        if sender.app is self._app:
            worker = WorkerAgent(sender, self._options, self._guard)
            worker.begin()
            self._worker = worker

    def _on_beat(self, sender: Any = None, **_: Any) -> None:  # noqa: ANN401 - Celery's beat
        if sender.app is self._app:
            self._beat = BeatAgent(sender, self._options, self._guard)
            self._beat.begin()


def stamp(headers: Any = None, properties: Any = None, **_: Any) -> None:  # noqa: ANN401 - Celery's signal
    """Note in the message when it is published: Celery does not. A retry is published anew.

    The property is what RabbitMQ tells of the oldest message of a queue (``head_message_timestamp``).
    """
    if isinstance(headers, dict):
        headers[SENT_AT] = time.time()
    if isinstance(properties, dict):
        properties.setdefault("timestamp", int(time.time()))
