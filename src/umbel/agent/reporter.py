"""What a worker sends of its own accord: its figures every ten seconds, the progress of its tasks every second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Final

from umbel.agent.desk import Desk
from umbel.agent.guard import Guard
from umbel.agent.processes import MOST_CHILDREN, Sampler, best_source, open_files, pids_of
from umbel.model.wire import (
    AGENT_VERSION,
    PROGRESS,
    WORKER_SAMPLE,
    ProcessSample,
    ProgressReport,
    WorkerSample,
)

TICK_S: Final = 1.0
SOLO_S: Final = 5.0
"""A busy solo worker has no heartbeats: its samples are its only signs of life, and come before it is missed."""

Publish = Callable[[str, dict[str, Any]], object]


class Reporter:
    """``tick`` is to be called once a second in the worker's main process. ``publish`` sends one event."""

    def __init__(self, desk: Desk, guard: Guard, *, interval_s: float) -> None:
        self._desk = desk
        self._guard = guard
        self._interval_s = interval_s
        self._sampler = Sampler(best_source())
        self._due_at = 0.0

    def tick(self, pool: Any, name: str, publish: Publish) -> None:  # noqa: ANN401 - any of Celery's pools
        """Send what is due. ``name`` is the pool's."""
        progress = self._desk.progress()
        if progress:
            publish(PROGRESS, {**ProgressReport(version=AGENT_VERSION, tasks=progress)})
        now = time.monotonic()
        if now >= self._due_at:
            self._due_at = now + (min(self._interval_s, SOLO_S) if name == "solo" else self._interval_s)
            publish(WORKER_SAMPLE, {**self._sample(name, pids_of(pool))})

    def _sample(self, pool: str, pids: list[int]) -> WorkerSample:
        found = self._sampler.sample([os.getpid(), *pids[:MOST_CHILDREN]])
        main, *children = found or [ProcessSample(pid=os.getpid())]
        told = WorkerSample(
            version=AGENT_VERSION,
            interval_s=self._interval_s,
            source=self._sampler.source.name,
            main=main,
            children=children,
            children_total=len(pids),
            pool=pool,
        )
        files = open_files()
        if files is not None:
            told["fds"] = files
        host = self._guard.around(self._sampler.source.host)()
        if host is not None:
            told["host"] = host
        self._confess(told)
        return told

    def _confess(self, told: WorkerSample) -> None:
        dropped = self._desk.dropped()
        if dropped:
            told["dropped"] = dropped
        if self._guard.faults:
            told["faults"] = self._guard.faults
            told["fault"] = self._guard.fault or ""
