"""How much a slice of deleting may do, learnt from how long the slices before took with their commits."""

from __future__ import annotations

from typing import Final

TARGET_S: Final = 0.03
"""What a slice should take with its commit: a collector that waits for it must never wait 100 ms."""
_FIRST: Final = 250
_FEWEST: Final = 20
_MOST: Final = 5_000
_GROWTH: Final = 1.25
"""Up slowly and down at once: a disk that has become slow is believed sooner than one that has become fast."""


class Pace:
    """The number of rows that the next slice may delete."""

    def __init__(self) -> None:
        self.rows = _FIRST

    def learn(self, rows: int, took_s: float) -> None:
        """Take in that deleting ``rows`` took so long, commit included."""
        if took_s > TARGET_S:
            fitting = int(min(rows, self.rows) * TARGET_S / took_s)
            self.rows = max(_FEWEST, fitting)
        elif rows >= self.rows:
            self.rows = min(_MOST, int(self.rows * _GROWTH) + 1)
