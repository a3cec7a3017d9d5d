"""A whole deployment for end-to-end tests: ``python -m tests.support.stack [--rabbitmq] [--workers 1] ...``.

Starts a broker, workers and Umbel on free loopback ports, prints one line of JSON (``url``, ``broker``,
``backend``, ``pid``, ``workers``) and then answers each line of JSON on its input with one on its output:

    {"send": "tests.support.celery_app.add", "args": [1, 2], "kwargs": {}, "options": {}}     -> {"id": "..."}
    {"publish": "any name@anywhere", "events": [["task-started", {"uuid": "..."}]]}           -> {"ok": true}
    {"stop_broker": true}, {"start_broker": true}, {"stop_worker": "w1@localhost"},
    {"start_worker": "w1@localhost"}, {"kill_worker": "w1@localhost"}                         -> {"ok": true}

A request that fails is answered with ``{"error": "..."}``. At the end of the input everything is stopped.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from celery import Celery

from tests.support.services import RedisServer, start_broker
from tests.support.umbel import Umbel
from tests.support.workers import Worker

_Action = Callable[[str], None]


class Stack:
    """A broker, a result backend, workers and Umbel."""

    def __init__(self, parts: ExitStack, folder: Path, arguments: argparse.Namespace) -> None:
        self._workers: dict[str, Worker] = {}
        self.broker = start_broker(parts, folder, "rabbitmq" if arguments.rabbitmq else "redis")
        keeper = self.broker if isinstance(self.broker, RedisServer) else start_broker(parts, folder, "redis")
        assert isinstance(keeper, RedisServer)
        self.backend = keeper.url_of(1)
        for number in range(1, arguments.workers + 1):
            self._add_worker(parts, folder, f"w{number}", arguments)
        store, options = arguments.store, tuple(arguments.umbel_option)
        umbel = Umbel(folder, self.broker.url, backend=self.backend, store=store, options=options)
        self.umbel = parts.enter_context(umbel)
        self._client = Celery("stack", broker=self.broker.url, backend=self.backend, set_as_current=False)
        self._client.conf.update(task_send_sent_event=True, broker_transport_options={"max_retries": 1})
        self._does: dict[str, _Action] = {
            "stop_broker": lambda _: self.broker.stop(),
            "start_broker": lambda _: self.broker.start(),
            "stop_worker": lambda name: self._workers[name].stop(),
            "kill_worker": lambda name: self._workers[name].stop(signal.SIGKILL),
            "start_worker": lambda name: self._workers[name].start(),
        }

    def hello(self) -> dict[str, Any]:
        """Return what the first line says."""
        urls = {"url": self.umbel.url, "broker": self.broker.url, "backend": self.backend}
        workers = {name: worker.pid for name, worker in self._workers.items()}
        return {**urls, "pid": self.umbel.process.pid, "workers": workers}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a line of the input asks."""
        if "send" in request:
            return {"id": self._send(request)}
        if "publish" in request:
            self._publish(request["publish"], request["events"])
            return {"ok": True}
        for word, do in self._does.items():
            if word in request:
                do(request[word])
                return {"ok": True}
        raise ValueError(f"unknown request, allowed are send, publish, {', '.join(self._does)}")

    def _send(self, request: dict[str, Any]) -> str:
        options = {"retry": False, **request.get("options", {})}
        result = self._client.send_task(request["send"], request.get("args"), request.get("kwargs"), **options)
        return str(result.id)

    def _publish(self, hostname: str, events: list[tuple[str, dict[str, Any]]]) -> None:
        """Send events as a worker of that name does, whatever the name: by Celery's own dispatcher."""
        with (
            self._client.connection_for_write() as connection,
            self._client.events.Dispatcher(connection, hostname=hostname, buffer_while_offline=False) as dispatcher,
        ):
            for type_, fields in events:
                dispatcher.send(type_, **fields)

    def _add_worker(self, parts: ExitStack, folder: Path, name: str, arguments: argparse.Namespace) -> None:
        options = {"pool": arguments.pool, "concurrency": arguments.concurrency}
        worker = Worker(folder, name, broker=self.broker.url, backend=self.backend, **options)
        self._workers[worker.name] = parts.enter_context(worker)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.stack")
    parser.add_argument("--rabbitmq", action="store_true", help="use RabbitMQ in place of Redis as the broker")
    parser.add_argument("--workers", type=int, default=1, help="how many workers")
    parser.add_argument("--pool", default="prefork", help="the pool of the workers")
    parser.add_argument("--concurrency", type=int, default=2, help="processes of each worker")
    parser.add_argument("--store", help="the store; a new SQLite file by default")
    parser.add_argument("--umbel-option", action="append", default=[], help="one more word for Umbel's command line")
    return parser.parse_args()


def main() -> None:
    """Run until the input ends or SIGTERM comes."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="umbel-stack-") as name, ExitStack() as parts:
        stack = Stack(parts, Path(name), arguments)
        _say(stack.hello())
        for line in sys.stdin:
            if line.strip():
                _say(_answered(stack, line))


def _answered(stack: Stack, line: str) -> dict[str, Any]:
    try:
        return stack.answer(json.loads(line))
    except Exception as error:  # noqa: BLE001 - the loop's edge: the caller is told, and asks the next thing
        return {"error": f"{type(error).__name__}: {error}"}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - this is how it answers


if __name__ == "__main__":
    main()
