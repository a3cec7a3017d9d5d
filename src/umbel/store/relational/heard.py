"""Reads the raw events that the journal keeps."""

from __future__ import annotations

import zlib
from typing import Any, Final

import msgspec
from sqlalchemy import Select, select

from umbel.model.events import LEARNT_TYPE, Event, Learnt, TaskEvent, WorkerEvent
from umbel.store.protocols.heard import HeardBatch
from umbel.store.relational.access import Access
from umbel.store.relational.tables import journal

BATCHES_AT_MOST: Final = 100
_decode: Final = msgspec.msgpack.Decoder(list[dict[str, Any]]).decode


class RelationalHeard:
    """See ``HeardReader``."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def after(self, seq: int, limit: int = 50) -> list[HeardBatch]:
        """See ``HeardReader.after``."""
        return self._read(_rows().where(journal.c.seq > seq).order_by(journal.c.seq), limit)

    def newest(self, limit: int = 20) -> list[HeardBatch]:
        """See ``HeardReader.newest``."""
        return self._read(_rows().order_by(journal.c.seq.desc()), limit)[::-1]

    def _read(self, rows: Select[Any], limit: int) -> list[HeardBatch]:
        with self._access.reads() as reader:
            found = reader.ask(rows.limit(max(1, min(limit, BATCHES_AT_MOST))))
        return [
            HeardBatch(seq=seq, committed_at=committed_at, events=_events(raw), total=total)
            for seq, committed_at, total, raw in found
        ]


def _rows() -> Select[Any]:
    return select(journal.c.seq, journal.c.committed_at, journal.c.events, journal.c.raw)


def _events(raw: bytes | None) -> tuple[Event, ...]:
    """Return the events of a row; none where they were too large to keep."""
    if raw is None:
        return ()
    return tuple(msgspec.convert(one["event"], _shape(one["event"])) for one in _decode(zlib.decompress(raw)))


def _shape(event: dict[str, Any]) -> type[Event]:
    if "uuid" not in event:
        return WorkerEvent
    return Learnt if event["type"] == LEARNT_TYPE else TaskEvent
