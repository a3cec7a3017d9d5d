"""Forgets texts that neither a task nor a figure uses: made-up names of workers would pile up for ever."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from umbel.store.relational.tables import NAMED_ONLY
from umbel.store.relational.terms import TermKind

TERMS_AT_ONCE: Final = 500
_COLUMNS: Final = {TermKind.NAME: "name_id", TermKind.WORKER: "worker_id", TermKind.QUEUE: "queue_id"}
"""Where the numbers of each kind stand in ``task``; each of these columns has an index."""
_USED: Final = " OR ".join(
    f"kind = {kind:d} AND EXISTS (SELECT 1 FROM task WHERE {column} = term.id)"  # noqa: S608  # our names
    for kind, column in _COLUMNS.items()
)
_COUNTED: Final = f"EXISTS (SELECT 1 FROM rollup WHERE {NAMED_ONLY} AND key_id = term.id)"  # noqa: S608  # our names
_LOOK: Final = "SELECT max(id), count(*) FROM (SELECT id FROM term WHERE id > ? ORDER BY id LIMIT ?)"
_FORGET: Final = f"DELETE FROM term WHERE id > ? AND id <= ? AND NOT ({_USED}) AND NOT {_COUNTED}"  # noqa: S608  # our names


class UnusedTerms:
    """Walks the dictionary once after tasks were deleted, some texts at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._looked_to: int | None = None

    def expect(self) -> None:
        """Say that tasks were deleted: the next walk begins anew."""
        self._looked_to = 0

    def slice(self) -> tuple[int, bool]:
        """Look at some texts. Return how many were forgotten, and whether there are more to look at."""
        if self._looked_to is None:
            return 0, False
        looked_to, looked_at = self._connection.exec_driver_sql(_LOOK, (self._looked_to, TERMS_AT_ONCE)).one()
        gone = 0
        if looked_at:
            gone = self._connection.exec_driver_sql(_FORGET, (self._looked_to, looked_to)).rowcount
        self._looked_to = looked_to if looked_at == TERMS_AT_ONCE else None
        return gone, self._looked_to is not None
