"""Inspectors: of real workers, and one that asks nobody."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from umbel.control.inspect import ANSWER_WITHIN_S, Answers, Command, Inspector
from umbel.ingest.app import make_app


@contextmanager
def an_inspector(broker: str) -> Iterator[Inspector]:
    """Ask through this broker for the length of a block."""
    inspector = Inspector(make_app(broker), logger=logging.getLogger("test"))
    inspector.start()
    try:
        yield inspector
    finally:
        inspector.stop()


class Scripted(Inspector):
    """Asks nobody: ``answer`` says what these workers answer to a command of this name."""

    def __init__(self, answer: Callable[[str, Collection[str]], Answers]) -> None:
        super().__init__(make_app("memory://"), logger=logging.getLogger("test"))
        self._answer = answer

    def ask(
        self,
        commands: Sequence[Command],
        workers: Collection[str],
        *,
        to_all: bool = False,
        within_s: float = ANSWER_WITHIN_S,
    ) -> list[Answers]:
        """Return the script's answers at once."""
        return [self._answer(one.name, workers) for one in commands]
