"""Real beats for tests: with the scheduler of Celery, of RedBeat or of django-celery-beat."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.support.processes import ROOT, Process
from tests.support.workers import app_env

EVERY_S: Final = 2.0
ENTRY: Final = "tick tock"
SCHEDULE: Final = json.dumps({ENTRY: {"task": "tests.support.celery_app.add", "schedule": EVERY_S, "args": [1, 2]}})
DJANGO: Final = {"DJANGO_SETTINGS_MODULE": "tests.support.django_settings"}


class Beat:
    """A beat that sends what ``SCHEDULE`` says, or what its own store has."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        broker: str,
        backend: str,
        env: Mapping[str, str],
        scheduler: str | None = None,
    ) -> None:
        self.shelf = folder / f"{name}-schedule"
        command = [sys.executable, "-m", "celery", "-A", "tests.support.celery_app", "beat", "-l", "INFO"]
        command += ["--max-interval", "1", "--pidfile", str(folder / f"{name}.pid")]
        command += ["-S", scheduler] if scheduler else ["-s", str(self.shelf)]
        self._process = Process(f"beat-{name}", command, folder, {**app_env(broker, backend), **env})

    def start(self) -> None:
        """Start it and wait until it says so."""
        seen = self._process.log().count("beat: Starting")
        self._process.start(lambda: self._process.log().count("beat: Starting") > seen)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        self._process.stop(how)

    def log(self) -> str:
        """Return its log so far."""
        return self._process.log()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()
        if error is not None:
            error.add_note(self.log()[-2000:])


def run_here(code: str, folder: Path, env: Mapping[str, str]) -> str:
    """Run a few lines of Python in a process of their own, as another application would, and return what it says."""
    done = Process("script", [sys.executable, "-c", code], folder, {"PYTHONPATH": str(ROOT), **env})
    seen = len(done.log())
    done.start(lambda: not done.is_running or done.log().endswith("done\n"))
    done.stop()
    return done.log()[seen:]
