"""A small disk that a test can fill and make read-only: a real file system where one may be mounted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

import pytest

MOUNT, UNMOUNT = "/bin/mount", "/bin/umount"
_BALLAST: Final = "ballast"


class Disk(Protocol):
    """Somewhere to write. ``full`` is what a store says when nothing fits there any more."""

    folder: Path
    full: str

    def fill(self) -> None:
        """Leave no room."""

    def make_room(self) -> None:
        """Take back what ``fill`` did."""

    def remount(self, how: str) -> None:
        """Make it read-only (``ro``) or writable again (``rw``); skips the test where that cannot be."""


class MountedDisk:
    """A file system of its own, in memory."""

    full = "the disk is full"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """See ``Disk``."""
        with (self.folder / _BALLAST).open("ab") as file:
            for size in (1 << 16, 1 << 12, 1):
                with suppress(OSError):
                    while os.write(file.fileno(), bytes(size)):
                        pass

    def make_room(self) -> None:
        """See ``Disk``."""
        (self.folder / _BALLAST).unlink()

    def remount(self, how: str) -> None:
        """See ``Disk``."""
        subprocess.run([MOUNT, "-o", f"remount,{how}", str(self.folder)], check=True, capture_output=True)


class LimitedDisk:
    """A folder in which this process, and what it starts, may write to no file any more: a quota that is used up."""

    full = "the disk did not read or write"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._resource = pytest.importorskip("resource", reason="limits of files are a matter of POSIX")
        self._limits = self._resource.getrlimit(self._resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """See ``Disk``."""
        self._resource.setrlimit(self._resource.RLIMIT_FSIZE, (1, self._limits[1]))

    def make_room(self) -> None:
        """See ``Disk``."""
        self._resource.setrlimit(self._resource.RLIMIT_FSIZE, self._limits)

    def remount(self, how: str) -> None:
        """See ``Disk``."""
        pytest.skip(f"no file system may be mounted here, so none can be made {how}")


@contextmanager
def a_disk(folder: Path, size: str = "4m") -> Iterator[Disk]:
    """Give a disk of this size for the length of a block; a process limit stands in where mounting is forbidden."""
    folder.mkdir()
    if not _is_mounted(folder, size):
        limited = LimitedDisk(folder)
        try:
            yield limited
        finally:
            limited.make_room()
        return
    try:
        yield MountedDisk(folder)
    finally:
        subprocess.run([UNMOUNT, "-l", str(folder)], check=True, capture_output=True)


def _is_mounted(folder: Path, size: str) -> bool:
    command = [MOUNT, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
