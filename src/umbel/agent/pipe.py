"""From the processes of a pool to the worker's main process: a pipe that never blocks either of them.

A write of at most ``PIPE_BUF`` bytes is atomic (POSIX, ``pipe(7)``), so that many processes share one pipe without a
lock. It is made before the pool forks. Where there is no room the message is dropped and counted.
"""

from __future__ import annotations

import json
import os
import select
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

LARGEST: Final[int] = getattr(select, "PIPE_BUF", 512)
ROOM: Final = 1024 * 1024
_READ: Final = 65_536
_F_SETPIPE_SZ: Final = 1031
"""Linux: ``fcntl(2)``. Other systems keep their 64 KB or so."""

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class Pipe:
    """Messages are lists that JSON can hold. The main process alone reads, the others write.

    ``dropped`` is how many of them the reader knows to be missing.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._unsaid = 0
        self._rest = b""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.fcntl(self._writer, _F_SETPIPE_SZ, ROOM)

    def write(self, message: list[Any]) -> bool:
        """Send a message, together with how many were dropped before it; return whether there was room."""
        line = _encode([self._unsaid, *message]).encode() + b"\n"
        if len(line) <= LARGEST:
            try:
                os.write(self._writer, line)
            except BlockingIOError:
                pass
            else:
                self._unsaid = 0
                return True
        self._unsaid += 1
        return False

    def read(self) -> Iterator[list[Any]]:
        """Yield all messages that are there now, and add up what was dropped."""
        while data := self._available():
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                dropped, *message = json.loads(line)
                self.dropped += dropped
                yield message
            if len(data) < _READ:
                return

    def close(self) -> None:
        """Give both ends back."""
        os.close(self._reader)
        os.close(self._writer)

    def _available(self) -> bytes:
        try:
            return os.read(self._reader, _READ)
        except BlockingIOError:
            return b""
