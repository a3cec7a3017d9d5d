"""A broker with a result backend, workers, and a client that sends them tasks."""

import contextlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import celery

from tests.support.services import RabbitServer, RedisServer, start_broker
from tests.support.umbel import Umbel
from tests.support.workers import Worker

APP: Final = "tests.support.celery_app"


class Deployment:
    """What a user of Celery runs, on this machine, all of it real."""

    def __init__(self, parts: ExitStack, folder: Path, kind: str) -> None:
        self.folder = folder
        self._parts = parts
        self._numbers = itertools.count(1)
        self.broker: RedisServer | RabbitServer = start_broker(parts, folder, kind)
        keeper = self.broker if isinstance(self.broker, RedisServer) else start_broker(parts, folder, "redis")
        assert isinstance(keeper, RedisServer)
        self.backend = keeper.url_of(1)
        self.client = celery.Celery("client", broker=self.broker.url, backend=self.backend, set_as_current=False)
        self.client.conf.update(task_send_sent_event=True, result_extended=True)
        parts.callback(self._close_client)

    @property
    def ledger_path(self) -> Path:
        """Where the application notes what it does."""
        return self.folder / "ledger.jsonl"

    def worker(self, name: str = "w", **options: Any) -> Worker:
        """Return a worker that is not started yet; its name gets a number."""
        name = f"{name}{next(self._numbers)}"
        return Worker(self.folder, name, broker=self.broker.url, backend=self.backend, **options)

    def send(self, task: str, *args: Any, **options: Any) -> str:
        """Send a task of the test application and return its id. ``kwargs`` are its keyword arguments."""
        kwargs = options.pop("kwargs", None)
        return str(self.client.send_task(f"{APP}.{task}", args, kwargs, **options).id)

    def result(self, task_id: str) -> dict[str, Any]:
        """Return what the result backend keeps of a task."""
        meta: dict[str, Any] = self.client.backend.get_task_meta(task_id)
        return meta

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        """Return the application's own notes by task id, in the order in which they were made."""
        notes: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self.ledger_path.read_text("utf-8").splitlines() if self.ledger_path.exists() else ():
            note = json.loads(line)
            notes[note["id"]].append(note)
        return notes

    def outcomes(self) -> dict[str, str]:
        """Return the state of each task that has ended, as the application noted it, by task id."""
        ends = {"returned": "SUCCESS", "raised": "FAILURE"}
        last = {task_id: notes[-1]["what"] for task_id, notes in self.ledger().items()}
        return {task_id: ends[what] for task_id, what in last.items() if what in ends}

    def umbel(self, folder: Path | None = None, broker: str | None = None, *options: str) -> Umbel:
        """Return a server that is not started yet. ``broker`` is another way to the same broker."""
        return Umbel(folder or self.folder, broker or self.broker.url, backend=self.backend, options=options)

    def _close_client(self) -> None:
        backend: Any = self.client.backend
        pool: Any = self.client.pool
        for close in (backend.result_consumer.stop, pool.force_close_all, self.client.close):
            with contextlib.suppress(Exception):  # the broker may be gone by now
                close()


@contextlib.contextmanager
def a_deployment(folder: Path, kind: str) -> Iterator[Deployment]:
    """Run a broker of this kind (``redis`` or ``rabbitmq``) and a result backend."""
    with ExitStack() as parts:
        yield Deployment(parts, folder, kind)
