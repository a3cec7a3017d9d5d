"""What Celery calls around a task, in whichever process of a worker that runs."""

from __future__ import annotations

import time
from typing import Any

from celery import signals, states

from umbel.agent import progress
from umbel.agent.arguments import Arguments
from umbel.agent.desk import Desk
from umbel.agent.guard import Guard
from umbel.agent.meter import Meter
from umbel.agent.options import Options
from umbel.model.wire import ARGUMENTS, SENT_AT, TaskProgress


class Hooks:
    """Connected in a worker's main process before its pool begins; the pool's processes inherit them."""

    def __init__(self, options: Options, desk: Desk, meter: Meter, guard: Guard) -> None:
        self._desk = desk
        self._meter = meter
        self._arguments = Arguments(options.redact) if options.arguments else None
        self._guarded = [guard.around(hook) for hook in (self._on_received, self._on_prerun, self._on_postrun)]
        self._hear = guard.around(self._on_state) if options.progress else None

    def connect(self) -> None:
        """Begin to listen."""
        received, prerun, postrun = self._guarded
        signals.task_received.connect(received, weak=False, dispatch_uid="umbel.received")
        signals.task_prerun.connect(prerun, weak=False, dispatch_uid="umbel.prerun")
        signals.task_postrun.connect(postrun, weak=False, dispatch_uid="umbel.postrun")
        if self._hear is not None:
            progress.listen(self._hear)

    def _on_received(self, request: Any = None, **_: Any) -> None:  # noqa: ANN401 - Celery's request
        told: dict[str, Any] = {}
        sent_at = request.request_dict.get(SENT_AT)
        if isinstance(sent_at, int | float):
            told[SENT_AT] = sent_at
        if self._arguments is not None:
            told[ARGUMENTS] = self._arguments.text(request.task, request.args, request.kwargs)
        if told:
            self._desk.note_received(request.id, told)

    def _on_prerun(self, task_id: str = "", task: Any = None, **_: Any) -> None:  # noqa: ANN401 - Celery's task
        if not task.request.is_eager:
            self._meter.begin(task_id)

    def _on_postrun(self, task_id: str = "", **_: Any) -> None:
        measured = self._meter.end(task_id)
        if measured is not None:
            self._desk.tell_measured(task_id, measured)

    def _on_state(self, task: Any, task_id: Any, state: Any, meta: Any) -> None:  # noqa: ANN401 - as Celery has them
        about = task_id or task.request.id
        if not isinstance(about, str) or state in states.READY_STATES or task.request.is_eager:
            return
        fields = progress.fields_of(meta)
        self._desk.tell_progress(TaskProgress(uuid=about, at=time.time(), state=str(state or ""), fields=fields))
