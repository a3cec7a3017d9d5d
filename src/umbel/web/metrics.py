"""The report on Umbel itself in the text format of Prometheus, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Final, Literal

from msgspec import Struct

from umbel.web.self_schemas import SelfReport, SelfWorker

CONTENT_TYPE: Final = "text/plain; version=0.0.4"
"""The server adds the charset, which is UTF-8."""
MAX_WORKERS: Final = 200
"""Workers with a label of their own, those with the most tasks first; the others are summed as ``other``."""
OTHER: Final = "other"

_ESCAPES: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Labels = Mapping[str, str]
Value = float | int | bool | None
Sample = tuple[Labels, Value]


class Metric(Struct, frozen=True):
    """One family: its name, its type, a sentence, and its samples. A sample without a value is left out."""

    name: str
    type: Literal["counter", "gauge"]
    help: str
    samples: list[Sample]


def exposition(report: SelfReport, more: Iterable[Metric] = ()) -> str:
    """Return the page that Prometheus scrapes, with ``more`` families. Those without a sample are left out."""
    return "".join(line for metric in chain(_metrics(report), more) for line in _lines(metric))


def _metrics(report: SelfReport) -> Iterator[Metric]:
    yield from _of_the_flow(report)
    yield from _of_the_link(report)
    yield from _of_the_store(report)
    yield from _of_the_workers(report.account.workers)
    yield from _of_the_process(report)


def _of_the_flow(report: SelfReport) -> Iterator[Metric]:
    account, collector, ingest = report.account, report.collector, report.ingest
    yield _counter("umbel_events_received_total", "Events that were understood.", account.totals.events)
    yield _counter("umbel_events_committed_total", "Events that are stored.", account.totals.committed)
    yield _by("umbel_events_dropped_total", "Events dropped from a full buffer.", "type", ingest.dropped_by_type)
    yield _by("umbel_events_malformed_total", "What could not be understood.", "reason", ingest.malformed_by_reason)
    unknown = sum(ingest.unknown_by_type.values())
    yield _counter("umbel_events_unknown_total", "Events of types that Umbel does not use.", unknown)
    yield _gauge("umbel_buffer_events", "Events that wait to be stored.", collector.buffered)
    yield _gauge("umbel_buffer_limit_events", "Events that may wait.", collector.buffer_limit)
    yield _quantiles("umbel_lag_seconds", "From an event to its commit.", account.lag_s, account.lag_p99_s)
    yield _quantiles(
        "umbel_commit_duration_seconds", "How long a transaction takes.", account.commit_s, account.commit_p99_s
    )
    yield _gauge("umbel_last_event_timestamp_seconds", "When an event last arrived.", _epoch(collector.last_event_at))
    doubts: list[Sample] = [({"code": one.code, "severity": one.severity}, 1) for one in report.doubts]
    yield Metric("umbel_doubt", "gauge", "1 for each reason why figures may be wrong now.", doubts)
    yield _gauge("umbel_doubts", "Reasons why figures may be wrong now.", len(doubts))


def _of_the_link(report: SelfReport) -> Iterator[Metric]:
    broker, live = report.broker, report.live
    labels = {"transport": broker.transport}
    up: list[Sample] = [(labels, broker.state == "connected")]
    yield Metric("umbel_broker_up", "gauge", "Whether the link to the broker is there.", up)
    yield _counter("umbel_broker_reconnects_total", "How often the link came back.", broker.reconnects)
    yield _gauge("umbel_live_streams", "Open live streams.", live.readers)
    yield _counter("umbel_live_reloads_total", "Streams that were told to reload.", live.told_to_reload)


def _of_the_store(report: SelfReport) -> Iterator[Metric]:
    store = report.store
    is_up = store.state == "ok"
    yield _gauge("umbel_store_up", "Whether the store answers.", is_up)
    yield _gauge("umbel_store_tasks", "Tasks that are stored.", store.tasks)
    yield _gauge("umbel_store_size_bytes", "Size of the store.", store.size_bytes)
    yield _gauge("umbel_store_free_bytes", "Free space where the store is.", report.free_bytes)
    too_old = "Counts that came when figures of their time were kept no longer."
    yield _by("umbel_figures_too_old_total", too_old, "period", store.counts_too_old)
    yield _counter("umbel_store_commits_total", "Transactions with events.", report.ingest.commits)
    yield _counter("umbel_store_pruned_tasks_total", "Tasks deleted by retention.", report.ingest.pruned_tasks)


def _of_the_workers(workers: Iterable[SelfWorker]) -> Iterator[Metric]:
    ranked = sorted(workers, key=lambda one: (-one.expected, one.name))
    named = [one for one in ranked[:MAX_WORKERS] if one.name != OTHER]
    others = [one for one in ranked[:MAX_WORKERS] if one.name == OTHER] + ranked[MAX_WORKERS:]
    yield _gauge("umbel_workers", "Workers that were heard in the last hour.", len(ranked))
    yield Metric(
        "umbel_worker_tasks_expected_total",
        "counter",
        "Tasks that a worker counted itself.",
        [*(({"worker": one.name}, one.expected) for one in named), *_other(one.expected for one in others)],
    )
    yield Metric(
        "umbel_worker_tasks_lost_total",
        "counter",
        "Those of them whose event did not arrive.",
        [*(({"worker": one.name}, one.lost) for one in named), *_other(one.lost for one in others)],
    )
    yield Metric(
        "umbel_worker_loss_ratio",
        "gauge",
        "Share of a worker's events that did not arrive, of the last minutes.",
        [({"worker": one.name}, one.loss_ratio) for one in named],
    )
    yield Metric(
        "umbel_worker_clock_offset_seconds",
        "gauge",
        "Arrival minus stamp of a worker's heartbeats, the least of late.",
        [({"worker": one.name}, one.clock_offset_s) for one in named],
    )


def _of_the_process(report: SelfReport) -> Iterator[Metric]:
    process = report.process
    info: list[Sample] = [({"version": report.version, "python": process.python}, 1)]
    yield Metric("umbel_info", "gauge", "What runs.", info)
    yield _gauge("umbel_start_time_seconds", "When it was started.", _epoch(report.started_at))
    yield _counter("umbel_process_cpu_seconds_total", "CPU time of the process.", process.cpu_s)
    yield _gauge("umbel_process_resident_memory_bytes", "Resident memory of the process.", process.rss_bytes)
    yield _gauge("umbel_process_threads", "Threads of the process.", process.threads)


def _counter(name: str, help_: str, value: Value) -> Metric:
    return Metric(name, "counter", help_, [({}, value)])


def _gauge(name: str, help_: str, value: Value) -> Metric:
    return Metric(name, "gauge", help_, [({}, value)])


def _by(name: str, help_: str, label: str, counts: Mapping[str, int]) -> Metric:
    return Metric(name, "counter", help_, [({label: key}, number) for key, number in sorted(counts.items())])


def _quantiles(name: str, help_: str, median: float | None, p99: float | None) -> Metric:
    return Metric(name, "gauge", help_, [({"quantile": "0.5"}, median), ({"quantile": "0.99"}, p99)])


def _other(values: Iterable[int]) -> list[Sample]:
    known = list(values)
    return [({"worker": OTHER}, sum(known))] if known else []


def _epoch(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _lines(metric: Metric) -> Iterator[str]:
    samples = [(labels, value) for labels, value in metric.samples if value is not None]
    if samples:
        yield f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.type}\n"
    for labels, value in samples:
        inside = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items())
        yield f"{metric.name}{{{inside}}} {_number(value)}\n" if inside else f"{metric.name} {_number(value)}\n"


def _number(value: float) -> str:
    return str(int(value)) if isinstance(value, int) else repr(value)
