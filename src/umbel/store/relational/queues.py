"""The rows of what was read of queues and of the broker."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, select

from umbel.model.metrics import floor_to
from umbel.model.queues import BrokerLine, BrokerReading, QueueLine, QueueReading
from umbel.store.relational import queue_steps as steps
from umbel.store.relational.access import Access
from umbel.store.relational.queue_steps import KEPT_S, MINUTE_S, Last, Points, Row, Values
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.tables_queues import broker, broker_reading, queue, queue_reading

QUEUES_AT_MOST: Final = 10_000
PRUNED_AT_ONCE: Final = 3
"""Queues whose old rows one ``keep`` deletes."""

_QUEUE_VALUES: Final = ("ready", "unacked", "delayed", "consumers", "oldest_at", "memory_bytes")
_QUEUE_MERGE: Final = (True, True, True, False, False, True)
_BROKER_VALUES: Final = ("latency_s", "connections", "memory_bytes")
_BROKER_MERGE: Final = (True, True, True)

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_queue: Final = msgspec.msgpack.Decoder(QueueReading).decode
_decode_broker: Final = msgspec.msgpack.Decoder(BrokerReading).decode

_BROKER: Final = """
INSERT INTO broker (cluster, record) VALUES (?, ?) ON CONFLICT (cluster) DO UPDATE SET record = excluded.record
"""
_QUEUE: Final = """
INSERT INTO queue (cluster, name, seen_at, gone, record) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (cluster, name) DO UPDATE SET seen_at = excluded.seen_at, gone = excluded.gone, record = excluded.record
RETURNING id
"""
_CHANGED: Final = "UPDATE queue SET seen_at = ?, gone = 0, record = ? WHERE id = ?"
_GONE: Final = "UPDATE queue SET gone = 1, seen_at = ? WHERE cluster = ? AND name = ?"
_FORGET: Final = "DELETE FROM queue WHERE gone = 1 AND seen_at < ?"


class RelationalQueues:
    """See ``QueueStore``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._ids: dict[str, int] = {}
        self._written: dict[str, bytes] = {}
        self._last: dict[tuple[int, int], Last] = {}
        self._last_of_broker: dict[int, Last] = {}
        self._pruned: int = 0

    def keep(self, broker: BrokerReading, queues: Sequence[QueueReading], *, gone: Collection[str] = ()) -> None:
        """See ``QueueStore.keep``."""
        try:
            with self._access.writes() as connection:
                connection.exec_driver_sql(_BROKER, (DEFAULT_CLUSTER, _encode(broker)))
                if broker.reached:
                    self._keep_broker(connection, broker)
                    self._keep_queues(connection, broker.at, queues)
                self._forget(connection, broker.at, gone)
        except BaseException:
            self._forget_what_was_written()
            raise

    def broker(self) -> BrokerReading | None:
        """See ``QueueStore.broker``."""
        with self._access.reads() as reader:
            return _newest(reader)

    def queues(self) -> builtins.list[QueueReading]:
        """See ``QueueStore.queues``."""
        named = select(queue.c.record).where(queue.c.gone.is_(False)).order_by(queue.c.name).limit(QUEUES_AT_MOST)
        with self._access.reads() as reader:
            return [_decode_queue(record) for (record,) in reader.ask(named)]

    def queue(self, name: str) -> QueueReading | None:
        """See ``QueueStore.queue``."""
        with self._access.reads() as reader:
            found = reader.ask(select(queue.c.record).where(_is_named(name)))
            return next((_decode_queue(record) for (record,) in found), None)

    def line(self, name: str, since: float, until: float) -> QueueLine:
        """See ``QueueStore.line``."""
        with self._access.reads() as reader:
            grid = steps.points(since, until, _now(reader, until))
            ids = [number for (number,) in reader.ask(select(queue.c.id).where(_is_named(name)))]
            rows = _queue_rows(reader, ids[0], grid) if ids else []
            values = steps.fill(grid, rows, _watched(reader, grid), _QUEUE_MERGE)
        ready, unacked, delayed, consumers, oldest_at, memory = _columns(values, len(_QUEUE_VALUES))
        return QueueLine(
            step_s=grid.step_s,
            starts=grid.starts,
            ready=ready,
            unacked=unacked,
            delayed=delayed,
            consumers=consumers,
            oldest_s=_ages(grid, oldest_at),
            memory_bytes=memory,
        )

    def broker_line(self, since: float, until: float) -> BrokerLine:
        """See ``QueueStore.broker_line``."""
        with self._access.reads() as reader:
            grid = steps.points(since, until, _now(reader, until))
            rows = _broker_rows(reader, grid)
        values = steps.fill(grid, rows, {start for start, _ in rows}, _BROKER_MERGE)
        latency, connections, memory = _columns(values, len(_BROKER_VALUES))
        return BrokerLine(
            step_s=grid.step_s, starts=grid.starts, latency_s=latency, connections=connections, memory_bytes=memory
        )

    def recent(self, until: float, *, points: int = 30, step_s: int = 120) -> Mapping[str, tuple[int | None, ...]]:
        """See ``QueueStore.recent``."""
        end = floor_to(until, step_s) + step_s
        grid = Points(since=end - points * step_s, until=end, step_s=step_s)
        listed = select(queue.c.id).where(queue.c.gone.is_(False)).limit(QUEUES_AT_MOST)
        with self._access.reads() as reader:
            named = reader.ask(select(queue.c.name, queue.c.id).where(queue.c.gone.is_(False)).limit(QUEUES_AT_MOST))
            watched = _watched(reader, grid)
            found = reader.ask(_readings(grid, queue_reading.c.queue_id.in_(listed), ("queue_id", "start", "ready")))
        rows: dict[int, list[Row]] = {}
        for number, start, ready in found:
            rows.setdefault(number, []).append((start, (ready,)))
        return {
            name: tuple(_columns(steps.fill(grid, rows.get(number, ()), watched, (True,)), 1)[0])
            for name, number in named
        }

    def _keep_broker(self, connection: Connection, reading: BrokerReading) -> None:
        values = tuple(getattr(reading, name) for name in _BROKER_VALUES)
        for step_s in KEPT_S:
            last, start = self._last_of_broker.get(step_s), floor_to(reading.at, step_s)
            if last is not None and last.start == start:
                values = steps.merged(last.values, values, _BROKER_MERGE)
            self._last_of_broker[step_s] = Last(start, values)
            _put(connection, "broker_reading", ("cluster", "step_s", "start"), _BROKER_VALUES,
                 [(DEFAULT_CLUSTER, step_s, start, *values)])  # fmt: skip

    def _keep_queues(self, connection: Connection, at: float, queues: Sequence[QueueReading]) -> None:
        rows: list[tuple[Any, ...]] = []
        changed: list[tuple[Any, ...]] = []
        for reading in queues[:QUEUES_AT_MOST]:
            record = _encode(reading)
            if reading.name not in self._ids:
                row = (DEFAULT_CLUSTER, reading.name, at, False, record)
                self._ids[reading.name] = int(connection.exec_driver_sql(_QUEUE, row).scalar_one())
            elif self._written.get(reading.name) != record:
                changed.append((at, record, self._ids[reading.name]))
            self._written[reading.name] = record
            rows += self._step_rows(self._ids[reading.name], at, reading)
        if changed:
            connection.exec_driver_sql(_CHANGED, changed)
        if rows:
            _put(connection, "queue_reading", ("queue_id", "step_s", "start"), _QUEUE_VALUES, rows)

    def _step_rows(self, number: int, at: float, reading: QueueReading) -> Iterator[tuple[Any, ...]]:
        values = tuple(getattr(reading, name) for name in _QUEUE_VALUES)
        for step_s in KEPT_S:
            row = steps.step_rows(self._last.get((number, step_s)), at, step_s, values, _QUEUE_MERGE)
            if row is not None:
                self._last[number, step_s] = row
                yield (number, step_s, row.start, *row.values)

    def _forget(self, connection: Connection, at: float, gone: Collection[str]) -> None:
        for name in gone:
            connection.exec_driver_sql(_GONE, (at, DEFAULT_CLUSTER, name))
            self._written.pop(name, None)
            self._ids.pop(name, None)
        connection.exec_driver_sql(_FORGET, (at - KEPT_S[MINUTE_S],))
        some = "SELECT DISTINCT queue_id FROM queue_reading WHERE queue_id > ? ORDER BY queue_id LIMIT ?"
        found = [number for (number,) in connection.exec_driver_sql(some, (self._pruned, PRUNED_AT_ONCE))]
        self._pruned = found[-1] if len(found) == PRUNED_AT_ONCE else 0
        for step_s, kept_s in KEPT_S.items():
            too_old = [(number, step_s, at - kept_s) for number in found]
            if too_old:
                old = "DELETE FROM queue_reading WHERE queue_id = ? AND step_s = ? AND start < ?"
                connection.exec_driver_sql(old, too_old)
            old = "DELETE FROM broker_reading WHERE cluster = ? AND step_s = ? AND start < ?"
            connection.exec_driver_sql(old, (DEFAULT_CLUSTER, step_s, at - kept_s))

    def _forget_what_was_written(self) -> None:
        """After a transaction that failed: what it wrote is not there."""
        for known in (self._ids, self._written, self._last, self._last_of_broker):
            known.clear()


