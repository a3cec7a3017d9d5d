"""Entries, runs and beat in the shapes of the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from umbel.model.schedule_beat import Beat
from umbel.model.schedule_words import words_of
from umbel.model.schedules import BAD, BeatSeen, Entry, Run, RunVerdict, SourceRead, Standing
from umbel.web import schedule_schemas as shapes
from umbel.web.convert import instant, known_instant


def entry_of(
    entry: Entry, standing: Standing, strip: Sequence[Run], read_at: Mapping[tuple[str, str], float]
) -> shapes.ScheduleEntry:
    rule = entry.rule
    took = [run.took_s for run in strip if run.took_s is not None]
    return shapes.ScheduleEntry(
        id=entry.id,
        name=entry.name,
        task=entry.task,
        kind=rule.kind.value,
        rule=words_of(rule),
        expression=rule.text,
        zone=rule.zone,
        every_s=rule.every_s,
        error=rule.error,
        args=entry.args,
        kwargs=entry.kwargs,
        queue=entry.queue,
        expires_s=entry.expires_s,
        expires_at=instant(entry.expires_at),
        enabled=entry.enabled,
        one_off=entry.one_off,
        starts_at=instant(entry.starts_at),
        max_runs=entry.max_runs,
        last_run_at=instant(entry.last_run_at),
        total_runs=entry.total_runs,
        sources=[
            shapes.EntrySource(
                kind=one.kind.value, place=one.place, read_at=instant(read_at.get((one.kind.value, one.place)))
            )
            for one in entry.origins
        ],
        first_seen_at=known_instant(entry.first_seen_at),
        changed_at=instant(entry.changed_at),
        archived_at=instant(entry.archived_at),
        confidence=entry.confidence,
        note=entry.note,
        verdict=standing.verdict.value,
        verdict_since=instant(standing.since),
        verdict_runs=standing.runs,
        next_due_at=instant(standing.next_due_at) if entry.is_active else None,
        last=None if standing.last is None else run_of(standing.last),
        average_s=sum(took) / len(took) if took else None,
        runs=[mark_of(run) for run in strip],
    )


def run_of(run: Run) -> shapes.ExpectedRun:
    return shapes.ExpectedRun(
        due_at=known_instant(run.due_at),
        verdict=run.verdict.value,
        task_id=run.task_id,
        sent_at=instant(run.sent_at),
        received_at=instant(run.received_at),
        started_at=instant(run.started_at),
        ended_at=instant(run.ended_at),
        took_s=run.took_s,
        state=run.state,
        worker=run.worker,
        client=run.client,
        reason=run.reason,
        how=run.how,
        others=list(run.others),
    )


def mark_of(run: Run) -> shapes.RunMark:
    reason = run.reason if run.reason is None else run.reason[:200]
    return shapes.RunMark(
        due_at=known_instant(run.due_at),
        verdict=run.verdict.value,
        task_id=run.task_id,
        took_s=run.took_s,
        reason=reason,
    )


def beat_shape(beat: Beat) -> shapes.Beat:
    return shapes.Beat(
        state=beat.state.value,
        text=beat.text,
        since=instant(beat.since),
        last_at=instant(beat.last_at),
        ticked_at=instant(beat.ticked_at),
        processes=[_process(one) for one in beat.beats],
        at_once=beat.at_once,
        skew_s=beat.skew_s,
    )


def _process(seen: BeatSeen) -> shapes.BeatProcess:
    return shapes.BeatProcess(
        client=seen.client,
        host=seen.client.partition("@")[2] or seen.client,
        first_at=known_instant(seen.first_at),
        last_at=known_instant(seen.last_at),
        ticked_at=instant(seen.ticked_at),
        sends=seen.sends,
        clock_offset_s=seen.offset_s,
        how=seen.how,
    )


def source_of(read: SourceRead) -> shapes.ScheduleSource:
    return shapes.ScheduleSource(
        kind=read.kind.value,
        place=read.place,
        tried_at=known_instant(read.tried_at),
        read_at=instant(read.read_at),
        entries=read.entries,
        error=read.error,
        note=read.note,
    )


def counts_of(pairs: Iterable[tuple[Entry, Standing]]) -> shapes.ScheduleCounts:
    counted: Counter[str] = Counter()
    for entry, standing in pairs:
        if entry.archived_at is not None:
            counted["archived"] += 1
            continue
        counted["bad" if entry.rule.error else "active" if entry.is_active else "paused"] += 1
        counted["learnt"] += entry.is_learnt
        counted["in_trouble"] += entry.is_active and standing.verdict in BAD
    return shapes.ScheduleCounts(**counted)


def by_word(troubles: Mapping[RunVerdict, int]) -> dict[str, int]:
    return {verdict.value: number for verdict, number in troubles.items()}
