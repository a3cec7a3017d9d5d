"""CPU and memory of processes and of their host. Read every ten seconds, so it must be cheap.

On Linux from ``/proc`` (one small file a process), elsewhere by psutil where that is installed, and else what
``getrusage`` says of this process alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, Protocol

from umbel.model.wire import HostSample, ProcessSample

try:
    import psutil
except ImportError:
    psutil = None

MOST_CHILDREN: Final = 256


class Use(NamedTuple):
    """What a process used up to now: CPU seconds, and bytes of memory (RSS) at the moment."""

    cpu_s: float
    rss: int | None


class Source(Protocol):
    """Where figures come from. ``read`` gives ``None`` for a process that is gone."""

    name: str

    def read(self, pid: int) -> Use | None: ...
    def host(self) -> HostSample: ...


class Proc:
    """``/proc`` of Linux (``proc(5)``)."""

    name = "proc"

    def __init__(self) -> None:
        self._tick_s = 1.0 / os.sysconf("SC_CLK_TCK")
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._before: tuple[int, int] | None = None

    def read(self, pid: int) -> Use | None:
        """Read ``/proc/<pid>/stat``."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - twice as fast, and read often
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return None
        return Use((int(fields[11]) + int(fields[12])) * self._tick_s, int(fields[21]) * self._page)

    def host(self) -> HostSample:
        """Read ``/proc/meminfo`` and ``/proc/stat``."""
        told = HostSample(cores=os.cpu_count() or 1)
        with open("/proc/meminfo", "rb") as file:  # noqa: PTH123 - as above
            memory = {line.split(b":")[0]: int(line.split()[1]) * 1024 for line in file.readlines()[:5]}
        if b"MemTotal" in memory and b"MemAvailable" in memory:
            told["memory_total"], told["memory_available"] = memory[b"MemTotal"], memory[b"MemAvailable"]
        with open("/proc/stat", "rb") as file:  # noqa: PTH123 - as above
            times = [int(word) for word in file.readline().split()[1:9]]
        now, before = (sum(times), sum(times) - times[3] - times[4]), self._before
        self._before = now
        if before is not None and now[0] > before[0]:
            told["cpu"] = round(100.0 * (now[1] - before[1]) / (now[0] - before[0]), 1)
        return told


class Psutil:
    """psutil, on any system."""

    name = "psutil"

    def read(self, pid: int) -> Use | None:
        """Ask psutil."""
        try:
            process = psutil.Process(pid)
            times = process.cpu_times()
            return Use(times.user + times.system, process.memory_info().rss)
        except psutil.Error:
            return None

    def host(self) -> HostSample:
        """Ask psutil."""
        memory = psutil.virtual_memory()
        return HostSample(
            cpu=psutil.cpu_percent(interval=None),
            cores=psutil.cpu_count() or 1,
            memory_total=memory.total,
            memory_available=memory.available,
        )


class Rusage:
    """What Python knows of its own process; its memory only at its peak, which is not told."""

    name = "rusage"

    def read(self, pid: int) -> Use | None:
        """Return the CPU time of this process, nothing of any other."""
        return Use(time.process_time(), None) if pid == os.getpid() else None

    def host(self) -> HostSample:
        """Return the number of its cores."""
        return HostSample(cores=os.cpu_count() or 1)


def best_source() -> Source:
    """Return the cheapest one that this system has."""
    if sys.platform == "linux" and os.path.exists("/proc/self/stat"):  # noqa: PTH110 - no path is needed further on
        return Proc()
    return Rusage() if psutil is None else Psutil()


class Sampler:
    """Remembers the last reading of each process, so that CPU is what was used since."""

    def __init__(self, source: Source, elapsed: Callable[[], float] = time.monotonic) -> None:
        self.source = source
        self._elapsed = elapsed
        self._before: dict[int, tuple[float, float]] = {}

    def sample(self, pids: Iterable[int]) -> list[ProcessSample]:
        """Return those of these processes that are there; forget all others."""
        now, before, self._before = self._elapsed(), self._before, {}
        found = [(pid, self.source.read(pid)) for pid in pids]
        return [self._told(pid, use, now, before.get(pid)) for pid, use in found if use is not None]

    def _told(self, pid: int, use: Use, now: float, before: tuple[float, float] | None) -> ProcessSample:
        self._before[pid] = (now, use.cpu_s)
        told = ProcessSample(pid=pid)
        if use.rss is not None:
            told["rss"] = use.rss
        if before is not None and now > before[0] and use.cpu_s >= before[1]:
            told["cpu"] = round(100.0 * (use.cpu_s - before[1]) / (now - before[0]), 1)
        return told


def open_files() -> int | None:
    """Return how many files this process has open, ``None`` where that is not cheap to know."""
    try:
        return len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208 - the names are not needed
    except OSError:
        return None


def pids_of(pool: Any) -> list[int]:  # noqa: ANN401 - any of Celery's pools
    """Return the processes of a pool besides this one, none where it has none (``celery.concurrency``)."""
    processes = (getattr(pool, "info", None) or {}).get("processes") or ()
    return [pid for pid in processes if isinstance(pid, int) and pid != os.getpid()]
