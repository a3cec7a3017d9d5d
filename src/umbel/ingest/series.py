"""The last minutes of ingest in steps of five seconds: what rates, percentiles and sparklines are made from."""

import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

STEP_S: Final = 5.0
STEPS: Final = 60

_LEAST_S: Final = 0.0001
_GROWTH: Final = math.log(1.1)


class Spread:
    """Durations (seconds) in buckets that grow by 10 %, from 0.1 ms on: any number of them in a bounded place."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, seconds: Iterable[float]) -> None:
        """Count these."""
        self.counts.update(0 if one <= _LEAST_S else math.ceil(math.log(one / _LEAST_S) / _GROWTH) for one in seconds)

    def merge(self, other: "Spread") -> None:
        """Count what ``other`` has counted."""
        self.counts.update(other.counts)

    def quantile(self, share: float) -> float | None:
        """Return the upper bound of the bucket that holds this share of all, ``None`` when nothing was counted."""
        rank = math.ceil(share * self.counts.total())
        for bucket in sorted(self.counts):
            rank -= self.counts[bucket]
            if rank <= 0:
                return _LEAST_S * math.exp(bucket * _GROWTH)
        return None


class Totals(Struct, frozen=True, kw_only=True):
    """Counts since the start, as they stood at one instant; ``buffered`` is a level."""

    events: int = 0
    committed: int = 0
    dropped: int = 0
    malformed: int = 0
    buffered: int = 0


class Step:
    """One step. ``totals`` are those of its latest note."""

    __slots__ = ("commit", "lag", "number", "totals")

    def __init__(self, number: int, totals: Totals) -> None:
        self.number = number
        self.totals = totals
        self.lag = Spread()
        self.commit = Spread()


class Series:
    """The newest steps, oldest first; the first one only holds the totals to count from. One thread at a time."""

    def __init__(self, now: float) -> None:
        first = _number(now)
        self._steps = deque([Step(first - 1, Totals()), Step(first, Totals())], maxlen=STEPS + 1)

    def step(self, now: float) -> Step:
        """Return the step of ``now`` (epoch seconds); after a clock was set back the newest one stays in use."""
        newest, number = self._steps[-1], _number(now)
        if number <= newest.number:
            return newest
        if number - newest.number > STEPS:  # also where a clock was set far ahead
            self._steps.clear()
            self._steps.append(Step(number - 1, newest.totals))
        else:
            for between in range(newest.number + 1, number):
                self._steps.append(Step(between, newest.totals))
        self._steps.append(Step(number, newest.totals))
        return self._steps[-1]

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def before(self, now: float, window_s: float) -> tuple[Totals, float]:
        """Return the totals of about ``window_s`` ago, or the oldest there are, and how long ago that was."""
        first = _number(now) - round(window_s / STEP_S)
        chosen = self._steps[0]
        for step in self._steps:
            if step.number > first:
                break
            chosen = step
        return chosen.totals, max(STEP_S, now - (chosen.number + 1) * STEP_S)


def _number(now: float) -> int:
    return int(now // STEP_S)
