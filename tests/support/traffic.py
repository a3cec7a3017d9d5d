"""The events of a busy deployment, sent by Celery's own dispatcher. The id of a task tells how it ends.

So a record of any number of tasks needs no memory: how many there were, and ``end_of`` each id that is found.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import celery

NAMES: Final = ("shop.orders.charge", "shop.orders.ship", "shop.mail.send", "shop.stock.count")
WORKERS: Final = 4
RUNNING: Final = 40
TICK_S: Final = 0.01
HEARTBEAT_EVERY_S: Final = 2.0
EVENTS_A_MESSAGE: Final = 24
"""What a worker gathers at most before it sends; see ``buffer_limit`` of Celery's dispatcher."""
SOFTWARE: Final = {"sw_ident": "py-celery", "sw_ver": "5.7.0", "sw_sys": "Linux"}
TRACEBACK: Final = 'Traceback (most recent call last):\n  File "shop/orders.py", line 1\nGatewayError: no answer\n'

_Event = tuple[str, dict[str, Any]]


def end_of(task_id: str) -> str:
    """Return the state in which a task of a crew ends: one in 16 fails, one in 16 is terminated."""
    return {"0": "FAILURE", "1": "REVOKED"}.get(task_id[-1], "SUCCESS")


class Crew:
    """Workers that run tasks as fast as they are told: an event of some task each time that ``step`` is called.

    ``ended`` counts the tasks by the state that they ended in; one in 30 was tried twice.
    """

    def __init__(self, url: str, *, seed: int = 1) -> None:
        self.ended: Counter[str] = Counter()
        self.events = 0
        self._random = random.Random(seed)
        self._app = celery.Celery("traffic", broker=url, set_as_current=False)
        self._connection = self._app.connection_for_write()
        self._workers = [self._worker(f"worker-{number}@shop") for number in range(WORKERS)]
        self._processed = [0] * WORKERS
        self._running: list[tuple[int, Iterator[_Event]]] = []
        self._heartbeat_at = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether every task that was begun has ended."""
        return not self._running

    def step(self, *, begin: bool = True) -> None:
        """Send the next event of some task; with ``begin``, new tasks are begun."""
        while begin or self._running:
            if begin and len(self._running) < RUNNING:
                self._running.append((self._random.randrange(WORKERS), self._life()))
            place = self._random.randrange(len(self._running))
            worker, life = self._running[place]
            event = next(life, None)
            if event is not None:
                self._processed[worker] += event[0] == "task-started"
                self._send(worker, *event)
                return
            self._running[place] = self._running[-1]
            self._running.pop()

    def flush(self) -> None:
        """Send what is gathered, and heartbeats when they are due."""
        now = time.monotonic()
        is_due = now - self._heartbeat_at >= HEARTBEAT_EVERY_S
        for number, worker in enumerate(self._workers):
            worker.flush()
            if is_due:
                self._send(number, "worker-heartbeat", self._counters(number))
        if is_due:
            self._heartbeat_at = now

    def close(self) -> None:
        """Let go of the broker."""
        self._connection.release()
        self._app.close()

    def _worker(self, hostname: str) -> Any:  # noqa: ANN401 - Celery's dispatcher, without types
        return self._app.events.Dispatcher(
            self._connection, hostname=hostname, buffer_group={"task"}, buffer_limit=EVENTS_A_MESSAGE
        )

    def _send(self, worker: int, type_: str, fields: dict[str, Any]) -> None:
        self.events += 1
        self._workers[worker].send(type_, **fields)

    def _counters(self, worker: int) -> dict[str, Any]:
        active = sum(number == worker for number, _ in self._running)
        return {"freq": 2.0, "active": active, "processed": self._processed[worker], "loadavg": [1, 1, 1], **SOFTWARE}

    def _life(self) -> Iterator[_Event]:
        uuid = str(UUID(int=self._random.getrandbits(128), version=4))
        number = self._random.randrange(10**6)
        call = {
            "uuid": uuid,
            "name": self._random.choice(NAMES),
            "args": f"({number}, 'customer-{number % 5_000}@example.com')",
            "kwargs": f"{{'tenant': 'acme-{number % 50}', 'dry_run': False}}",
            "root_id": uuid,
            "parent_id": None,
            "eta": None,
            "expires": None,
        }
        trouble = {"uuid": uuid, "exception": "GatewayError('no answer')", "traceback": TRACEBACK}
        retries = int(self._random.random() < 1 / 30)
        for attempt in range(retries + 1):
            yield "task-received", {**call, "retries": attempt}
            yield "task-started", {"uuid": uuid}
            if attempt < retries:
                yield "task-retried", trouble
        end = end_of(uuid)
        self.ended[end] += 1
        if end == "FAILURE":
            yield "task-failed", trouble
        elif end == "REVOKED":
            yield "task-revoked", {"uuid": uuid, "terminated": True, "signum": "15", "expired": False}
        else:
            yield "task-succeeded", {"uuid": uuid, "result": f"{{'order': {number}}}", "runtime": 0.05}


class Traffic:
    """A crew at work on a thread of its own, at ``rate`` events a second, for the length of a block.

    At the end of the block every task that was begun is brought to its end.
    """

    def __init__(self, url: str, *, rate: float, seed: int = 1) -> None:
        self.crew = Crew(url, seed=seed)
        self._rate = rate
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._error: BaseException | None = None

    def end(self) -> Counter[str]:
        """Begin no more tasks, bring all to their end, and return how many ended in which state."""
        self._is_over.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self.crew.ended

    def _work(self) -> None:
        began, sent = time.monotonic(), 0
        try:
            while not self._is_over.wait(TICK_S):
                due = int((time.monotonic() - began) * self._rate) - sent
                sent += due
                for _ in range(due):
                    self.crew.step()
                self.crew.flush()
            while not self.crew.is_idle:
                self.crew.step(begin=False)
            self.crew.flush()
        except BaseException as error:  # noqa: BLE001 - told to whoever ends it
            self._error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            self.end()
        finally:
            self.crew.close()