def _is_named(name: str) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions have no useful type
    return (queue.c.cluster == DEFAULT_CLUSTER) & (queue.c.name == name)


def _newest(reader: Reader) -> BrokerReading | None:
    found = reader.ask(select(broker.c.record).where(broker.c.cluster == DEFAULT_CLUSTER))
    return next((_decode_broker(record) for (record,) in found), None)


def _now(reader: Reader, otherwise: float) -> float:
    newest = _newest(reader)
    return otherwise if newest is None else newest.at


def _readings(grid: Points, which: Any, names: Sequence[str]) -> Select[Any]:  # noqa: ANN401  # as above
    """Return the question for rows of ``which`` queues that the points need, in the order of the key."""
    key = (queue_reading.c.queue_id, queue_reading.c.start)
    within = (
        queue_reading.c.step_s == grid.base_s,
        queue_reading.c.start >= grid.read_from,
        queue_reading.c.start < grid.until,
    )
    return select(*(queue_reading.c[name] for name in names)).where(which, *within).order_by(*key)


def _queue_rows(reader: Reader, number: int, grid: Points) -> list[Row]:
    found = reader.ask(_readings(grid, queue_reading.c.queue_id == number, ("start", *_QUEUE_VALUES)))
    return [(start, tuple(values)) for start, *values in found]


