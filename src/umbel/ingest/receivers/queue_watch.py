"""Knows how far behind a reader is of its queue on RabbitMQ, and whether the queue drops messages meanwhile."""

import math
import time
from collections.abc import Callable
from typing import Final

from umbel.ingest.receivers.live import Warned
from umbel.ingest.receivers.queues import Bounds

BEHIND_S: Final = 1.0
WATCH_EVERY_S: Final = 5.0
QUIET_S: Final = 0.05
"""A broker that may send and has nothing to send for so long has an empty queue."""


class QueueWatch:
    """Told after each look; ``count`` asks the broker how many messages wait, ``window`` how many it may send ahead.

    ``empty_at`` is when nothing waited at the broker, as far as is known, by ``clock``. That the socket is dry does not
    tell it: the store may be slow, and the broker too.
    """

    def __init__(
        self, bounds: Bounds, window: int, count: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bounds = bounds
        self._window = window
        self._count = count
        self._clock = clock
        self._asked_at = self._full_at = -math.inf
        self._had_room = True
        self.empty_at = clock()
        self.warning = Warned()

    def look(self, *, waited_s: float, is_dry: bool, is_full: bool) -> None:
        """Judge a look that waited so long for its first message, and left the window full or not.

        Asks the broker where the looks do not tell, and raises what that raises.
        """
        now = self._clock()
        may_tell, self._had_room = self._had_room and not is_full, not is_full
        if is_full:
            self._full_at = now
        if may_tell and waited_s >= QUIET_S:
            self.empty_at, self.warning = now, Warned()
        elif now - self.empty_at > BEHIND_S and now - self._asked_at >= self._every_s(now, is_dry=is_dry):
            self._asked_at = now
            self._ask(now)

    def _every_s(self, now: float, *, is_dry: bool) -> float:
        return BEHIND_S if is_dry and not self._is_held_back(now) else WATCH_EVERY_S

    def _is_held_back(self, now: float) -> bool:
        return now - self._full_at <= WATCH_EVERY_S

    def _ask(self, now: float) -> None:
        waiting, is_held_back = self._count(), self._is_held_back(now)
        if not is_held_back and waiting < self._window:  # they are on their way
            self.empty_at = max(self.empty_at, now - BEHIND_S if waiting else now)
            self.warning = Warned()
            return
        is_over = self._bounds.are_reached(waiting, now - self.empty_at)
        told = (
            f"{waiting:,} messages wait in RabbitMQ until {'the store has room' if is_held_back else 'they are read'}"
        )
        self.warning = Warned(f"{told}; its queue is full, and drops the oldest" if is_over else told, is_over)
