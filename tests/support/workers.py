"""Real Celery workers for tests."""

import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.support.processes import ROOT, Process

STOP_WITHIN_S: Final = 5.0
"""A pool sometimes hangs at its end (billiard); nothing of a test depends on that end."""


class Worker:
    """A real Celery worker that runs ``tests.support.celery_app``."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        broker: str,
        backend: str,
        pool: str = "prefork",
        concurrency: int = 2,
        queues: str = "celery",
        events: bool = True,
        env: Mapping[str, str] | None = None,
        python: str = sys.executable,
        options: Iterable[str] = (),
    ) -> None:
        self.name = f"{name}@localhost"
        self.ledger_path = folder / "ledger.jsonl"
        command = [python, "-m", "celery", "-A", "tests.support.celery_app", "worker", "-n", self.name]
        command += ["-P", pool, "-c", str(concurrency), "-Q", queues, "-l", "INFO", *options]
        command += ["-E"] if events else []
        settings = app_env(broker, backend, self.ledger_path)
        self._process = Process(f"worker-{name}", command, folder, {**settings, **(env or {})})

    @property
    def pid(self) -> int:
        """The id of its main process."""
        return self._process.pid

    def log(self) -> str:
        """Return its log so far."""
        return self._process.log()

    def start(self) -> None:
        """Start it and wait until it takes tasks."""
        seen = self.log().count("ready.")
        self._process.start(lambda: self.log().count("ready.") > seen)

    def restart_if_gone(self) -> None:
        """Start it again where it did not survive: some versions of Celery end when Redis does."""
        if not self._process.is_running:
            self.start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        self._process.stop(how, STOP_WITHIN_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()


def app_env(broker: str, backend: str, ledger_path: Path | None = None) -> dict[str, str]:
    """Return the environment that ``tests.support.celery_app`` reads."""
    env = {"UMBEL_TEST_BROKER": broker, "UMBEL_TEST_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    if ledger_path is not None:
        env["UMBEL_TEST_LEDGER"] = str(ledger_path)
    return env
