"""The rows of schedules."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, select, text

from umbel.model.schedule_match import Send
from umbel.model.schedules import BAD, BeatSeen, Entry, Run, RunVerdict, SourceRead, Standing
from umbel.store.protocols.schedules import EntryPage
from umbel.store.relational.access import Access
from umbel.store.relational.reader import Reader, Row, Statement
from umbel.store.relational.rows import RECORD_COLUMNS, task_from
from umbel.store.relational.tables import DEFAULT_CLUSTER, task, term
from umbel.store.relational.tables_schedules import (
    IN_TROUBLE,
    TO_JUDGE,
    schedule_beat,
    schedule_entry,
    schedule_run,
    schedule_source,
)
from umbel.store.relational.terms import TermKind

ENTRIES_AT_MOST: Final = 10_000
RUNS_AT_MOST: Final = 500
BEATS_AT_MOST: Final = 100
NAMES_AT_ONCE: Final = 100

_encode: Final = msgspec.msgpack.Encoder().encode
_entry: Final = msgspec.msgpack.Decoder(Entry).decode
_run: Final = msgspec.msgpack.Decoder(Run).decode
_standing: Final = msgspec.msgpack.Decoder(Standing).decode
_beat: Final = msgspec.msgpack.Decoder(BeatSeen).decode
_source: Final = msgspec.msgpack.Decoder(SourceRead).decode

_KEEP_ENTRY: Final = """
INSERT INTO schedule_entry (cluster, id, name, task, is_archived, is_troubled, next_due_at, record)
VALUES (?, ?, ?, ?, ?, 0, NULL, ?)
ON CONFLICT (cluster, id) DO UPDATE SET
  name = excluded.name, task = excluded.task, is_archived = excluded.is_archived, record = excluded.record
"""
_KEEP_RUN: Final = """
INSERT INTO schedule_run (cluster, entry_id, due_at, verdict, look_at, record) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (cluster, entry_id, due_at) DO UPDATE SET
  verdict = excluded.verdict, look_at = excluded.look_at, record = excluded.record
"""
_DROP_RUN: Final = "DELETE FROM schedule_run WHERE cluster = ? AND entry_id = ? AND due_at = ?"
_STAND: Final = "UPDATE schedule_entry SET is_troubled = ?, next_due_at = ?, standing = ? WHERE cluster = ? AND id = ?"
_KEEP_BEAT: Final = """
INSERT INTO schedule_beat (cluster, client, last_at, record) VALUES (?, ?, ?, ?)
ON CONFLICT (cluster, client) DO UPDATE SET last_at = excluded.last_at, record = excluded.record
"""
_FORGET_BEATS: Final = """
DELETE FROM schedule_beat WHERE client NOT IN (SELECT client FROM schedule_beat ORDER BY last_at DESC LIMIT ?)
"""
_KEEP_SOURCE: Final = "INSERT INTO schedule_source (cluster, kind, place, record) VALUES (?, ?, ?, ?)"
_REPLAN: Final = "DELETE FROM schedule_run WHERE cluster = ? AND entry_id = ? AND due_at > ? AND verdict = 'waiting'"
_PLAN_NOTHING: Final = "UPDATE schedule_entry SET next_due_at = NULL WHERE cluster = ? AND id = ?"
_TIDY_WELL: Final = """
DELETE FROM schedule_run WHERE cluster = ? AND entry_id = ? AND look_at IS NULL AND verdict IN ('on_time', 'unknown')
  AND due_at < (SELECT due_at FROM schedule_run WHERE cluster = ? AND entry_id = ?
                ORDER BY due_at DESC LIMIT 1 OFFSET ?)