def _broker_rows(reader: Reader, grid: Points) -> list[Row]:
    columns = [broker_reading.c[name] for name in _BROKER_VALUES]
    found = select(broker_reading.c.start, *columns).where(*_in(grid)).order_by(broker_reading.c.start)
    return [(start, tuple(values)) for start, *values in reader.ask(found)]


def _watched(reader: Reader, grid: Points) -> set[int]:
    return {start for (start,) in reader.ask(select(broker_reading.c.start).where(*_in(grid)))}


def _in(grid: Points) -> tuple[Any, ...]:
    return (
        broker_reading.c.cluster == DEFAULT_CLUSTER,
        broker_reading.c.step_s == grid.base_s,
        broker_reading.c.start >= grid.since,
        broker_reading.c.start < grid.until,
    )


def _columns(values: Iterable[Values | None], width: int) -> list[tuple[Any, ...]]:
    nothing = (None,) * width
    rows = [nothing if one is None else one for one in values]
    return [tuple(row[column] for row in rows) for column in range(width)]


def _ages(grid: Points, oldest_at: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return how old the oldest message was at the end of each point."""
    ends = (start + grid.step_s for start in grid.starts)
    return tuple(None if at is None else max(0.0, end - at) for end, at in zip(ends, oldest_at, strict=True))


def _put(
    connection: Connection, table: str, key: Sequence[str], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    places = ", ".join("?" * (len(key) + len(names)))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join((*key, *names))}) VALUES ({places}) "  # noqa: S608  # our names
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}",
        list(rows),
    )
