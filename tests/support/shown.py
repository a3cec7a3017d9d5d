"""Notes everything that a server shows of its tasks on its live stream."""

import json
import threading
from types import TracebackType
from typing import Any, Final, Self

import httpx

STREAM: Final = "/api/v1/stream?topics=tasks"
READ_TIMEOUT_S: Final = 30.0


class Shown:
    """Follows the stream of a server until that ends, however it does. ``rows`` holds the newest row of each task.

    Only whole messages count, as for a browser. ``seen`` is how many there were.
    """

    def __init__(self, url: str) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.seen = 0
        self._url = url
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def wait_for(self, messages: int, within_s: float = 20.0) -> None:
        """Return once so many messages came."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.seen >= messages, within_s), f"{self.seen} messages came"

    def _follow(self) -> None:
        lines: list[str] = []
        try:
            with httpx.stream("GET", self._url + STREAM, timeout=READ_TIMEOUT_S) as answer:
                for line in answer.iter_lines():
                    if line:
                        lines.append(line)
                    else:
                        self._take(lines)
                        lines = []
        except httpx.HTTPError:
            pass  # it was killed, which is what this is for

    def _take(self, lines: list[str]) -> None:
        fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        body = json.loads(fields.get("data", "{}"))
        with self._changed:
            if fields.get("event") == "tasks":
                self.rows.update({row["id"]: row for row in body["items"]})
                self.seen += 1
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._thread.join(READ_TIMEOUT_S)
        assert not self._thread.is_alive(), "the stream did not end"
