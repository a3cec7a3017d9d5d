"""The rows of gaps: when events may have been missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, func, or_, select

from umbel.model.gaps import Gap, GapKind
from umbel.store.relational.engine import write_transaction
from umbel.store.relational.reader import Reader
from umbel.store.relational.tables import DEFAULT_CLUSTER, collector, gap, journal

GAPS_AT_MOST: Final = 1_000
_KEEP: Final = """
INSERT INTO gap (cluster, kind, worker, since, until, reason, events) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (cluster, kind, worker, since) DO UPDATE SET
  until = excluded.until, reason = excluded.reason, events = excluded.events
"""
_SEEN: Final = """
INSERT INTO collector (cluster, seen_at) VALUES (?, ?)
ON CONFLICT (cluster) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)
"""


def keep(connection: Connection, gaps: Sequence[Gap]) -> None:
    """Store these, all or nothing."""
    rows = [
        (DEFAULT_CLUSTER, one.kind.value, one.worker or "", one.since, one.until, one.reason, one.events)
        for one in gaps
    ]
    if rows:
        with write_transaction(connection):
            connection.exec_driver_sql(_KEEP, rows)


def note_seen(connection: Connection, at: float) -> None:
    """Store that the collector was at work."""
    with write_transaction(connection):
        connection.exec_driver_sql(_SEEN, (DEFAULT_CLUSTER, at))


def forget_before(connection: Connection, at: float) -> None:
    """Delete gaps that were over before this instant. Must run inside a transaction."""
    begun = "DELETE FROM gap WHERE since < ? AND until < ?"  # the index on the start leaves few to look at
    connection.exec_driver_sql(begun, (at, at))


def overlapping(  # the contract's
    reader: Reader,
    since: float,
    until: float,
    limit: int,
    kinds: Collection[GapKind] = tuple(GapKind),
    workers: Collection[str] | None = None,
) -> list[Gap]:
    """Return the newest gaps of these kinds that touch the interval, oldest first; of single workers, only of these."""
    columns = (gap.c.kind, gap.c.since, gap.c.until, gap.c.reason, gap.c.worker, gap.c.events)
    touching = [gap.c.since <= until, or_(gap.c.until.is_(None), gap.c.until >= since)]
    if len(kinds) < len(GapKind):
        touching.append(gap.c.kind.in_([kind.value for kind in kinds]))
    if workers is not None:
        touching.append(gap.c.worker.in_(["", *workers]))
    newest = select(*columns).where(*touching).order_by(gap.c.since.desc(), gap.c.kind, gap.c.worker).limit(limit)
    return [
        Gap(kind=GapKind(kind), since=start, until=end, reason=reason, worker=worker or None, events=events)
        for kind, start, end, reason, worker, events in reversed(reader.ask(newest))
    ]


def last_seen(reader: Reader) -> float | None:
    """Return when the collector was last at work: its last sign, or its last commit. An import has no events."""
    newest = select(journal.c.committed_at).where(journal.c.events > 0).order_by(journal.c.seq.desc()).limit(1)
    ((sign,),) = reader.ask(select(func.max(collector.c.seen_at)))
    commit = next((at for (at,) in reader.ask(newest)), None)
    return max((at for at in (sign, commit) if at is not None), default=None)
