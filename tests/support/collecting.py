"""A running collector and its store."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.support.processes import wait_until
from umbel.ingest.app import make_app
from umbel.ingest.collector import Collector
from umbel.ingest.health import BrokerHealth, CollectorHealth
from umbel.model.tasks import Task
from umbel.model.workers import Worker
from umbel.store.protocols import Store
from umbel.store.registry import open_store


class Collecting:
    """A collector of the events of one broker, and what it has stored."""

    def __init__(self, broker: str, store: Store, *, backend: str | None = None, **settings: Any) -> None:
        self.store = store
        self.collector = Collector(make_app(broker, result_backend=backend), store, **{"batch_s": 0.05, **settings})

    def task(self, task_id: str) -> Task | None:
        """Return what is stored of a task."""
        return self.store.task(task_id)

    def worker(self, name: str) -> Worker | None:
        """Return what is stored of a worker."""
        return next((worker for worker in self.store.workers() if worker.name == name), None)

    def state(self, task_id: str) -> str | None:
        """Return the state of a task, ``None`` where it is not stored."""
        task = self.task(task_id)
        return task.state if task else None

    def wait_for_state(self, task_id: str, state: str, within_s: float = 20.0) -> Task:
        """Return the task once it has this state."""
        wait_until(
            lambda: self.state(task_id) == state,
            f"{task_id} is {state} (it is {self.state(task_id)})",
            within_s=within_s,
        )
        task = self.task(task_id)
        assert task is not None
        return task

    def wait_for(self, is_true: Callable[[], object], what: str, within_s: float = 20.0) -> None:
        """Wait until something holds; a failure tells the collector's health."""
        try:
            wait_until(is_true, what, within_s=within_s)
        except BaseException as failure:
            failure.add_note(repr(self.collector.health()))
            raise

    @property
    def link(self) -> BrokerHealth:
        """How the link is."""
        return self.collector.health().broker

    @property
    def health(self) -> CollectorHealth:
        """How the collector is."""
        return self.collector.health().collector


@contextlib.contextmanager
def collecting(broker: str, **settings: Any) -> Iterator[Collecting]:
    """Collect from ``broker`` for the length of a block, beginning when the link is there."""
    with (
        tempfile.TemporaryDirectory(prefix="umbel-store-") as folder,
        contextlib.closing(open_store(str(Path(folder) / "umbel.db"))) as store,
    ):
        running = Collecting(broker, store, **settings)
        running.collector.start()
        try:
            running.wait_for(lambda: running.link.state == "connected", "the collector is connected")
            yield running
        finally:
            running.collector.stop()
