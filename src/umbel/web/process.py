"""What this process takes of its machine, by the standard library alone."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from umbel.web.self_schemas import SelfProcess

SHARE_OVER_S: Final = 2.0
_STATM: Final = Path("/proc/self/statm")


class ProcessProbe:
    """Reads memory and CPU. ``cpu_share`` is over the time since a reading at least two seconds ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at, self._cpu_s = clock(), time.process_time()
        self._share: float | None = None

    def read(self) -> SelfProcess:
        """Return how it is now."""
        cpu_s = time.process_time()
        return SelfProcess(
            pid=os.getpid(),
            python=platform.python_version(),
            threads=threading.active_count(),
            rss_bytes=_rss_bytes(),
            peak_rss_bytes=_peak_rss_bytes(),
            cpu_s=cpu_s,
            cpu_share=self._share_of(cpu_s),
        )

    def _share_of(self, cpu_s: float) -> float | None:
        with self._lock:
            passed_s = self._clock() - self._at
            if passed_s >= SHARE_OVER_S:
                self._share = max(0.0, cpu_s - self._cpu_s) / passed_s
                self._at, self._cpu_s = self._at + passed_s, cpu_s
            return self._share


def _rss_bytes() -> int | None:
    """Return the resident memory on Linux, ``None`` elsewhere."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak_rss_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  # there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