"""
_TIDY_OLD: Final = "DELETE FROM schedule_run WHERE cluster = ? AND entry_id = ? AND due_at < ?"

_DUE: Final = Statement(
    select(schedule_run.c.record)
    .where(text(TO_JUDGE), schedule_run.c.look_at <= bindparam("now"))
    .order_by(schedule_run.c.look_at)
    .limit(bindparam("at_most", type_=schedule_entry.c.cluster.type))
)
_ALL_STANDING: Final = Statement(select(schedule_entry.c.record, schedule_entry.c.standing).limit(ENTRIES_AT_MOST))
_LAST: Final = Statement(
    select(schedule_run.c.record)
    .where(
        schedule_run.c.cluster == DEFAULT_CLUSTER,
        schedule_run.c.entry_id == bindparam("entry"),
        schedule_run.c.due_at <= bindparam("until_at"),
    )
    .order_by(schedule_run.c.due_at.desc())
    .limit(bindparam("at_most", type_=schedule_entry.c.cluster.type))
)
_NAME_ID: Final = (
    select(term.c.id)
    .where(term.c.cluster == DEFAULT_CLUSTER, term.c.kind == int(TermKind.NAME), term.c.text == bindparam("name"))
    .scalar_subquery()
)
_SENDS: Final = Statement(
    select(task.c.id, task.c.arrived_at, *RECORD_COLUMNS)
    .where(task.c.name_id == _NAME_ID, task.c.id > bindparam("place"))
    .order_by(task.c.id)
    .limit(bindparam("at_most", type_=schedule_entry.c.cluster.type))
)
_ARRIVALS: Final = Statement(
    select(func.coalesce(task.c.sent_at, task.c.received_at), task.c.parent_id)
    .where(task.c.name_id == _NAME_ID)
    .order_by(task.c.id.desc())
    .limit(bindparam("at_most", type_=schedule_entry.c.cluster.type))
)


class ScheduleRows:
    """See ``ScheduleStore``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._decoded: dict[bytes, Entry] = {}

    def entries(self) -> builtins.list[Entry]:
        """See ``ScheduleStore.entries``."""
        all_of_them = select(schedule_entry.c.record).order_by(schedule_entry.c.name).limit(ENTRIES_AT_MOST)
        with self._access.reads() as reader:
            return [_entry(record) for (record,) in reader.ask(all_of_them)]

    def keep_entries(self, entries: Sequence[Entry]) -> None:
        """See ``ScheduleStore.keep_entries``."""
        rows = [
            (DEFAULT_CLUSTER, one.id, one.name, one.task, one.archived_at is not None, _encode(one)) for one in entries
        ]
        if rows:
            with self._access.writes() as connection:
                connection.exec_driver_sql(_KEEP_ENTRY, rows)

    def page(
        self,
        *,
        text: str = "",
        archived: bool = False,
        troubled: bool = False,
        by: str = "trouble",
        limit: int = 100,
        offset: int = 0,
    ) -> EntryPage:
        """See ``ScheduleStore.page``."""
        wanted: builtins.list[ColumnElement[bool]] = [schedule_entry.c.is_archived.is_(archived)]
        if text:
            holds = func.instr(func.lower(schedule_entry.c.name), text.lower()) > 0
            wanted.append(or_(holds, func.instr(func.lower(schedule_entry.c.task), text.lower()) > 0))
        if troubled:
            wanted.append(schedule_entry.c.is_troubled.is_(True))
        found = select(schedule_entry.c.record, schedule_entry.c.standing).where(*wanted)
        ordered = found.order_by(*_ORDERS.get(by, _ORDERS["trouble"])).limit(min(limit, RUNS_AT_MOST)).offset(offset)
        with self._access.reads() as reader:
            ((total,),) = reader.ask(select(func.count()).select_from(schedule_entry).where(*wanted))
            return EntryPage(items=tuple(_with_standing(row) for row in reader.ask(ordered)), total=total)

    def entry(self, entry_id: str) -> tuple[Entry, Standing] | None:
        """See ``ScheduleStore.entry``."""
        columns = (schedule_entry.c.record, schedule_entry.c.standing)
        with self._access.reads() as reader:
            rows = reader.ask(select(*columns).where(schedule_entry.c.id == entry_id))
            return next((_with_standing(row) for row in rows), None)

    def all_standing(self) -> builtins.list[tuple[Entry, Standing]]:
        """See ``ScheduleStore.all_standing``."""
        with self._access.reads() as reader:
            rows = reader.all(_ALL_STANDING)
        known = self._decoded  # entries change seldom, and thousands of them are asked for again and again
        self._decoded = decoded = {record: known.get(record) or _entry(record) for record, _ in rows}
        return [_with_standing(row, decoded[row[0]]) for row in rows]

    def standings(self) -> dict[str, Standing]:
        """See ``ScheduleStore.standings``."""
        stored = select(schedule_entry.c.standing).where(schedule_entry.c.standing.is_not(None)).limit(ENTRIES_AT_MOST)
        with self._access.reads() as reader:
            return {one.entry_id: one for one in (_standing(record) for (record,) in reader.ask(stored))}

    def keep_runs(
        self,
        runs: Sequence[Run],
        standings: Sequence[Standing] = (),
        gone: Sequence[tuple[str, float]] = (),
    ) -> None:
        """See ``ScheduleStore.keep_runs``."""
        rows = [
            (DEFAULT_CLUSTER, one.entry_id, one.due_at, one.verdict.value, one.look_at, _encode(one)) for one in runs
        ]
        stood = [
            (one.verdict in BAD, one.next_due_at, _encode(one), DEFAULT_CLUSTER, one.entry_id) for one in standings
        ]
        keys = [(DEFAULT_CLUSTER, *key) for key in gone]
        if not rows and not stood and not keys:
            return
        with self._access.writes() as connection:
            for statement, values in ((_DROP_RUN, keys), (_KEEP_RUN, rows), (_STAND, stood)):
                if values:
                    connection.exec_driver_sql(statement, values)

    def replan(self, entry_ids: Sequence[str], after: float) -> None:
        """See ``ScheduleStore.replan``."""
        if entry_ids:
            with self._access.writes() as connection:
                connection.exec_driver_sql(_REPLAN, [(DEFAULT_CLUSTER, one, after) for one in entry_ids])
                connection.exec_driver_sql(_PLAN_NOTHING, [(DEFAULT_CLUSTER, one) for one in entry_ids])

    def due(self, now: float, limit: int = 1_000) -> builtins.list[Run]:
        """See ``ScheduleStore.due``."""
        with self._access.reads() as reader:
            return [_run(record) for (record,) in reader.all(_DUE, now=now, at_most=limit)]

    def runs(
        self, entry_id: str, *, limit: int = 60, before: float | None = None, until: float | None = None
    ) -> builtins.list[Run]:
        """See ``ScheduleStore.runs``."""
        of_it = select(schedule_run.c.record).where(
            schedule_run.c.cluster == DEFAULT_CLUSTER, schedule_run.c.entry_id == entry_id
        )
        of_it = of_it if before is None else of_it.where(schedule_run.c.due_at < before)
        of_it = of_it if until is None else of_it.where(schedule_run.c.due_at <= until)
        with self._access.reads() as reader:
            rows = reader.ask(of_it.order_by(schedule_run.c.due_at.desc()).limit(min(limit, RUNS_AT_MOST)))
            return [_run(record) for (record,) in rows]

    def strips(self, entry_ids: Collection[str], until: float, limit: int = 60) -> dict[str, builtins.list[Run]]:
        """See ``ScheduleStore.strips``."""
        with self._access.reads() as reader:
            return {one: _strip(reader, one, until, limit) for one in list(entry_ids)[:RUNS_AT_MOST]}

    def troubles(self, since: float, until: float) -> dict[RunVerdict, int]:
        """See ``ScheduleStore.troubles``."""
        counted = (
            select(schedule_run.c.verdict, func.count())
            .where(text(IN_TROUBLE), schedule_run.c.due_at >= since, schedule_run.c.due_at <= until)
            .group_by(schedule_run.c.verdict)
        )
        with self._access.reads() as reader:
            return {RunVerdict(verdict): number for verdict, number in reader.ask(counted)}

    def sends(self, after: Mapping[str, int], limit: int = 300) -> dict[str, builtins.list[Send]]:
        """See ``ScheduleStore.sends``."""
        found: dict[str, builtins.list[Send]] = {}
        names = list(after)
        for start in range(0, len(names), NAMES_AT_ONCE):  # each part has a time limit of its own
            with self._access.reads() as reader:
                asked = names[start : start + NAMES_AT_ONCE]
                rows = {name: reader.all(_SENDS, name=name, place=after[name], at_most=limit) for name in asked}
            found.update((name, [_send(row) for row in told]) for name, told in rows.items() if told)
        return found

    def arrivals(self, name: str, limit: int = 40) -> builtins.list[float]:
        """See ``ScheduleStore.arrivals``."""
        with self._access.reads() as reader:
            rows = reader.all(_ARRIVALS, name=name, at_most=limit)
        return sorted(at for at, parent_id in rows if at is not None and parent_id is None)

    def names(self, limit: int = 500) -> builtins.list[str]:
        """See ``ScheduleStore.names``."""
        named = select(term.c.text).where(term.c.kind == int(TermKind.NAME)).order_by(term.c.id).limit(limit)
        with self._access.reads() as reader:
            return [name for (name,) in reader.ask(named)]

    def newest_place(self) -> int:
        """See ``ScheduleStore.newest_place``."""
        with self._access.reads() as reader:
            return reader.ends(task.c.id)[1] or 0

    def beats(self) -> builtins.list[BeatSeen]:
        """See ``ScheduleStore.beats``."""
        latest = select(schedule_beat.c.record).order_by(schedule_beat.c.last_at.desc()).limit(BEATS_AT_MOST)
        with self._access.reads() as reader:
            return [_beat(record) for (record,) in reader.ask(latest)]

    def keep_beats(self, beats: Sequence[BeatSeen]) -> None:
        """See ``ScheduleStore.keep_beats``."""
        rows = [(DEFAULT_CLUSTER, one.client, one.last_at, _encode(one)) for one in beats]
        if rows:
            with self._access.writes() as connection:
                connection.exec_driver_sql(_KEEP_BEAT, rows)
                connection.exec_driver_sql(_FORGET_BEATS, (BEATS_AT_MOST,))

    def sources(self) -> builtins.list[SourceRead]:
        """See ``ScheduleStore.sources``."""
        ordered = select(schedule_source.c.record).order_by(schedule_source.c.kind, schedule_source.c.place)
        with self._access.reads() as reader:
            return [_source(record) for (record,) in reader.ask(ordered.limit(BEATS_AT_MOST))]

    def keep_sources(self, sources: Sequence[SourceRead]) -> None:
        """See ``ScheduleStore.keep_sources``."""
        by_key = {(one.kind.value, one.place): _encode(one) for one in sources}
        with self._access.writes() as connection:
            connection.exec_driver_sql("DELETE FROM schedule_source WHERE cluster = ?", (DEFAULT_CLUSTER,))
            if by_key:
                rows = [(DEFAULT_CLUSTER, kind, place, record) for (kind, place), record in by_key.items()]
                connection.exec_driver_sql(_KEEP_SOURCE, rows)

    def tidy(self, entry_ids: Sequence[str], *, kept: int, before: float | None) -> int:
        """See ``ScheduleStore.tidy``."""
        deleted = 0
        with self._access.writes() as connection:
            for one in entry_ids:
                well = (DEFAULT_CLUSTER, one, DEFAULT_CLUSTER, one, kept)
                deleted += connection.exec_driver_sql(_TIDY_WELL, well).rowcount
                if before is not None:
                    deleted += connection.exec_driver_sql(_TIDY_OLD, (DEFAULT_CLUSTER, one, before)).rowcount
        return deleted


_ORDERS: Final[dict[str, tuple[ColumnElement[Any], ...]]] = {
    "trouble": (schedule_entry.c.is_troubled.desc(), schedule_entry.c.name),
    "name": (literal_column("name"),),
    "next": (schedule_entry.c.next_due_at.is_(None), schedule_entry.c.next_due_at, schedule_entry.c.name),
}


def _with_standing(row: Row, known: Entry | None = None) -> tuple[Entry, Standing]:
    entry = known or _entry(row[0])
    return entry, _standing(row[1]) if row[1] is not None else Standing(entry_id=entry.id)


def _strip(reader: Reader, entry_id: str, until: float, limit: int) -> builtins.list[Run]:
    rows = reader.all(_LAST, entry=entry_id, until_at=until, at_most=limit)
    return [_run(record) for (record,) in reversed(rows)]


def _send(row: Row) -> Send:
    return Send(place=row[0], arrived_at=row[1], task=task_from(tuple(row[2:])))
