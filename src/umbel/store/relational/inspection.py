"""The rows of what workers said when they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Column, Connection, ScalarSelect, func, select

from umbel.model.inspection import (
    MINUTE_S,
    MINUTES_KEPT_S,
    POINT_S,
    POINTS_KEPT_S,
    PROCESSES_KEPT,
    Lists,
    Look,
    Point,
    Process,
    Setup,
    Summary,
)
from umbel.store.relational.access import Access
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.tables_inspection import inspection, inspection_point, inspection_process

WORKERS_AT_MOST: Final = 10_000
POINTS_AT_MOST: Final = 1_500
SATURATION_AT_MOST: Final = 50_000
FINE_S: Final = 4 * 3_600
_SWEPT_S: Final = 600
"""Of points that are too old, those of ten minutes go at a call: a store that was away for long is cleared slowly."""

_encode: Final = msgspec.msgpack.Encoder().encode
_summary: Final = msgspec.msgpack.Decoder(Summary).decode
_lists: Final = msgspec.msgpack.Decoder(Lists).decode
_setup: Final = msgspec.msgpack.Decoder(Setup).decode

_KEEP: Final = """
INSERT INTO inspection (cluster, name, asked_at, summary, lists, setup) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (cluster, name) DO UPDATE SET
  asked_at = excluded.asked_at, summary = excluded.summary,
  lists = coalesce(excluded.lists, lists), setup = coalesce(excluded.setup, setup)
RETURNING id
"""
_MEAN: Final = (
    "{0} = CASE WHEN excluded.{0} IS NULL THEN {0} WHEN {0} IS NULL THEN excluded.{0} "
    "ELSE {0} + (excluded.{0} - {0}) / (n + 1) END"
)
_POINT: Final = f"""
INSERT INTO inspection_point (worker_id, step, start, n, active, slots, done, cpu, memory, load)
VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
ON CONFLICT (worker_id, step, start) DO UPDATE SET
  {", ".join(_MEAN.format(name) for name in ("active", "slots", "cpu", "load"))},
  done = coalesce(done + excluded.done, excluded.done, done),
  memory = coalesce(max(memory, excluded.memory), excluded.memory, memory),
  n = n + 1
"""  # noqa: S608  # our names
_PROCESS: Final = """
INSERT INTO inspection_process (worker_id, started_at, pid, last_at) VALUES (?, ?, ?, ?)
ON CONFLICT (worker_id, started_at) DO UPDATE SET last_at = excluded.last_at, pid = excluded.pid
"""
_FORGET_PROCESSES: Final = """
DELETE FROM inspection_process WHERE worker_id = ? AND started_at <= (
  SELECT started_at FROM inspection_process WHERE worker_id = ? ORDER BY started_at DESC LIMIT 1 OFFSET ?)
