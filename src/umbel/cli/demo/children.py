"""The processes of the demo: started with their output in files, watched, and ended together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from msgspec import Struct

STOP_WITHIN_S: Final = 4.0
LOOK_EVERY_S: Final = 0.5
IS_WINDOWS: Final = sys.platform == "win32"


class Child(Struct, kw_only=True):
    """A program, and how often it is started again after it died."""

    name: str
    command: Sequence[str]
    restarts: int = 0
    process: subprocess.Popen[bytes] | None = None


class Children:
    """Starts programs in their own process groups and ends them all when it is left, however that happens."""

    def __init__(self, folder: Path, env: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._env = env
        self._tell = tell
        self._children: list[Child] = []
        self._guardian: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="umbel-demo-watch", daemon=True)
        self.died = False

    def start(self, child: Child) -> Child:
        """Start a program; its output goes to a file named after it."""
        with self._lock:
            self._launch(child)
            self._children.append(child)
        return child

    def wait_until(self, child: Child, is_ready: Callable[[], bool], within_s: float) -> bool:
        """Wait until ``is_ready()``; False when the program ended or the time was over before."""
        deadline = time.monotonic() + within_s
        while not is_ready():
            if child.process is None or child.process.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def log_path(self, child: Child) -> Path:
        """The file with the output of a program."""
        return self._folder / f"{child.name}.log"

    def __enter__(self) -> Self:
        if not IS_WINDOWS:  # a killed demo leaves nothing behind; Windows has no process groups to end
            command = [sys.executable, "-m", "umbel.cli.demo.guardian"]
            self._guardian = subprocess.Popen(command, stdin=subprocess.PIPE, **_apart())  # noqa: S603 - ourselves
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stopping.set()
        with self._lock:
            running = [child.process for child in reversed(self._children) if child.process]
            _end(running)
        if self._guardian and self._guardian.stdin:
            for process in running:
                self._guard("-", process)
            self._guardian.stdin.close()
            self._guardian.wait(STOP_WITHIN_S)

    def _launch(self, child: Child) -> None:
        with self.log_path(child).open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 - programs of the demo
                child.command,
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **_apart(),
            )
        self._guard("+", child.process)

    def _guard(self, sign: str, process: subprocess.Popen[bytes]) -> None:
        if self._guardian and self._guardian.stdin:
            with suppress(OSError):
                self._guardian.stdin.write(f"{sign}{process.pid}\n".encode())
                self._guardian.stdin.flush()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            with self._lock:
                for child in self._children:
                    self._look_at(child)

    def _look_at(self, child: Child) -> None:
        if self._stopping.is_set() or child.process is None or child.process.poll() is None:
            return
        self.died = True
        code, again = child.process.returncode, child.restarts > 0
        self._tell(f"{child.name} ended with exit code {code}{', starting it again' if again else ''}; see its log")
        _kill_group(child.process)
        self._guard("-", child.process)
        child.process = None
        if again:
            child.restarts -= 1
            self._launch(child)


def _apart() -> dict[str, Any]:
    """Keep a program away from the Ctrl-C of our terminal, and give it a group of its own."""
    if IS_WINDOWS:
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, and kill the groups of those that do not in time, with whatever they started."""
    for process in processes:
        _ask_to_end(process)
    deadline = time.monotonic() + STOP_WITHIN_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        _kill_group(process)
        process.wait()


def _ask_to_end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(OSError):
            process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a group: the program where it still runs, and what it has started."""
    with suppress(OSError):
        if IS_WINDOWS:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
