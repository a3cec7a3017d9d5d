"""Programs that tests start: the output goes to a file, and each is stopped by its own pid."""

import contextlib
import itertools
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
LOOPBACK: Final = "127.0.0.1"
READY_WITHIN_S: Final = 50.0
STOP_WITHIN_S: Final = 15.0


_PORTS_EACH: Final = 1_000
_FIRST_PORT: Final = 12_000
_ports = itertools.count(random.SystemRandom().randrange(_PORTS_EACH))


def free_port() -> int:
    """Return a loopback port that nothing listens on now, and that was not given out lately.

    They lie below those that the system hands out, and each process of a parallel run has its own: a port that a
    server has yet to take is not taken by another meanwhile.
    """
    base = _FIRST_PORT + _PORTS_EACH * _slot()
    while True:
        port = base + next(_ports) % _PORTS_EACH
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            return port


def _slot() -> int:
    """Which of the processes of a parallel run this is: pytest's, or what ``UMBEL_TEST_SLOT`` says (up to 19)."""
    slot = os.environ.get("UMBEL_TEST_SLOT") or os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return int(slot)


def wait_until(is_true: Callable[[], object], what: str, *, within_s: float = 20.0, every_s: float = 0.02) -> None:
    """Return as soon as ``is_true()`` holds; fail with ``what`` after ``within_s`` seconds."""
    deadline = time.monotonic() + within_s
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s:.0f} s: {what}")
        time.sleep(every_s)


class Process:
    """A program of ours: started with its output in a file, stopped by its pid."""

    def __init__(self, name: str, command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = command
        self.env = {**os.environ, **(env or {})}
        self.log_path = folder / f"{name}.log"
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the process that runs, or ran last."""
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._popen is not None and self._popen.poll() is None

    def log(self) -> str:
        """Return what it has written so far."""
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and wait until ``is_ready()``; raises RuntimeError with its output when it ends before."""
        with self.log_path.open("ab") as log:
            self._popen = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            if not self.is_running or time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise RuntimeError(f"{self.name} did not start:\n{self.log()[-4000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM, within_s: float = STOP_WITHIN_S) -> None:
        """End it and what it started, by force after ``within_s``. Safe to call twice."""
        if self._popen is None:
            return
        if self.is_running:
            self._popen.send_signal(how)
        try:
            self._popen.wait(within_s)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait(STOP_WITHIN_S)
        self._end_children()

    def _end_children(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # its own session, so only what it started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()
