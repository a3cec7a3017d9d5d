"""From the processes of a pool to the worker's main process: a pipe that never blocks either of them.

A write of at most ``PIPE_BUF`` bytes is atomic (POSIX, ``pipe(7)``), so that many processes share one pipe without a
lock. It is made before the pool forks. Where there is no room the message is dropped and counted. Messages are in
``marshal``, which is ten times as fast as JSON here; both ends are the same Python, and nobody else has the pipe.
"""

from __future__ import annotations

import marshal
import os
import select
import struct
from contextlib import suppress
from typing import Any, Final

LARGEST: Final[int] = getattr(select, "PIPE_BUF", 512)
ROOM: Final = 1024 * 1024
_READ: Final = 65_536
_F_SETPIPE_SZ: Final = 1031
"""Linux: ``fcntl(2)``. Other systems keep their 64 KB or so."""

_LENGTH: Final = struct.Struct("<I")


class Pipe:
    """Messages are lists of plain values. The main process alone reads, the others write.

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
        data = marshal.dumps([self._unsaid, *message])
        if len(data) + _LENGTH.size <= LARGEST:
            try:
                os.write(self._writer, _LENGTH.pack(len(data)) + data)
            except BlockingIOError:
                pass
            else:
                self._unsaid = 0
                return True
        self._unsaid += 1
        return False

    def read(self) -> list[list[Any]]:
        """Return all messages that are there now, and add up what was dropped."""
        messages: list[list[Any]] = []
        while data := self._available():
            held, begin = self._rest + data, 0
            while (end := _end_of_first(held, begin)) <= len(held):
                dropped, *message = marshal.loads(held[begin + _LENGTH.size : end])  # noqa: S302 - our own process
                self.dropped += dropped
                messages.append(message)
                begin = end
            self._rest = held[begin:]
            if len(data) < _READ:
                break
        return messages

    def close(self) -> None:
        """Give both ends back."""
        os.close(self._reader)
        os.close(self._writer)

    def _available(self) -> bytes:
        try:
            return os.read(self._reader, _READ)
        except BlockingIOError:
            return b""


def _end_of_first(held: bytes, begin: int) -> int:
    """Return where the message ends that begins here; beyond all that is held where it is not whole."""
    head = held[begin : begin + _LENGTH.size]
    return begin + _LENGTH.size + int(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else len(held) + 1
