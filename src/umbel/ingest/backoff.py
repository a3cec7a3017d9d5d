"""How long to wait before the next try."""

from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.5
CAP_S: Final = 10.0


class Backoff:
    """Waits that double from ``first_s`` up to ``cap_s``, each shortened at random by up to a half.

    ``random`` returns a number from 0 to 1. The jitter keeps many monitors from coming back at the same instant.
    """

    def __init__(self, random: Callable[[], float], *, first_s: float = FIRST_S, cap_s: float = CAP_S) -> None:
        self._random = random
        self._first_s = first_s
        self._cap_s = cap_s
        self.attempt = 0

    def next_s(self) -> float:
        """Count a failed try and return how long to wait after it, in seconds."""
        wait_s = min(self._cap_s, self._first_s * 2.0 ** min(self.attempt, 30))
        self.attempt += 1
        return wait_s * (1.0 - self._random() / 2.0)

    def reset(self) -> None:
        """Start anew, after a success."""
        self.attempt = 0
