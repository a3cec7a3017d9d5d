"""What is done to single tasks through the result backend and the broker: abort one, send one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

import msgspec
from celery import Celery
from celery.contrib.abortable import AbortableAsyncResult

from umbel.control.brokers.connection import CONNECT_WITHIN_S, unconnected
from umbel.control.commands import facts
from umbel.control.commands.errors import CannotDo, NotThere
from umbel.control.inspect import Inspector
from umbel.control.results import Results
from umbel.model.commands import ARGUMENTS_AT_MOST, Abort, BadCommand, SendTask
from umbel.model.errors import UmbelError
from umbel.model.secrets import Masker

ANSWER_WITHIN_S: Final = 10.0

T = TypeVar("T")


class Tasks:
    """Sends and aborts on a thread of its own: Celery keeps a backend and its connections for each thread."""

    def __init__(self, app: Celery, inspector: Inspector, *, masker: Masker, knows_routes: bool) -> None:
        """``knows_routes`` says whether ``app`` is the user's own, which knows where a task belongs."""
        self._app = app
        self._inspector = inspector
        self._masker = masker
        self._knows_routes = knows_routes
        self._results = Results(app, masker=masker)
        self._lock = threading.Lock()
        self._hand: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Let go of the thread; what it does is given up."""
        with self._lock:
            hand, self._hand = self._hand, None
        if hand is not None:
            hand.shutdown(wait=False, cancel_futures=True)

    def must_have_backend(self) -> None:
        """Raise CannotDo where there is no result backend that others can write to."""
        if not self._run(self._results.open):
            raise CannotDo(f"a task is aborted through the result backend, and {self._results.why_not}")

    def abort(self, command: Abort) -> None:
        """Write ABORTED for these. Raises CannotDo where the backend does not take it."""

        def write() -> None:
            for task_id in command.ids:
                result: Any = AbortableAsyncResult(task_id, app=self._app)
                result.abort()

        self._run(write)

    def route(self, command: SendTask, alive: Sequence[str]) -> str | None:
        """Return the queue it goes to, ``None`` where the application knows.

        Raises BadCommand, NotThere for a name that no worker knows, CannotDo and CannotAsk.
        """
        size = len(msgspec.json.encode([command.args, command.kwargs]))
        if size > ARGUMENTS_AT_MOST:
            raise BadCommand(f"the arguments have {size:,} bytes as JSON; at most {ARGUMENTS_AT_MOST:,} are sent")
        told = facts.asked(self._inspector, ("registered", "active_queues"), alive)
        takers = [name for name, tasks in told["registered"].items() if command.name in facts.registered(tasks)]
        if not takers:
            raise NotThere(f"no worker that answered knows a task {command.name!r}")
        if command.queue is not None or self._knows_routes:
            return command.queue
        queues = sorted({queue for name in takers for queue in facts.queues_in(told["active_queues"].get(name)) or ()})
        if len(queues) == 1:
            return queues[0]
        if not queues:
            raise CannotDo(f"the workers that know {command.name} take tasks from no queue")
        raise BadCommand(f"the workers that know {command.name} take from {', '.join(queues[:10])}: say which queue")

    def send(self, command: SendTask, queue: str | None) -> str:
        """Send it, and return its id. Raises CannotDo where the broker does not take it."""

        def publish() -> str:
            with unconnected(self._app, writes=True) as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_WITHIN_S)
                options: dict[str, Any] = {"connection": connection, "retry": False}
                if queue is not None:
                    options["queue"] = queue
                return str(self._app.send_task(command.name, command.args, command.kwargs, **options).id)

        return self._run(publish)

    def _run(self, call: Callable[[], T]) -> T:
        try:
            return self._submit(call).result(ANSWER_WITHIN_S)
        except UmbelError:
            raise
        except TimeoutError:
            raise CannotDo(f"it took longer than {ANSWER_WITHIN_S:g} s and may still be done") from None
        except Exception as error:  # drivers raise what they like
            text = self._masker.clean(" ".join(str(error).split()))[:300]
            raise CannotDo(f"{type(error).__name__}: {text or 'no reason given'}") from error

    def _submit(self, call: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._hand is None:
                self._hand = ThreadPoolExecutor(max_workers=1, thread_name_prefix="umbel-commands")
            return self._hand.submit(call)
