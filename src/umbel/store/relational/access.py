"""How a role of the store that is kept in tables of its own reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection

from umbel.store.relational.engine import write_transaction
from umbel.store.relational.reader import Reader


class Access:
    """The doors to one store: one who writes at a time, a few who read.

    ``holding`` gives the connection that writes to one caller at a time; ``reading`` gives a snapshot with its time
    limit. Both raise StoreError, and so do the methods here.
    """

    def __init__(
        self,
        holding: Callable[[], AbstractContextManager[Connection]],
        reading: Callable[[], AbstractContextManager[Reader]],
    ) -> None:
        self._holding = holding
        self._reading = reading

    @contextmanager
    def writes(self) -> Iterator[Connection]:
        """Write in one transaction: all that the block does, or nothing. Keep it short: ingest waits meanwhile."""
        with self._holding() as connection, write_transaction(connection):
            yield connection

    def reads(self) -> AbstractContextManager[Reader]:
        """Read in one snapshot. Beyond the time limit, QueryTooSlow is raised."""
        return self._reading()
