"""A real small file system, which a test can fill and make read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

MOUNT: Final = "/bin/mount"
_BALLAST: Final = "ballast"


class Disk:
    """A file system of its own in memory. ``folder`` is where it is mounted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room."""
        with (self.folder / _BALLAST).open("ab") as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while os.write(file.fileno(), bytes(size)):
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        """Give back what ``fill`` took."""
        (self.folder / _BALLAST).unlink()

    def remount(self, how: str) -> None:
        """Make it read-only (``ro``) or writable again (``rw``)."""
        subprocess.run([MOUNT, "-o", f"remount,{how}", str(self.folder)], check=True, capture_output=True)


@contextmanager
def a_disk(folder: Path, size: str = "4m") -> Iterator[Disk]:
    """Mount a disk in ``folder`` for the length of a block. Only the superuser can; CI runs as one."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only the superuser may mount a file system")
    folder.mkdir()
    subprocess.run([MOUNT, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True, capture_output=True)
