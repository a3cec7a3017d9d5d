"""Events per second of late."""

from collections import deque
from collections.abc import Callable
from typing import Final

WINDOW_S: Final = 10.0


class Rate:
    """Counts over the last ten seconds. One thread adds; another one may read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()
        self._counts: deque[tuple[float, int]] = deque()

    def add(self, number: int) -> None:
        """Count what came now."""
        now = self._clock()
        self._counts.append((now, number))
        while self._counts and self._counts[0][0] < now - WINDOW_S:
            self._counts.popleft()

    def per_s(self) -> float:
        """Return the mean over the window, or over the time since the start where that is shorter."""
        now = self._clock()
        counted = sum(number for at, number in list(self._counts) if at >= now - WINDOW_S)
        return counted / max(1.0, min(WINDOW_S, now - self._since))
