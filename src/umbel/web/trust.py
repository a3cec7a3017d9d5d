"""The judgement on Umbel's own figures, from what its parts say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from umbel.model.trust import Facts, WorkerFacts, doubts
from umbel.web import schemas
from umbel.web.self_schemas import SelfAccount, SelfWorker

HEARD_WITHIN_S: Final = 60.0
"""A worker that was not heard for longer is no reason to doubt what is shown now: its own page tells of it."""
MAX_WORKERS: Final = 20
"""Workers that a doubt names; the others are a number."""


class Trust:
    """Judges. ``account`` and ``free_bytes`` are read each time; ``clock`` gives epoch seconds."""

    def __init__(
        self,
        *,
        account: Callable[[], SelfAccount],
        free_bytes: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float],
    ) -> None:
        self.account = account
        self.free_bytes = free_bytes
        self._clock = clock

    def doubts(
        self, broker: schemas.BrokerHealth, collector: schemas.CollectorHealth, store: schemas.StoreHealth
    ) -> list[schemas.Doubt]:
        """Return the reasons why figures may be wrong now, the worst first."""
        account, now = self.account(), self._clock()
        found = doubts(
            Facts(
                window_s=account.window_s,
                blind_s=_blind_s(broker, now),
                link_error=broker.last_error,
                link_warning=broker.warning,
                store_error=store.last_error if store.state == "failing" else _stalled_by(collector),
                is_stalled=collector.state == "stalled",
                buffered=collector.buffered,
                buffer_limit=collector.buffer_limit,
                dropped=account.window.dropped,
                events=account.window.events,
                malformed=account.window.malformed,
                lag_s=account.lag_s,
                free_bytes=self.free_bytes(),
                workers=[_facts(one) for one in account.workers if _is_heard(one, now)],
            )
        )
        return [
            schemas.Doubt(
                code=doubt.code,
                severity=doubt.severity.value,
                label=doubt.label,
                text=doubt.text,
                advice=doubt.advice,
                workers=list(doubt.workers[:MAX_WORKERS]),
                workers_left_out=max(0, len(doubt.workers) - MAX_WORKERS),
            )
            for doubt in found
        ]


def _stalled_by(collector: schemas.CollectorHealth) -> str | None:
    return collector.last_error if collector.state == "stalled" else None


def _blind_s(broker: schemas.BrokerHealth, now: float) -> float | None:
    """Since when the broker is away; a first try to connect that still runs is no reason to worry."""
    if broker.state == "connected" or (broker.state == "connecting" and not broker.attempt):
        return None
    return max(0.0, now - broker.since.timestamp()) if broker.since else 0.0


def _is_heard(worker: SelfWorker, now: float) -> bool:
    return worker.heard_at is not None and now - worker.heard_at.timestamp() <= HEARD_WITHIN_S


def _facts(worker: SelfWorker) -> WorkerFacts:
    return WorkerFacts(
        name=worker.name,
        expected=worker.window_expected,
        lost=worker.window_lost,
        clock_offset_s=worker.clock_offset_s,
        sends_task_events=worker.state != "no_task_events",
    )
