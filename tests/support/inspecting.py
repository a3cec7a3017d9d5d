"""Inspectors: of real workers, and one that asks nobody."""

import logging
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from umbel.control.commands.dispatcher import Dispatcher
from umbel.control.commands.make import make_dispatcher
from umbel.control.inspect import ANSWER_WITHIN_S, Answers, Command, Inspector
from umbel.ingest.app import make_app
from umbel.model.secrets import Masker
from umbel.store.protocols import Store


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


def idle_dispatcher(store: Store, clock: Callable[[], float]) -> Dispatcher:
    """Return a dispatcher whose workers are those of the store, and never answer."""
    return make_dispatcher(
        make_app("memory://"),
        Scripted(lambda _, workers: Answers(told={}, silent=frozenset(workers))),
        store,
        masker=Masker(),
        folder=Path(tempfile.gettempdir()) / "umbel-no-exports",
        seeing_since=clock,
        clock=clock,
    )
