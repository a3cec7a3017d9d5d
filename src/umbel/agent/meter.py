"""What a run of a task took: CPU time, and the most memory that its process had."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from enum import Enum
from typing import Any, Final, NamedTuple

resource: Any
try:
    import resource
except ImportError:  # Windows
    resource = None

_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""``ru_maxrss`` is in bytes on macOS and in KiB elsewhere (``getrusage(2)``)."""
_NEAR_KIB: Final = 1024
_FORGET_PEAK: Final = b"5"
"""Written to ``/proc/self/clear_refs`` it sets the peak of RSS back to what it is now (Linux, ``proc(5)``)."""


MOST_RUNS: Final = 10_000


class Sharing(Enum):
    """Whose figures a task's are: those of a process of its own, of a thread of its own, or of nobody alone."""

    PROCESS = "process"
    THREAD = "thread"
    NOTHING = "nothing"


class Measured(NamedTuple):
    """``peak_bytes`` is ``None`` where the process had more before the run than in it."""

    cpu_s: float
    peak_bytes: int | None


class _Begun(NamedTuple):
    cpu_s: float
    peak: int
    is_peak_reset: bool


class Meter:
    """Measures runs by task id. Without ``may_reset`` the process's own peak is left as it is.

    Celery recycles a process of its pool by that peak (``worker_max_memory_per_child``).
    """

    def __init__(self, sharing: Sharing, *, may_reset: bool = True) -> None:
        self.sharing = sharing
        self._may_reset = may_reset and sharing is Sharing.PROCESS
        self._begun: dict[str, _Begun] = {}
        self._peaks: _Peaks | None = None

    def begin(self, task_id: str) -> None:
        """Note where a run begins."""
        if self.sharing is Sharing.NOTHING:
            return
        if len(self._begun) >= MOST_RUNS:  # runs that never ended, as far as Celery tells
            self._begun.clear()
        is_reset = self._may_reset and self._reset_peak()
        self._begun[task_id] = _Begun(*self._read(), is_reset)

    def end(self, task_id: str) -> Measured | None:
        """Return what the run took that began under this id, ``None`` where that is not known."""
        begun = self._begun.pop(task_id, None)
        if begun is None:
            return None
        cpu_s, peak = self._read()
        is_of_run = self.sharing is Sharing.PROCESS and peak > 0 and (begun.is_peak_reset or peak > begun.peak)
        return Measured(max(0.0, cpu_s - begun.cpu_s), peak * _RSS_UNIT if is_of_run else None)

    def _read(self) -> tuple[float, int]:
        if self.sharing is Sharing.THREAD:
            return time.thread_time(), 0
        if resource is None:
            return time.process_time(), 0
        own: Any = resource.getrusage(resource.RUSAGE_SELF)
        children: Any = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak = own.ru_maxrss if self._peaks is None or not self._peaks.has_floor else _high_water_kib()
        return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, peak

    def _reset_peak(self) -> bool:
        if self._peaks is None or self._peaks.pid != os.getpid():
            self._peaks = _Peaks()
        return self._peaks.reset()


class _Peaks:
    """The peak of RSS of this process, and a handle by which it is forgotten.

    After an ``exec`` a process begins with the peak of the one before as the least that ``getrusage`` ever tells; a
    process that was forked begins with its own. ``has_floor`` says that the peak is to be read elsewhere.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._handle = _open_clear_refs()
        self.has_floor = (
            self.reset() and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > _high_water_kib() + _NEAR_KIB
        )

    def reset(self) -> bool:
        """Begin anew at what it has now; false where this system does not let it."""
        if self._handle < 0:
            return False
        try:
            return os.write(self._handle, _FORGET_PEAK) == 1
        except OSError:
            handle, self._handle = self._handle, -1
            with suppress(OSError):
                os.close(handle)
            return False


def _high_water_kib() -> int:
    """Return ``VmHWM`` of this process, 0 where it is not told (``proc(5)``)."""
    with open("/proc/self/status", "rb") as file:  # noqa: PTH123 - twice as fast, and read for each task
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
    return 0


def _open_clear_refs() -> int:
    """Return a handle on the file of this very process, -1 where there is none."""
    try:
        return os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC) if sys.platform == "linux" else -1
    except OSError:
        return -1
