"""Asks workers many things at once: one reply queue, a ticket a question, an answer or a deadline a worker.

Celery's own ``inspect`` waits for its whole timeout after each command. Here all commands go out together, and an
answer finds its question by its ticket, so that a hundred workers that live have told everything in a fraction of a
second; one that is busy on its only thread costs its deadline, and nobody else's.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import Any, Final

from celery import Celery
from msgspec import Struct

from umbel.control.mailbox import Mailbox
from umbel.model.errors import UmbelError

ANSWER_WITHIN_S: Final = 3.0
WORKERS_AT_ONCE: Final = 10_000
_DRAIN_S: Final = 0.05
"""A question that comes while others are open waits for so long."""
_STRANGERS_S: Final = 0.1
_NOBODY_KNOWN_S: Final = 1.0
"""How long workers of which nobody has heard may take, beside those that are known and where none is."""


class CannotAsk(UmbelError):
    """Workers could not be asked: there is no link to the broker, or the inspector has stopped."""


class Command(Struct, frozen=True, kw_only=True):
    """A remote control command (``celery.worker.control``) and its arguments.

    A worker that meets it after ``good_for_s`` passes it over; without it that is as long as answers are waited for.
    """

    name: str
    arguments: dict[str, Any] = {}
    good_for_s: float | None = None


class Answers(Struct, frozen=True, kw_only=True):
    """What workers said, by name, and which of those asked said nothing in time: unknown, and not gone.

    In ``twice`` are names under which more than one answer came: workers that share it, of which ``told`` has one.
    """

    told: dict[str, Any]
    silent: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()


class _Question:
    """One broadcast. ``futures`` are the answers that it waits for; ``told`` are all that came."""

    def __init__(self, command: Command, workers: Collection[str], to_all: bool, within_s: float) -> None:  # noqa: FBT001 - one of four plain facts
        self.command = command
        self.destination = None if to_all else sorted(workers)
        self.within_s = within_s
        self.ticket = str(uuid.uuid4())
        self.futures: dict[str, Future[Any]] = {name: Future() for name in workers}
        self.told: dict[str, Any] = {}
        self.twice: set[str] = set()
        self.sent = Future[None]()

    @property
    def is_open(self) -> bool:
        """Whether an answer may still come that is waited for."""
        return self.destination is None or not all(future.done() for future in self.futures.values())

    def take(self, answers: Mapping[str, Any]) -> None:
        """Take what workers answered."""
        for name, answer in list(answers.items())[:WORKERS_AT_ONCE]:
            if str(name) in self.told:
                self.twice.add(str(name))
            self.told.setdefault(str(name), answer)
            future = self.futures.get(str(name))
            if future is not None and not future.done():
                future.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Tell who waits that nothing will come."""
        if not self.sent.done():
            self.sent.set_exception(error)
        for future in self.futures.values():
            future.cancel()


class Inspector:
    """Asks through a connection and a thread of its own. ``start`` once, ``stop`` once; any thread may ask."""

    def __init__(self, app: Celery, *, logger: logging.Logger, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._logger = logger
        self._elapsed = elapsed
        self._asked: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._open: dict[str, tuple[_Question, float]] = {}
        self._box: Mailbox | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-inspect", daemon=True)

    def start(self) -> None:
        """Be ready for questions. The connection is made for the first one."""
        self._thread.start()

    def stop(self, timeout_s: float = ANSWER_WITHIN_S) -> None:
        """Stop; what is being waited for is given up."""
        self._is_over.set()
        self._asked.put(None)
        self._thread.join(timeout_s)

    def ask(
        self,
        commands: Sequence[Command],
        workers: Collection[str],
        *,
        to_all: bool = False,
        within_s: float = ANSWER_WITHIN_S,
    ) -> list[Answers]:
        """Return what ``workers`` answer to each of the commands, in their order; they go out together.

        Blocks until all have answered, for ``within_s`` seconds at most once the link is there. With ``to_all`` every
        worker is asked, and ``workers`` are those that are waited for; others have a moment more. Raises CannotAsk.
        """
        questions = [_Question(command, workers, to_all, within_s) for command in commands]
        for question in questions:
            if self._is_over.is_set():
                raise CannotAsk("workers are not asked any more: Umbel stops")
            self._asked.put(question)
        for question in questions:
            self._await_sending(question)
        wait([future for question in questions for future in question.futures.values()], within_s)
        if to_all:
            self._is_over.wait(_STRANGERS_S if workers else _NOBODY_KNOWN_S)
        return [_answers(question) for question in questions]

    def _await_sending(self, question: _Question) -> None:
        try:
            question.sent.result(2 * ANSWER_WITHIN_S + question.within_s)
        except CannotAsk:
            raise
        except Exception as error:
            raise CannotAsk(f"workers could not be asked: {type(error).__name__}") from error

    def _run(self) -> None:
        while not self._is_over.is_set():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - drivers raise what they like when a link breaks
                self._logger.debug("The link for remote control broke: %s", type(error).__name__)
                self._let_go(error)
        self._let_go(CannotAsk("workers are not asked any more: Umbel stops"))

    def _turn(self) -> None:
        self._send_what_was_asked()
        if self._box is not None and self._open:
            self._box.drain(_DRAIN_S)
        now = self._elapsed()
        self._open = {
            ticket: (question, until)
            for ticket, (question, until) in self._open.items()
            if question.is_open and now < until
        }

    def _send_what_was_asked(self) -> None:
        try:
            while True:
                question = self._asked.get(block=not self._open)
                if question is None:
                    return
                self._send(question)
        except queue.Empty:
            return

    def _send(self, question: _Question) -> None:
        self._open[question.ticket] = (question, self._elapsed() + question.within_s)
        was_connected = self._box is not None
        try:
            self._post(question)
        except Exception:
            if not was_connected:
                raise
            self._disconnect()  # it may have broken while nobody used it
            self._post(question)
        question.sent.set_result(None)

    def _post(self, question: _Question) -> None:
        if self._box is None:
            self._box = Mailbox(self._app, self._on_reply)
        command = question.command
        within_s = question.within_s if command.good_for_s is None else command.good_for_s
        self._box.send(command.name, command.arguments, question.destination, ticket=question.ticket, within_s=within_s)

    def _on_reply(self, ticket: str, answers: Mapping[str, Any]) -> None:
        found = self._open.get(ticket)
        if found is not None:
            found[0].take(answers)

    def _let_go(self, error: BaseException) -> None:
        for question, _ in self._open.values():
            question.fail(error)
        self._open.clear()
        while not self._asked.empty():
            waiting = self._asked.get()
            if waiting is not None:
                waiting.fail(error)
        self._disconnect()

    def _disconnect(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.close()


def _answers(question: _Question) -> Answers:
    silent = frozenset(name for name in question.futures if name not in question.told)
    return Answers(told=dict(question.told), silent=silent, twice=frozenset(question.twice))
