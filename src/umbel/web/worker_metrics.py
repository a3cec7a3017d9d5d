"""Workers in the text format of Prometheus: those that are listed, the busiest first, no more than have labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from umbel.web import schemas
from umbel.web.metrics import MAX_WORKERS, Metric, Sample, Value

_UP: Final = frozenset({"online", "busy", "silent"})
_GAUGES: Final[tuple[tuple[str, str, Callable[[schemas.Worker], Value]], ...]] = (
    ("umbel_worker_slots", "Tasks that a worker can run at once.", lambda one: one.slots),
    ("umbel_worker_active", "Tasks that a worker runs.", lambda one: one.active),
    ("umbel_worker_reserved", "Tasks that a worker holds for a free slot.", lambda one: one.reserved),
    ("umbel_worker_scheduled", "Tasks that a worker holds for their ETA.", lambda one: one.scheduled),
    ("umbel_worker_restarts", "Restarts that were seen of a worker.", lambda one: one.restarts),
)


def worker_metrics(workers: schemas.Workers, now: datetime) -> Iterator[Metric]:
    """Yield the families; a sample that is not known is left out."""
    listed = [one for one in workers.items if not one.hidden]
    shown = sorted(listed, key=lambda one: (-(one.processed or 0), one.name))[:MAX_WORKERS]
    yield _of(shown, "umbel_worker_up", "Whether a worker lives, as far as is known.", _is_up)
    for name, help_, value in _GAUGES:
        yield _of(shown, name, help_, value)
    yield Metric(
        "umbel_worker_cpu_ratio",
        "gauge",
        "Share of the CPU that a worker takes, by what read it.",
        [({"worker": one.name, "source": one.cpu_from or ""}, one.cpu) for one in shown],
    )
    yield Metric(
        "umbel_worker_memory_bytes",
        "gauge",
        "Memory of a worker, by what it is of and who read it.",
        [({"worker": one.name, "source": one.memory_from or ""}, one.memory_bytes) for one in shown],
    )
    yield _of(
        shown,
        "umbel_worker_answer_age_seconds",
        "How long ago a worker answered a question.",
        lambda one: max(0.0, (now - one.answered_at).total_seconds()) if one.answered_at else None,
    )
    yield from _expected(workers)


def _expected(workers: schemas.Workers) -> Iterator[Metric]:
    labels = [({"by": one.by, "what": one.what}, one) for one in workers.expected]
    wanted: list[Sample] = [(label, one.wanted) for label, one in labels]
    online: list[Sample] = [(label, one.online) for label, one in labels]
    yield Metric("umbel_workers_expected", "gauge", "Workers that should be there, by the settings.", wanted)
    yield Metric("umbel_workers_online", "gauge", "Those of them that live.", online)


def _of(shown: list[schemas.Worker], name: str, help_: str, value: Callable[[schemas.Worker], Value]) -> Metric:
    return Metric(name, "gauge", help_, [({"worker": one.name}, value(one)) for one in shown])


def _is_up(worker: schemas.Worker) -> bool | None:
    return None if worker.state == "unknown" else worker.state in _UP
