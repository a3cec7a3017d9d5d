"""What Umbel's agent reads of workers, as the list of workers and the page of one show it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from umbel.model import agent as model
from umbel.model.workers import Worker
from umbel.web.convert import known_instant
from umbel.web.fleet import Use
from umbel.web.workers_schemas import AgentReading, ProcessUse

KEPT_S: Final = 1.0


class SampleStore(Protocol):
    """What of the store is read here."""

    def workers(self) -> list[Worker]:
        """Return all known workers."""


class AgentUses:
    """Reads the newest samples at most once a second. Safe to use from several threads."""

    def __init__(self, store: SampleStore, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._uses: Mapping[str, Use] = {}
        self._read_at = float("-inf")

    def __call__(self) -> Mapping[str, Use]:
        """Return by worker what it takes of its host, for those whose agent spoke of late."""
        now = self._clock()
        with self._lock:
            if not 0 <= now - self._read_at <= KEPT_S:
                fresh = ((one.name, one.sample_at(now)) for one in self._store.workers())
                self._uses = {name: use_of(sample) for name, sample in fresh if sample is not None}
                self._read_at = now
            return self._uses


def use_of(sample: model.Sample) -> Use:
    """Return a sample as the list has it: CPU as a share of its host, memory of all its processes together."""
    is_known = sample.cpu is not None and sample.host.cores
    return Use(
        cpu=(sample.cpu or 0.0) / 100 / (sample.host.cores or 1) if is_known else None,
        cpu_from="agent" if is_known else None,
        memory_bytes=sample.memory_bytes,
        memory_from=None if sample.memory_bytes is None else "agent",
    )


def agent_reading(worker: Worker, now: float) -> AgentReading | None:
    """Return the newest sample of a worker as its page has it, ``None`` where its agent does not speak."""
    sample = worker.sample_at(now)
    if sample is None:
        return None
    host = sample.host
    return AgentReading(
        at=known_instant(sample.at),
        source=sample.source,
        main=_process(sample.main),
        children=[_process(one) for one in sample.children],
        children_total=sample.children_total,
        files=sample.files,
        host_cpu=_share(host.cpu),
        host_cores=host.cores,
        host_memory_bytes=host.memory_bytes,
        host_available_bytes=host.available_bytes,
        dropped=sample.dropped,
        faults=sample.faults,
        fault=sample.fault,
    )


def _process(use: model.ProcessUse) -> ProcessUse:
    return ProcessUse(pid=use.pid, cpu=_share(use.cpu), memory_bytes=use.memory_bytes)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
