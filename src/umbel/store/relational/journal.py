"""The journal: a row a commit, for those who follow what changes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from umbel.store.protocols import Arrival, JournalBatch, JournalSpan
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import journal

RAW_EVENTS: Final = 200
"""Of each batch this many events are kept raw: all of them at the pace a person follows, a sample under load."""
_RAW_BYTES: Final = 262_144
_COMPRESSION: Final = 1
_NAMES_AT_ONCE: Final = 50_000
"""How many task ids one answer may hold, unless a single batch holds more."""


class _Touched(Struct, frozen=True, array_like=True):
    tasks: tuple[str, ...]
    workers: tuple[str, ...]


_encode: Final = msgspec.msgpack.Encoder().encode
_touched: Final = msgspec.msgpack.Decoder(_Touched).decode
_INSERT: Final = "INSERT INTO journal (committed_at, events, touched, raw, raw_complete) VALUES (?, ?, ?, ?, ?)"


def newest_seq(connection: Connection) -> int:
    """Return the position of the last commit, 0 when there was none."""
    seq: int = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM journal").scalar_one()
    return seq


def write(
    connection: Connection, arrivals: Sequence[Arrival], tasks: Sequence[str], workers: Sequence[str], now: float
) -> int:
    """Add a batch that touched these tasks and workers; return its position."""
    raw = _encode(arrivals[:RAW_EVENTS])
    kept = len(raw) <= _RAW_BYTES
    row = (
        now,
        len(arrivals),
        _encode((tasks, workers)),
        zlib.compress(raw, _COMPRESSION) if kept else None,
        kept and len(arrivals) <= RAW_EVENTS,
    )
    seq: int = connection.exec_driver_sql(_INSERT, row).lastrowid
    return seq


def span(reader: Reader) -> JournalSpan:
    """Return the oldest and the newest position."""
    oldest, newest = reader.ends(journal.c.seq)
    return JournalSpan(oldest=oldest or 0, newest=newest or 0)


def after(reader: Reader, seq: int, limit: int) -> list[JournalBatch]:
    """Return batches with a greater position, oldest first."""
    columns = (journal.c.seq, journal.c.committed_at, journal.c.events, journal.c.touched)
    following = select(*columns).where(journal.c.seq > seq).order_by(journal.c.seq).limit(limit)
    found: list[JournalBatch] = []
    names = 0
    for number, committed_at, events, blob in reader.ask(following):
        touched = _touched(blob)
        names += len(touched.tasks)
        if found and names > _NAMES_AT_ONCE:
            break
        found.append(
            JournalBatch(
                seq=number,
                committed_at=committed_at,
                task_ids=touched.tasks,
                workers=touched.workers,
                events=events,
            )
        )
    return found
