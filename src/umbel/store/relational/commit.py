"""The one transaction of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from umbel.store.protocols import Arrival, Commit, Pruned, Retention
from umbel.store.relational import journal, sightings
from umbel.store.relational.batch import Batch
from umbel.store.relational.engine import write_transaction
from umbel.store.relational.prune import Pruner, give_back
from umbel.store.relational.terms import Terms
from umbel.store.relational.upsert import TaskRows


class Writer:
    """Owns the connection that writes. For one thread at a time."""

    def __init__(self, connection: Connection, clock: Callable[[], float], elapsed: Callable[[], float]) -> None:
        self.connection = connection
        self._clock = clock
        self._terms = Terms(connection)
        self._rows = TaskRows(connection, self._terms)
        self._pruner = Pruner(connection, elapsed)
        self._seen_version: int | None = None

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Store a batch, all or nothing."""
        batch = Batch(arrivals)
        try:
            with write_transaction(self.connection):
                self._look_for_others()
                return self._write(batch, arrivals)
        except BaseException:
            self.forget()
            raise

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete a slice of what ``retention`` does not keep."""
        with write_transaction(self.connection):
            pruned = self._pruner.slice(retention, now)
        if pruned.tasks:
            self._rows.forget()
            give_back(self.connection)
        return pruned

    def forget(self) -> None:
        """Drop what is remembered of the store."""
        self._terms.forget()
        self._rows.forget()

    def _look_for_others(self) -> None:
        """Forget what is remembered when another connection has written since."""
        version: int = self.connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        if version != self._seen_version:
            self.forget()
            self._seen_version = version

    def _write(self, batch: Batch, arrivals: Sequence[Arrival]) -> Commit:
        tasks = self._rows.write(batch)
        workers = sightings.write(self.connection, batch.sightings())
        if not tasks and not workers:
            return Commit(seq=journal.newest_seq(self.connection), tasks=0, events=0)
        seq = journal.write(self.connection, arrivals, tasks, workers, self._clock())
        return Commit(seq=seq, tasks=len(tasks), events=batch.size)
