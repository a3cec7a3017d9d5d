"""When the thread that writes deletes old history: between batches, and more of it than they bring."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import ceil
from typing import Final, Protocol

from umbel.ingest.batcher import DEFAULT_BATCH_EVENTS
from umbel.store.protocols import Pruned, Retention

PRUNE_EVERY_S: Final = 60.0
PRUNE_AGAIN_S: Final = 0.1
"""A slice takes about 30 ms: while little comes, so many leave the writer most of its time."""
SURPLUS: Final = 1.2
"""Of what a batch brought so much is deleted, where it is due: else the store would grow as long as it is busy."""
SLICES: Final = 4
"""At most so many for each ``DEFAULT_BATCH_EVENTS`` of a batch: storing comes first."""


class PrunedStore(Protocol):
    """What retention asks of a ``TaskWriter``, which says what each method promises."""

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete a slice of what is kept no longer."""


class Pruning:
    """Runs slices once a minute until nothing is due.

    ``is_pressed`` says whether too much waits to be stored; then slices are as rare as while nothing comes. ``tell``
    gets the words of an error. ``first_s`` is how long the first slice waits.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: PrunedStore,
        retention: Retention,
        *,
        is_pressed: Callable[[], bool],
        tell: Callable[[str], None],
        clock: Callable[[], float],
        logger: logging.Logger,
        first_s: float = PRUNE_EVERY_S,
    ) -> None:
        self._store = store
        self._retention = retention
        self._is_pressed = is_pressed
        self._tell = tell
        self._clock = clock
        self._logger = logger
        self._next_at = clock() + first_s
        self.tasks = 0
        self.is_behind = False
        """Whether more is due than was deleted."""

    def after(self, tasks: int, events: int) -> None:
        """Delete what is due after a batch of ``events`` that touched so many tasks; 0 where none came."""
        now = self._clock()
        is_time = not 0 < self._next_at - now <= PRUNE_EVERY_S
        if not is_time and (not self.is_behind or not tasks or self._is_pressed()):
            return
        enough = self.tasks + tasks * SURPLUS
        for _ in range(SLICES * max(1, ceil(events / DEFAULT_BATCH_EVENTS))):
            self._slice(now)
            if not self.is_behind or self.tasks >= enough or self._is_pressed():
                break

    def _slice(self, now: float) -> None:
        try:
            pruned = self._store.prune(self._retention, now)
        except Exception as error:  # noqa: BLE001 - history that is kept too long is no reason to lose events
            words = f"{type(error).__name__}: {error}"
            self._logger.warning("The store could not be pruned: %s", words)
            self._tell(words)
            self.is_behind = False
        else:
            self.tasks += pruned.tasks
            self.is_behind = pruned.more
        self._next_at = now + (PRUNE_AGAIN_S if self.is_behind else PRUNE_EVERY_S)
