"""The half of the collector that writes: batches into the store, old history out of it."""

import logging
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from umbel.ingest.backoff import Backoff
from umbel.ingest.batcher import Batch, Batcher
from umbel.ingest.pruning import PRUNE_AGAIN_S, PrunedStore, Pruning
from umbel.ingest.tally import Reason, Tally
from umbel.model.events import LEARNT_TYPE
from umbel.store.protocols import Arrival, Commit, Retention, StoreError

IDLE_S: Final = 1.0
LAG_SAMPLES: Final = 100


class EventStore(PrunedStore, Protocol):
    """What the collector asks of a ``TaskWriter``, which says what each method promises."""

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Store a batch, all or nothing."""


class Writer:
    """Commits what the batcher hands out, in its order, and holds a batch for as long as the store does not take it.

    ``on_commit`` is told of each transaction, ``on_stored`` of each token whose messages are all stored, and ``note``
    of each batch with how long its transaction took and when it ended. The thread that calls ``run`` does all of it.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: EventStore,
        batcher: Batcher,
        tally: Tally,
        *,
        retention: Retention,
        on_commit: Callable[[Commit], None],
        on_stored: Callable[[int], None],
        note: Callable[[Sequence[Arrival], float, float], None] = lambda _arrivals, _took_s, _now: None,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
    ) -> None:
        self._store = store
        self._batcher = batcher
        self._tally = tally
        self._on_commit = on_commit
        self._on_stored = on_stored
        self._note_commit = note
        self._clock = clock
        self._backoff = Backoff(random, first_s=0.1, cap_s=5.0)
        self._logger = logger
        self._stop = threading.Event()
        self._give_up = threading.Event()
        self._pruning = Pruning(
            store, retention, is_pressed=self._is_pressed, tell=self._tell, clock=clock, logger=logger
        )
        self._touched = 0
        self.committed = 0
        self.commits = 0
        self._holding: Sequence[Arrival] = ()
        self.lag_s: float | None = None
        self.last_commit_at: float | None = None
        self.last_error: str | None = None
        self.is_stalled = False

    def run(self) -> None:
        """Write until ``stop``, and then what is left."""
        while not self._stop.is_set() or self._batcher.size:
            batch, self._touched = self._batcher.take(PRUNE_AGAIN_S if self._pruning.is_behind else IDLE_S), 0
            if batch is not None and not self._store_batch(batch):
                return
            if not self._stop.is_set():
                self._pruning.after(self._touched, 0 if batch is None else len(batch.arrivals))

    @property
    def pruned_tasks(self) -> int:
        """How many tasks retention has deleted."""
        return self._pruning.tasks

    def stop(self) -> None:
        """Let ``run`` end once all that is buffered is stored."""
        self._stop.set()
        self._batcher.close()

    def give_up(self) -> None:
        """Let ``run`` end even though something is not stored."""
        self._give_up.set()

    @property
    def in_hand(self) -> int:
        """How many events it was given and has not stored."""
        return len(self._holding)

    def let_go(self) -> Sequence[Arrival]:
        """Return what it was given and has not stored, and forget it. Only after it was given up."""
        left, self._holding = self._holding, ()
        return left

    def _store_batch(self, batch: Batch) -> bool:
        """Return whether the batch is stored; false only when it was given up."""
        self._holding = batch.arrivals
        while batch.arrivals and not self._try(batch.arrivals):
            if self._give_up.wait(self._backoff.next_s()):
                return False
        self._holding = ()
        self._on_stored(batch.token)
        return True

    def _try(self, arrivals: Sequence[Arrival]) -> bool:
        try:
            self._commit(arrivals)
        except StoreError as error:
            self._stall(error)
            return False
        self._backoff.reset()
        self.is_stalled = False
        return True

    def _commit(self, arrivals: Sequence[Arrival]) -> None:
        """Commit these; where the store fails on them for no reason that it names, all but those at fault.

        Raises StoreError when the store is not ready: the same call may be made again.
        """
        began = time.perf_counter()
        try:
            commit = self._store.commit(arrivals)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not keep all others out for ever
            self._commit_parts(arrivals, error)
        else:
            self._note(commit, arrivals, time.perf_counter() - began)

    def _commit_parts(self, arrivals: Sequence[Arrival], error: Exception) -> None:
        middle = len(arrivals) // 2
        if middle:
            self._commit(arrivals[:middle])
            self._commit(arrivals[middle:])
            return
        self._logger.error("The store refused an event: %r", arrivals[0].event, exc_info=error)
        self._tally.add_events(-1)
        self._tally.add_malformed(Reason.REFUSED_BY_STORE, f"{type(error).__name__}: {arrivals[0].event!r}")

    def _note(self, commit: Commit, arrivals: Sequence[Arrival], took_s: float) -> None:
        now = self._clock()
        self.commits += 1
        self._touched += commit.tasks
        self.committed += len(arrivals)
        self.last_commit_at = now
        self.lag_s = _lag_s(arrivals, now, self.lag_s)
        try:
            self._note_commit(arrivals, took_s, now)
            self._on_commit(commit)
        except Exception:  # a listener's fault is not ours: the events are stored
            self._logger.exception("A listener failed on commit %d", commit.seq)

    def _stall(self, error: StoreError) -> None:
        self.last_error = f"{type(error).__name__}: {error}"
        if not self.is_stalled:
            self._logger.warning("The store does not take events, they are held: %s", self.last_error)
        self.is_stalled = True

    def _is_pressed(self) -> bool:
        """Whether what waits to be stored leaves no time for anything else."""
        return self._stop.is_set() or self._batcher.size > self._batcher.limit // 2

    def _tell(self, error: str) -> None:
        self.last_error = error


def _lag_s(arrivals: Sequence[Arrival], now: float, before: float | None) -> float | None:
    """The median, because one worker's clock may be wrong. What was learnt afterwards is not late."""
    sample = [one.event for one in arrivals[:: max(1, len(arrivals) // LAG_SAMPLES)] if one.event.type != LEARNT_TYPE]
    return max(0.0, now - statistics.median(event.timestamp for event in sample)) if sample else before
