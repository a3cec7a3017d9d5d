"""Bounds a block of 4,096 tasks: what lets a question skip the blocks that cannot hold an answer.

Tasks that arrive together happened together, so that these few numbers do the work of an index on each instant and on
the run time, and cost nothing to keep. A sort looks into at most as many blocks as it returns tasks.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from umbel.store.relational.many import Insert
from umbel.store.relational.rows import Times
from umbel.store.relational.tables import BLOCK_BITS

_Bound = float | None
_Bounds = list[_Bound]

_WIDEN: Final = Insert("""
INSERT INTO block (id, earliest, latest, shortest, longest) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  earliest = min(coalesce(earliest, excluded.earliest), coalesce(excluded.earliest, earliest)),
  latest = max(coalesce(latest, excluded.latest), coalesce(excluded.latest, latest)),
  shortest = min(coalesce(shortest, excluded.shortest), coalesce(excluded.shortest, shortest)),
  longest = max(coalesce(longest, excluded.longest), coalesce(excluded.longest, longest))
""")


class Bounds:
    """Gathers the bounds of what a transaction writes."""

    __slots__ = ("_by_block",)

    def __init__(self) -> None:
        self._by_block: dict[int, _Bounds] = {}

    def add(self, row_id: int, times: Times) -> None:
        """Take a row into the bounds of its block."""
        bounds = self._by_block.get(row_id >> BLOCK_BITS)
        if bounds is None:
            bounds = self._by_block[row_id >> BLOCK_BITS] = [None, None, None, None]
        earliest, latest, shortest, longest = bounds
        for at in times[:4]:
            if at is not None:
                if earliest is None or at < earliest:
                    bounds[0] = earliest = at
                if latest is None or at > latest:
                    bounds[1] = latest = at
        runtime_s = times[4]
        if runtime_s is not None:
            if shortest is None or runtime_s < shortest:
                bounds[2] = runtime_s
            if longest is None or runtime_s > longest:
                bounds[3] = runtime_s

    def write(self, connection: Connection) -> None:
        """Widen the stored bounds."""
        _WIDEN.write(connection, [(block, *bounds) for block, bounds in self._by_block.items()])


def drop_before(connection: Connection, row_id: int) -> None:
    """Delete the blocks whose tasks all came before ``row_id``."""
    connection.exec_driver_sql("DELETE FROM block WHERE id < ?", (row_id >> BLOCK_BITS,))
