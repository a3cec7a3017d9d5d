"""All that Umbel knows of itself, for its page, its API and Prometheus."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from umbel.control.mute import Muted
from umbel.model.trust import CLOCK_OFFSET_S
from umbel.web import convert
from umbel.web.health import HealthView
from umbel.web.self_schemas import SelfAccount, SelfIngest, SelfLive, SelfProcess, SelfReport, SelfWorker
from umbel.web.trust import Trust

MAX_WORKERS: Final = 200
KEPT_S: Final = 0.5


class SelfView:
    """Reads the report. The functions given return what their parts say of themselves.

    A reading serves all that ask within ``kept_s``.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        health: HealthView,
        trust: Trust,
        *,
        ingest: Callable[[], SelfIngest],
        live: Callable[[], SelfLive],
        process: Callable[[], SelfProcess],
        clock: Callable[[], float],
        kept_s: float = KEPT_S,
    ) -> None:
        self._kept_s = kept_s
        self._health = health
        self._trust = trust
        self._ingest = ingest
        self._live = live
        self._process = process
        self._clock = clock
        self._lock = threading.Lock()
        self._whole: SelfReport | None = None
        self._read_at = float("-inf")

    def read(self) -> SelfReport:
        """Return the report, with the workers that lose most first, at most 200 of them."""
        report = self.whole()
        workers = sorted(report.account.workers, key=_how_bad, reverse=True)  # stable: equals stay in order of name
        account = replace(report.account, workers=workers[:MAX_WORKERS])
        return replace(report, account=account, workers_left_out=max(0, len(workers) - MAX_WORKERS))

    def whole(self) -> SelfReport:
        """Return the report with all workers by name."""
        with self._lock:
            if self._whole is None or not 0 <= self._clock() - self._read_at < self._kept_s:
                self._whole = self._read()
                self._read_at = self._clock()
            return self._whole

    def _read(self) -> SelfReport:
        health = self._health.read()
        account: SelfAccount = self._trust.account()
        return SelfReport(
            now=convert.known_instant(self._clock()),
            started_at=health.started_at,
            version=health.version,
            doubts=health.doubts,
            broker=health.broker,
            collector=health.collector,
            account=account,
            ingest=self._ingest(),
            store=health.store,
            free_bytes=self._trust.free_bytes(),
            live=self._live(),
            process=self._process(),
            workers=len(account.workers),
        )


def _how_bad(worker: SelfWorker) -> tuple[float, bool, bool]:
    is_off = abs(worker.clock_offset_s or 0.0) > CLOCK_OFFSET_S
    return worker.loss_ratio or 0.0, worker.state == "no_task_events", is_off


def without_mute(worker: SelfWorker, muted: Muted | None) -> SelfWorker:
    """Return ``worker`` without the loss that tasks explain which send no events."""
    if muted is None:
        return worker
    lost = min(worker.lost, muted.lost)
    before = muted.lost_before
    if before is None:
        before = min(lost, worker.lost - worker.window_lost)
    window_lost = min(worker.window_lost, max(0, lost - before))
    ratio = window_lost / worker.window_expected if worker.window_expected else None
    return replace(worker, lost=lost, window_lost=window_lost, loss_ratio=ratio, mute=muted.ran)
