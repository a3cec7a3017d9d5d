"""The workers' rows: what each batch tells of the workers in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select

from umbel.model.events import Sampled, WorkerEvent
from umbel.model.workers import Worker, observe
from umbel.store.protocols import Arrival
from umbel.store.relational.many import Insert
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import DEFAULT_CLUSTER, worker

WORKERS_AT_MOST: Final = 10_000

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Worker).decode
_UPSERT: Final = Insert("""
INSERT INTO worker (cluster, name, seen_at, record) VALUES (?, ?, ?, ?)
ON CONFLICT (cluster, name) DO UPDATE SET seen_at = excluded.seen_at, record = excluded.record
""")


def write(connection: Connection, sightings: dict[str, list[Arrival]]) -> list[str]:
    """Store what was seen; return the names of those of whom anything new was."""
    changed: list[Worker] = []
    for name, arrivals in sightings.items():
        known = _stored(connection, name)
        told = _observe_all(known, arrivals)
        if told is not None and (known is None or not _says_the_same(known, told)):
            changed.append(told)
    _UPSERT.write(connection, [(DEFAULT_CLUSTER, one.name, one.last_seen_at, _encode(one)) for one in changed])
    return [one.name for one in changed]


def _stored(connection: Connection, name: str) -> Worker | None:
    find = "SELECT record FROM worker WHERE cluster = ? AND name = ?"
    record: bytes | None = connection.exec_driver_sql(find, (DEFAULT_CLUSTER, name)).scalar()
    return None if record is None else _decode(record)


def _observe_all(known: Worker | None, arrivals: Iterable[Arrival]) -> Worker | None:
    told = known
    for arrival in sorted(arrivals, key=lambda arrival: (arrival.event.timestamp, arrival.at)):
        if known is not None and _is_old(known, arrival):
            continue
        told = observe(told, arrival.event, arrival.at)
    return told


def _is_old(known: Worker, arrival: Arrival) -> bool:
    """Whether it tells nothing new: a batch that is committed again changes no worker."""
    event = arrival.event
    if isinstance(event, Sampled):
        newest = None if known.sample is None else known.sample.at
    else:
        newest = known.last_heartbeat_at if isinstance(event, WorkerEvent) else known.last_event_at
    return newest is not None and event.timestamp <= newest and arrival.at <= known.last_seen_at


def _says_the_same(known: Worker, told: Worker) -> bool:
    """Whether nothing differs but the clock's offset, which forgets a little with each message."""
    return replace(told, clock_offset_s=known.clock_offset_s) == known


def read_all(reader: Reader) -> list[Worker]:
    """Return the workers that were seen last, by name."""
    newest = select(worker.c.record).order_by(worker.c.seen_at.desc()).limit(WORKERS_AT_MOST)
    found: Sequence[Worker] = [_decode(record) for (record,) in reader.ask(newest)]
    return sorted(found, key=lambda one: one.name)
