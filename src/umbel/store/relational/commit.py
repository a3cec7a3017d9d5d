"""The one transaction of a batch."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from umbel.store.protocols import Archived, Arrival, Commit, Deleted, Pruned, Restored, Retention
from umbel.store.relational import counters, journal, sightings
from umbel.store.relational.archive import ArchiveBatch
from umbel.store.relational.batch import Batch
from umbel.store.relational.engine import CHECKPOINT_PAGES, SMALL_CHECKPOINT_PAGES, write_transaction
from umbel.store.relational.prune import Pruner, give_back
from umbel.store.relational.terms import Terms
from umbel.store.relational.upsert import TaskRows

log: Final = logging.getLogger("umbel.store")


class Writer:
    """Owns the connection that writes. For one thread at a time."""

    def __init__(self, connection: Connection, clock: Callable[[], float], elapsed: Callable[[], float]) -> None:
        self.connection = connection
        self._clock = clock
        self._elapsed = elapsed
        self._deleted = 0
        self._terms = Terms(connection)
        self._rows = TaskRows(connection, self._terms, clock)
        self._pruner = Pruner(connection, elapsed)
        self._seen_version: int | None = None
        self._told: str | None = None

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
        with self._deleting() as pruner:
            pruned = pruner.slice(retention, now)
            self._deleted += pruned.tasks
        return pruned

    def delete(self, places: Sequence[int]) -> Deleted:
        """Delete those of the first of these tasks that are finished."""
        with self._deleting() as pruner:
            deleted = pruner.delete(places)
            self._deleted += deleted.tasks
        return deleted

    def restore(self, tasks: Sequence[Archived]) -> Restored:
        """Join tasks of an archive with what is stored, all or nothing."""
        batch = ArchiveBatch(tasks)
        try:
            with write_transaction(self.connection):
                self._look_for_others()
                return self._restore(batch)
        except BaseException:
            self.forget()
            raise

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

    @contextmanager
    def _deleting(self) -> Iterator[Pruner]:
        """Run a slice in a transaction, and learn from how long it took."""
        began, self._deleted = self._elapsed(), 0
        self.connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {SMALL_CHECKPOINT_PAGES}")
        try:
            with write_transaction(self.connection):
                yield self._pruner
        finally:
            self.forget()
            self.connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        if self._deleted:
            self._pruner.pace.learn(self._deleted, self._elapsed() - began)
            self._give_back()

    def _give_back(self) -> None:
        """Make the file smaller. What was deleted is deleted: who asked for it must not be told that it failed."""
        told = None
        try:
            give_back(self.connection)
        except (DBAPIError, sqlite3.Error) as error:
            told = str(getattr(error, "orig", error))
            if told != self._told:
                log.warning("Free pages of the store were not given back, and are used again: %s", told)
        self._told = told

    def _restore(self, batch: ArchiveBatch) -> Restored:
        before = counters.total(self.connection)
        written = self._rows.write(batch, {})
        new = counters.total(self.connection) - before
        if written:
            journal.write(self.connection, (), written, (), self._clock())
        return Restored(new=new, changed=len(written) - new, same=len(batch.events) - len(written))

    def _write(self, batch: Batch, arrivals: Sequence[Arrival]) -> Commit:
        tasks = self._rows.write(batch, batch.told)
        workers = sightings.write(self.connection, batch.sightings())
        if not tasks and not workers:
            return Commit(seq=journal.newest_seq(self.connection), tasks=0, events=0)
        seq = journal.write(self.connection, arrivals, tasks, workers, self._came(arrivals))
        return Commit(seq=seq, tasks=len(tasks), events=batch.size)

    def _came(self, arrivals: Sequence[Arrival]) -> float:
        """When the newest of these came: what came after it is in no commit yet, and a kill now would lose it."""
        return min(self._clock(), max(arrival.at for arrival in arrivals))
