"""A real Umbel server, as a user starts it: ``umbel --broker … --store …``."""

import json
import math
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

from tests.support.processes import LOOPBACK, Process, free_port, wait_until

UMBEL: Final = (sys.executable, "-m", "umbel.cli.main")
"""The program; its options follow in ``Umbel``."""
PING_PATH: Final = "/healthcheck"
PAGE_ROWS: Final = 500


class Umbel:
    """A server in a process of its own. ``url`` and ``store`` stay the same over ``stop()`` and ``start()``."""

    def __init__(
        self,
        folder: Path,
        broker: str,
        *,
        backend: str | None = None,
        store: str | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        self.store = store or str(folder / "umbel.db")
        command = [*UMBEL, "--broker", broker, "--store", self.store, "--address", LOOPBACK, "--port", str(port)]
        command += ["--result-backend", backend] if backend else []
        self.process = Process(f"umbel-{port}", [*command, *options], folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process.start(lambda: serves(self.url + PING_PATH))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        self.process.stop(how)

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Return what the API answers. Raises ``urllib.error.HTTPError``."""
        url = f"{self.url}/api/v1/{path}?{urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10.0) as answer:  # noqa: S310 - our own loopback URL
            return json.load(answer)

    def health(self) -> Any:  # noqa: ANN401 - JSON
        """Return ``/api/v1/health``."""
        return self.get("health")

    def task(self, task_id: str) -> dict[str, Any] | None:
        """Return what the page of a task shows, ``None`` where it is not known."""
        try:
            found: dict[str, Any] = self.get(f"tasks/{task_id}")
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
            raise
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield all rows of the list of tasks, page by page, in the order of arrival."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get("tasks", sort="arrived", limit=PAGE_ROWS, **cursor)
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def newest(self, limit: int = PAGE_ROWS) -> list[dict[str, Any]]:
        """Return the newest rows of the list of tasks."""
        items: list[dict[str, Any]] = self.get("tasks", limit=limit)["items"]
        return items

    def gaps(self, kind: str) -> list[tuple[float, float]]:
        """Return from when until when events may have been missed, in epoch seconds; what lasts has no end (inf)."""
        told = [gap for gap in self.get("gaps")["items"] if gap["kind"] == kind]
        return [(_epoch(gap["since"]), _epoch(gap["until"]) if gap["until"] else math.inf) for gap in told]

    def wait_for_health(self, status: str, within_s: float = 20.0) -> dict[str, Any]:
        """Return the health once it has this status."""
        wait_until(lambda: self.health()["status"] == status, f"Umbel is {status}", within_s=within_s, every_s=0.1)
        health: dict[str, Any] = self.health()
        return health

    def wait_until_connected(self, within_s: float = 20.0) -> None:
        """Return once it hears the broker."""
        wait_until(lambda: self.health()["broker"]["state"] == "connected", "Umbel is connected", within_s=within_s)

    def wait_for_state(self, task_id: str, state: str, within_s: float = 20.0) -> dict[str, Any]:
        """Return a task once it has this state."""
        found: dict[str, Any] = {}

        def has_state() -> bool:
            found.update(self.task(task_id) or {})
            return found.get("state") == state

        wait_until(has_state, f"{task_id} is {state}", within_s=within_s, every_s=0.05)
        return found

    def complaints(self) -> list[str]:
        """Return the lines of its log that tell of errors."""
        return [line for line in self.process.log().splitlines() if " ERROR " in line or line.startswith("Traceback")]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()
        if error is not None:
            error.add_note(self.process.log()[-4000:])


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def serves(url: str) -> bool:
    """Return whether a server answers there, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as response:  # noqa: S310 - our own loopback URL
            return bool(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
