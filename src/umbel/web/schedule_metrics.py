"""Schedules in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from umbel.model.schedules import BAD
from umbel.web.metrics import Metric, Sample
from umbel.web.schedule_schemas import ScheduleSummary


def schedule_metrics(summary: ScheduleSummary) -> Iterator[Metric]:
    """Yield whether beat works, how many entries there are, and how many runs of the last 24 hours are in trouble.

    An entry has no label of its own: there may be thousands.
    """
    counts, beat = summary.counts, summary.beat
    entries: list[Sample] = [
        ({"state": word}, getattr(counts, word)) for word in ("active", "paused", "bad", "archived", "in_trouble")
    ]
    yield Metric("umbel_schedule_entries", "gauge", "Entries of schedules; those in trouble are active, too.", entries)
    troubles: list[Sample] = [({"verdict": one.value}, summary.troubles.get(one.value, 0)) for one in sorted(BAD)]
    yield Metric("umbel_schedule_troubled_runs", "gauge", "Expected runs of the last 24 hours in trouble.", troubles)
    up = {"alive": 1, "silent": 0}.get(beat.state)
    yield Metric("umbel_schedule_beat_up", "gauge", "Whether beat sends; nothing where that is not known.", [({}, up)])
    last = beat.last_at.timestamp() if beat.last_at else None
    yield Metric("umbel_schedule_last_sent_timestamp_seconds", "gauge", "When beat last sent a task.", [({}, last)])
    twice: list[Sample] = [({}, beat.at_once)]
    yield Metric("umbel_schedule_beats_at_once", "gauge", "Whether more than one beat sends the same.", twice)
    read: list[Sample] = [
        ({"source": one.kind, "place": one.place}, one.read_at.timestamp() if one.read_at else None)
        for one in summary.sources
    ]
    yield Metric("umbel_schedule_source_read_timestamp_seconds", "gauge", "When a source was last read.", read)
