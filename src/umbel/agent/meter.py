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
_FORGET_PEAK: Final = b"5"
"""Written to ``/proc/self/clear_refs`` it sets the peak of RSS back to what it is now (Linux, ``proc(5)``)."""


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
        self._clear_refs: tuple[int, int] | None = None

    def begin(self, task_id: str) -> None:
        """Note where a run begins."""
        if self.sharing is Sharing.NOTHING:
            return
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
        return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, own.ru_maxrss

    def _reset_peak(self) -> bool:
        pid = os.getpid()
        if self._clear_refs is None or self._clear_refs[0] != pid:
            self._clear_refs = (pid, _open_clear_refs())
        handle = self._clear_refs[1]
        if handle < 0:
            return False
        try:
            return os.write(handle, _FORGET_PEAK) == 1
        except OSError:
            self._clear_refs = (pid, -1)
            with suppress(OSError):
                os.close(handle)
            return False


def _open_clear_refs() -> int:
    """Return a handle on the file of this very process, -1 where there is none."""
    try:
        return os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC) if sys.platform == "linux" else -1
    except OSError:
        return -1