"""
_OLDEST: Final = "SELECT min(start) FROM inspection_point WHERE step = ?"
_SWEEP: Final = "DELETE FROM inspection_point WHERE step = ? AND start < ?"


class InspectionRows:
    """See ``InspectionStore``."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def keep(self, looks: Sequence[Look], now: float) -> None:
        """See ``InspectionStore.keep``."""
        rows = [(look, _row(look)) for look in looks]
        with self._access.writes() as connection:
            for look, row in rows:
                _keep(connection, look, row)
            for step, kept_s in ((POINT_S, POINTS_KEPT_S), (MINUTE_S, MINUTES_KEPT_S)):
                _sweep(connection, step, now - kept_s)

    def summaries(self) -> Mapping[str, Summary]:
        """See ``InspectionStore.summaries``."""
        newest = select(inspection.c.summary).order_by(inspection.c.asked_at.desc()).limit(WORKERS_AT_MOST)
        with self._access.reads() as reader:
            found = [_summary(record) for (record,) in reader.ask(newest)]
        return {one.name: one for one in found}

    def lists(self, worker: str) -> Lists | None:
        """See ``InspectionStore.lists``."""
        return next((_lists(record) for record in self._of(worker, inspection.c.lists)), None)

    def setup(self, worker: str) -> Setup | None:
        """See ``InspectionStore.setup``."""
        return next((_setup(record) for record in self._of(worker, inspection.c.setup)), None)

    def registered(self) -> Mapping[str, frozenset[str]]:
        """See ``InspectionStore.registered``."""
        told = select(inspection.c.name, inspection.c.setup).where(inspection.c.setup.is_not(None))
        with self._access.reads() as reader:
            rows = reader.ask(told.order_by(inspection.c.asked_at.desc()).limit(WORKERS_AT_MOST))
        return {name: frozenset(one.name for one in _names(record).registered) for name, record in rows}

    def points(self, worker: str, since: float, until: float) -> Sequence[Point]:
        """See ``InspectionStore.points``."""
        table = inspection_point.c
        with self._access.reads() as reader:
            ((newest,),) = reader.ask(select(func.max(inspection.c.asked_at)))
            is_fine = until - since <= FINE_S and since >= (newest or 0.0) - POINTS_KEPT_S
            step = POINT_S if is_fine else MINUTE_S
            width = step * max(1, -(-int(until - since) // (step * POINTS_AT_MOST)))
            place = table.start // width
            found = reader.ask(
                select(
                    func.min(place) * width,
                    func.avg(table.active),
                    func.avg(table.slots),
                    func.sum(table.done),
                    func.avg(table.cpu),
                    func.max(table.memory),
                    func.avg(table.load),
                )
                .where(table.worker_id == _id_of(worker), table.step == step)
                .where(table.start >= since - width, table.start <= until)
                .group_by(place)
                .order_by(place)
                .limit(POINTS_AT_MOST + 2)
            )
        return [_point(row) for row in found]

    def saturation(self, since: float) -> Mapping[str, Sequence[Point]]:
        """See ``InspectionStore.saturation``."""
        table = inspection_point.c
        columns = (table.start, table.active, table.slots, table.done, table.cpu, table.memory, table.load)
        newest = (
            select(inspection.c.name, *columns)
            .join_from(inspection_point, inspection, inspection.c.id == table.worker_id)
            .where(table.step == MINUTE_S, table.start >= since)
            .order_by(table.start.desc())
            .limit(SATURATION_AT_MOST)
        )
        with self._access.reads() as reader:
            rows = reader.ask(newest)
        found: dict[str, list[Point]] = {}
        for name, *row in reversed(rows):
            found.setdefault(name, []).append(_point(row))
        return found

    def _of(self, worker: str, column: Column[bytes | None]) -> list[bytes]:
        with self._access.reads() as reader:
            rows = reader.ask(select(column).where(inspection.c.name == worker))
        return [record for (record,) in rows if record is not None]

    def processes(self, worker: str) -> Sequence[Process]:
        """See ``InspectionStore.processes``."""
        table = inspection_process.c
        wanted = select(table.pid, table.started_at, table.last_at).where(table.worker_id == _id_of(worker))
        with self._access.reads() as reader:
            rows = reader.ask(wanted.order_by(table.started_at.desc()).limit(PROCESSES_KEPT))
        return [Process(pid=pid, started_at=since, last_at=last) for pid, since, last in reversed(rows)]


class _Named(Struct, frozen=True):
    name: str


class _Names(Struct, frozen=True):
    """Of a ``Setup``, the names alone: the rest is passed over unread."""

    registered: tuple[_Named, ...] = ()


_names: Final = msgspec.msgpack.Decoder(_Names).decode


def forget_before(connection: Connection, at: float) -> None:
    """Delete workers that were not asked since then, with their history. Must run inside a transaction."""
    gone = "SELECT id FROM inspection WHERE asked_at < ? LIMIT 20"
    for (row_id,) in connection.exec_driver_sql(gone, (at,)).fetchall():
        for table, column in (
            ("inspection_point", "worker_id"),
            ("inspection_process", "worker_id"),
            ("inspection", "id"),
        ):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} = ?", (row_id,))  # noqa: S608  # our names


def _row(look: Look) -> tuple[object, ...]:
    lists, setup = (None if part is None else _encode(part) for part in (look.lists, look.setup))
    return (DEFAULT_CLUSTER, look.summary.name, look.summary.asked_at, _encode(look.summary), lists, setup)


def _keep(connection: Connection, look: Look, row: tuple[object, ...]) -> None:
    worker_id: int = connection.exec_driver_sql(_KEEP, row).scalar_one()
    point, process = look.point, look.process
    if point is not None:
        told = (point.active, point.slots, point.done, point.cpu, point.memory_bytes, point.load)
        starts = [(worker_id, step, int(point.at // step) * step, *told) for step in (POINT_S, MINUTE_S)]
        connection.exec_driver_sql(_POINT, starts)
    if process is not None:
        connection.exec_driver_sql(_PROCESS, (worker_id, process.started_at, process.pid, process.last_at))
        connection.exec_driver_sql(_FORGET_PROCESSES, (worker_id, worker_id, PROCESSES_KEPT))


def _sweep(connection: Connection, step: int, before: float) -> None:
    oldest: int | None = connection.exec_driver_sql(_OLDEST, (step,)).scalar()
    if oldest is not None and oldest < before:
        connection.exec_driver_sql(_SWEEP, (step, min(before, oldest + _SWEPT_S)))


def _id_of(worker: str) -> ScalarSelect[int]:
    return select(inspection.c.id).where(inspection.c.name == worker).scalar_subquery()


def _point(row: Sequence[float | int | None]) -> Point:
    at, active, slots, done, cpu, memory, load = row
    return Point(
        at=float(at or 0),
        active=active,
        slots=slots,
        done=None if done is None else int(done),
        cpu=cpu,
        memory_bytes=None if memory is None else int(memory),
        load=load,
    )
