"""A dispatcher over real workers, with the collector that tells it of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.control.commands.dispatcher import Dispatcher, Done
from umbel.control.commands.facts import pool_size
from umbel.control.commands.make import make_dispatcher
from umbel.control.inspect import Command as Ask, Inspector
from umbel.ingest.app import make_app
from umbel.model.audit import Reply
from umbel.model.commands import Command, confirmation_of
from umbel.model.secrets import Masker

WHO = "ana"


class Commanding:
    """What an operator has: commands, and a look at the workers."""

    def __init__(self, site: Deployment, collected: Collecting, inspector: Inspector, dispatcher: Dispatcher) -> None:
        self.site = site
        self.collected = collected
        self.inspector = inspector
        self.dispatcher = dispatcher

    def run(self, command: Command, why: str | None = None) -> Done:
        """Do it, confirmed as it has to be."""
        return self.dispatcher.run(command, who=WHO, why=why, confirm=confirmation_of(command))

    def replies(self, command: Command) -> dict[str, Reply]:
        """Do it and return what each worker answered."""
        return {reply.worker: reply for reply in self.run(command).entry.replies}

    def look(self, name: str, worker: Worker, **arguments: Any) -> Any:  # noqa: ANN401 - a worker's word
        """Ask a worker."""
        ask = Ask(name=name, arguments=arguments)
        return self.inspector.ask([ask], [worker.name], within_s=10)[0].told[worker.name]

    def queues(self, worker: Worker) -> set[str]:
        """Return the queues that a worker takes tasks from."""
        return {queue["name"] for queue in self.look("active_queues", worker)}

    def pool(self, worker: Worker) -> int:
        """Return how many tasks its pool runs at once."""
        return pool_size(self.look("stats", worker)) or 0

    def last(self) -> Any:  # noqa: ANN401 - an entry
        """Return the newest entry of the audit log."""
        return self.collected.store.audit.entries(limit=1).entries[0]

    def wait_for(self, workers: Sequence[Worker]) -> None:
        """Wait until the collector knows these."""
        names = {worker.name for worker in workers}
        wait_until(lambda: names <= {known.name for known in self.collected.store.workers()}, f"{names} are known")

    def wait_for_pool(self, worker: Worker, size: int) -> None:
        """Wait until its pool runs so many tasks at once."""
        wait_until(lambda: self.pool(worker) == size, f"the pool of {worker.name} is {size}")

    def wait_for_queue(self, worker: Worker, queue: str, *, there: bool) -> None:
        """Wait until it takes tasks from a queue, or does not any more."""
        wait_until(lambda: (queue in self.queues(worker)) is there, f"{queue} at {worker.name} is {there}")


@contextmanager
def commanding(site: Deployment, folder: Path, **settings: Any) -> Iterator[Commanding]:
    """Command the workers of a deployment for the length of a block."""
    app = make_app(site.broker.url, result_backend=site.backend)
    inspector = Inspector(app, logger=logging.getLogger("test"))
    with collecting(site.broker.url, backend=site.backend, enable_events=False) as collected:
        dispatcher = make_dispatcher(
            app,
            inspector,
            collected.store,
            masker=Masker(site.broker.url),
            folder=folder / "purged",
            seeing_since=time.time,
            **settings,
        )
        inspector.start()
        try:
            yield Commanding(site, collected, inspector, dispatcher)
        finally:
            dispatcher.close()
            inspector.stop()


def start_all(stack: ExitStack, workers: Sequence[Worker]) -> None:
    """Start workers at once, to be stopped by ``stack``, at once as well."""

    def stop_all() -> None:
        with ThreadPoolExecutor(len(workers)) as hands:
            list(hands.map(Worker.stop, workers))

    stack.callback(stop_all)
    with ThreadPoolExecutor(len(workers)) as hands:
        list(hands.map(Worker.start, workers))
