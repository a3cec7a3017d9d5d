"""Learns from workers which tasks they know, how often each may be tried again, and which of them send no events.

No event tells the maximum of retries. What a process has registered does not change: the inspection asks it when it is
new and tells it here; where there is none, ``registered`` is asked here, of each process once.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from umbel.control.inspect import ANSWER_WITHIN_S, CannotAsk, Command, Inspector
from umbel.control.mute import MuteTasks
from umbel.model.workers import WorkerState, liveness
from umbel.store.protocols import StoreError, TaskType, TaskWriter, WorkerStore

LOOK_EVERY_S: Final = 2.0
TRIES: Final = 3
"""A worker that is busy on its only thread does not answer; it is asked again at later looks, this often."""

_REGISTERED_TASKS: Final = Command(name="registered", arguments={"taskinfoitems": ["max_retries", "send_events"]})
_REGISTERED: Final = re.compile(r"(?P<name>.+?)(?: \[(?P<info>[^\[\]]*)\])?", re.DOTALL)
_MAX_RETRIES: Final = re.compile(r"(?:^| )max_retries=(\d{1,9})(?: |$)")

Process = tuple[str, int | None]


class WorkersAndTypes(TaskWriter, WorkerStore, Protocol):
    """What of the store the catalogue uses."""


class Catalogue:
    """A thread that looks for new worker processes and asks them. ``start`` once, ``stop`` once.

    ``mute`` is told which of their tasks send no events, and asks on. Without an ``inspector`` nobody is asked here,
    and ``take`` is told.
    """

    def __init__(
        self,
        inspector: Inspector | None,
        store: WorkersAndTypes,
        *,
        mute: MuteTasks | None = None,
        clock: Callable[[], float],
        logger: logging.Logger,
    ) -> None:
        self._mute = mute
        self._inspector = inspector
        self._store = store
        self._clock = clock
        self._logger = logger
        self._tries: dict[Process, int] = {}
        self._untold: queue.SimpleQueue[tuple[Process, object]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-catalogue", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_s: float = ANSWER_WITHIN_S) -> None:
        """Stop; an answer that is being waited for is given up after ``timeout_s``."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except (CannotAsk, StoreError) as error:  # the broker or the store may be away; the health says so
                self._logger.debug("%s", error)
            except Exception:  # a thread that dies would ask nobody any more
                self._logger.exception("A fault while asking workers what they know; going on")

    def take(self, process: Process, told: object) -> None:
        """Learn what a process answered to ``registered``, at the next look. Any thread may call it."""
        self._untold.put((process, told))

    def look(self) -> None:
        """Ask the processes that were not asked yet, and store what they say. Raises CannotAsk."""
        self._keep_what_was_told()
        online = self._online()
        self._tries = {process: tries for process, tries in self._tries.items() if process in online}
        to_ask = [process for process in online if self._tries.get(process, 0) < TRIES]
        if to_ask and self._inspector is not None:
            self._ask(self._inspector, to_ask)
        if self._mute is not None:
            self._mute.look(online)

    def _keep_what_was_told(self) -> None:
        told: dict[Process, object] = {}
        while not self._untold.empty():
            process, answer = self._untold.get()
            told[process] = answer
        if not told:
            return
        types = {one.name: one for answer in told.values() for one in task_types_in(answer)}
        try:
            self._store.describe(list(types.values()))
        except StoreError:
            for process, answer in told.items():
                self._untold.put((process, answer))
            raise
        for process, answer in told.items():
            if self._mute is not None:
                self._mute.learn(process, answer)

    def _ask(self, inspector: Inspector, to_ask: list[Process]) -> None:
        answers = inspector.ask([_REGISTERED_TASKS], {name for name, _ in to_ask})[0].told
        for process in to_ask:
            self._tries[process] = TRIES if process[0] in answers else self._tries.get(process, 0) + 1
            if self._mute is not None and process[0] in answers:
                self._mute.learn(process, answers[process[0]])
        self._keep(answers)

    def _online(self) -> set[Process]:
        now = self._clock()
        workers = self._store.workers()
        return {(one.name, one.pid) for one in workers if liveness(one, now)[0] is WorkerState.ONLINE}

    def _keep(self, answers: Mapping[str, Any]) -> None:
        types = {one.name: one for told in answers.values() for one in task_types_in(told)}
        try:
            self._store.describe(list(types.values()))
        except StoreError as error:
            self._logger.warning("What workers know could not be stored: %s", error)
            self._tries.clear()


def task_types_in(told: object) -> Iterable[TaskType]:
    """Yield the task types in a worker's answer to ``registered``; anything that is none is passed over.

    A worker writes ``name [max_retries=3]``, and ``name`` alone where it may be tried again for ever.
    """
    for text in told if isinstance(told, list) else ():
        match = _REGISTERED.fullmatch(text) if isinstance(text, str) else None
        if match is not None:
            bound = _MAX_RETRIES.search(match.group("info") or "")
            yield TaskType(name=match.group("name"), max_retries=int(bound.group(1)) if bound else None)
