"""The events of a busy deployment, sent by Celery's own dispatcher, and a record of what became of each task."""

import random
import threading
import time
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


class Crew:
    """Workers that run tasks as fast as they are told: an event of some task each time that ``step`` is called.

    ``ended`` holds how each task ended. One in 25 fails, one in 30 is tried twice, one in 50 is terminated.
    """

    def __init__(self, url: str, *, seed: int = 1) -> None:
        self.ended: dict[str, str] = {}
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
        """Send the next event of one task; with ``begin``, new tasks are begun."""
        if begin and len(self._running) < RUNNING:
            worker = self._random.randrange(WORKERS)
            self._running.append((worker, self._life()))
        if not self._running:
            return
        place = self._random.randrange(len(self._running))
        worker, life = self._running[place]
        event = next(life, None)
        if event is None:
            self._running[place] = self._running[-1]
            self._running.pop()
            return
        self._processed[worker] += event[0] == "task-started"
        self._send(worker, *event)

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
        number, chance = self._random.randrange(10**6), self._random.random()
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
        if chance < 0.04:
            self.ended[uuid] = "FAILURE"
            yield "task-failed", trouble
        elif chance < 0.06:
            self.ended[uuid] = "REVOKED"
            yield "task-revoked", {"uuid": uuid, "terminated": True, "signum": "15", "expired": False}
        else:
            self.ended[uuid] = "SUCCESS"
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

    def end(self) -> dict[str, str]:
        """Begin no more tasks, bring all to their end, and return how each ended."""
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
