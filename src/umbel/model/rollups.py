"""What one task adds to the figures of its minutes: a pure function of its record, so that it can be taken back.

========== ===================================================================================================
figure     is counted in the minute of
========== ===================================================================================================
received   ``received_at``; ``sent_at`` of a task that was never received
started    ``started_at``, with how long it had waited
succeeded  ``finished_at``, with how long it ran; the same for failed, revoked and rejected
retried    each retry
========== ===================================================================================================

A task counts once in each of the first three lines however often it was tried, and with at most the retries that its
record keeps (``fold.MARKS_PER_KIND``). Stamps from further ahead than ``MOST_AHEAD_S`` of when we last heard of the
task are cut to that: a worker whose clock is wrong must not write figures into next year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import IntEnum
from itertools import chain
from operator import add
from typing import Final

from umbel.model.histogram import Histogram, bucket_of
from umbel.model.tasks import State
from umbel.model.workers import MOST_AHEAD_S

MINUTE_S: Final = 60
LONGEST_S: Final = 3.2e8
"""Ten years: what is said to have taken longer counts as this long, so that sums fit in 64 bits."""


class Period(IntEnum):
    """The spans of UTC that figures are kept for, short to long. The numbers are stored."""

    MINUTE = 1
    HOUR = 2
    DAY = 3

    @property
    def seconds(self) -> int:
        """Its length."""
        return SECONDS[self]


SECONDS: Final = {Period.MINUTE: MINUTE_S, Period.HOUR: 3_600, Period.DAY: 86_400}


class Figure(IntEnum):
    """What is counted. The numbers are the places in ``Tally.counts``."""

    RECEIVED = 0
    STARTED = 1
    SUCCEEDED = 2
    FAILED = 3
    RETRIED = 4
    REVOKED = 5
    REJECTED = 6


FIGURES: Final = len(Figure)
FIGURE_BY_STATE: Final = {
    State.SUCCESS.value: int(Figure.SUCCEEDED),
    State.FAILURE.value: int(Figure.FAILED),
    State.REVOKED.value: int(Figure.REVOKED),
    State.REJECTED.value: int(Figure.REJECTED),
}

# A single count is an integer, because a batch makes ten thousands of them: minute, figure (4 bits), bucket (8 bits).
_FIGURE_BITS: Final = 8
MINUTE_BITS: Final = 12
FIGURE_MASK: Final = 0xF
NO_BUCKET: Final = 0xFF
_STARTED: Final = int(Figure.STARTED)
_STARTS: Final = _STARTED << _FIGURE_BITS
_RETRIES: Final = int(Figure.RETRIED) << _FIGURE_BITS | NO_BUCKET
_NEVER: Final = 0

Retries = tuple[int, ...]


Share = tuple[int, int, int, int, int, Retries]
"""What a task adds: packed counts of received, started and ended (0 is none), microseconds that it waited and ran, and
packed counts of its retries. A bare tuple, because one is made for each task that a batch changes."""

NOTHING: Final[Share] = (_NEVER, _NEVER, _NEVER, 0, 0, ())

Times = tuple[float | None, ...]
"""``sent_at``, ``received_at``, ``started_at``, ``finished_at``, ``runtime_s``, ``wait_s`` of a record, and its
``heard_at``: when we last learnt of it by our clock, ``None`` where it is not counted. Epoch seconds, and seconds."""


def share_of(state: str, times: Times, retried_at: tuple[float, ...]) -> Share:
    """Return what a task adds to its minutes."""
    sent_at, received_at, started_at, finished_at, runtime_s, wait_s, heard_at = times
    if heard_at is None:
        return NOTHING
    latest = heard_at + MOST_AHEAD_S
    if received_at is None:
        received_at = sent_at
    received = started = ended = minute = _NEVER
    wait_us = run_us = 0
    begin = end = 0.0  # of ``minute``, because the next instant is mostly in the same one
    if received_at is not None:
        minute = _minute(received_at, latest)
        begin = (minute >> MINUTE_BITS) * MINUTE_S
        end = begin + MINUTE_S
        received = minute | NO_BUCKET
    if started_at is not None:
        if not begin <= started_at < end:
            minute = _minute(started_at, latest)
            begin = (minute >> MINUTE_BITS) * MINUTE_S
            end = begin + MINUTE_S
        started = minute | _STARTS
        if wait_s is None:
            started |= NO_BUCKET
        else:
            started |= bucket_of(wait_s)
            wait_us = _microseconds(wait_s)
    figure = FIGURE_BY_STATE.get(state)
    if figure is not None:
        at = heard_at if finished_at is None else finished_at
        ended = (minute if begin <= at < end else _minute(at, latest)) | figure << _FIGURE_BITS
        if runtime_s is None:
            ended |= NO_BUCKET
        else:
            ended |= bucket_of(runtime_s)
            run_us = _microseconds(runtime_s)
    return received, started, ended, wait_us, run_us, _retries(retried_at, latest) if retried_at else ()


def _retries(retried_at: tuple[float, ...], latest: float) -> Retries:
    return tuple(_minute(at, latest) | _RETRIES for at in retried_at)


def _minute(at: float, latest: float) -> int:
    """Return the minute of an instant, in its place in a packed count."""
    if at > latest:  # noqa: PLR1730  # min() takes three times as long
        at = latest
    return int(at) // MINUTE_S << MINUTE_BITS if at > 0 else 0


def _microseconds(seconds: float) -> int:
    if seconds >= LONGEST_S:
        return int(LONGEST_S * 1e6)
    return int(seconds * 1e6 + 0.5) if seconds > 0 else 0


class Tally:
    """The sum of many shares: counts by ``Figure``, histograms of waits and run times, their sums in microseconds."""

    __slots__ = ("counts", "run", "run_us", "wait", "wait_us")

    def __init__(self) -> None:
        self.counts = [0] * FIGURES
        self.wait_us = 0
        self.run_us = 0
        self.wait = Histogram()
        self.run = Histogram()

    def add(self, other: Tally) -> None:
        """Add another one."""
        self.counts = list(map(add, self.counts, other.counts))
        self.wait_us += other.wait_us
        self.run_us += other.run_us
        self.wait.add(other.wait.counts)
        self.run.add(other.run.counts)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (
            any(self.counts)
            or self.wait_us
            or self.run_us
            or any(self.wait.counts.values())
            or any(self.run.counts.values())
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Tally({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def step(old: Share, new: Share) -> Share | None:
    """Return what ``new`` adds to ``old`` where the task has come some steps further and nothing else has changed."""
    received, started, ended, wait_us, run_us, retried = new
    if old[2] or old[5]:
        return None
    if old[0]:
        if old[0] != received:
            return None
        received = _NEVER
    if old[1]:
        if old[1] != started or old[3] != wait_us:
            return None
        started = wait_us = 0
    return received, started, ended, wait_us, run_us, retried


def news(old: Share, new: Share) -> Share:
    """Return what ``new`` has beyond ``old``, which was counted elsewhere or is gone: nothing is taken back from it."""
    received, started, ended, wait_us, run_us, retried = new
    if old[0]:
        received = _NEVER
    if old[1]:
        started, wait_us = _NEVER, 0
    if old[2]:
        ended, run_us = _NEVER, 0
    return received, started, ended, wait_us, run_us, tuple((Counter(retried) - Counter(old[5])).elements())


def tallies_of(plus: Sequence[Share], minus: Sequence[Share] = ()) -> dict[int, Tally]:
    """Return the sums of these shares, less those, by minute (counted from 1970)."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for shares, sign in ((plus, 1), (minus, -1)):
        if shares:
            _gather(found, shares, sign)
    return {minute: tally for minute, tally in found.items() if not tally.is_empty}


def _gather(found: defaultdict[int, Tally], shares: Sequence[Share], sign: int) -> None:
    """Add columns up as far as possible, not tasks: a batch has many of them, and mostly in one minute."""
    received, started, ended, wait_us, run_us, retried = zip(*shares, strict=True)
    counted = Counter(chain(received, started, ended, *filter(None, retried)))
    counted.pop(_NEVER, None)
    for packed, n in counted.items():
        tally, figure, bucket = found[packed >> MINUTE_BITS], packed >> _FIGURE_BITS & FIGURE_MASK, packed & NO_BUCKET
        tally.counts[figure] += n * sign
        if bucket != NO_BUCKET:
            durations = (tally.wait if figure == _STARTED else tally.run).counts
            durations[bucket] = durations.get(bucket, 0) + n * sign
    if len(found) == 1:
        (tally,) = found.values()
        tally.wait_us += sign * sum(wait_us)
        tally.run_us += sign * sum(run_us)
        return
    for start, wait, end, run in zip(started, wait_us, ended, run_us, strict=True):
        if wait:
            found[start >> MINUTE_BITS].wait_us += sign * wait
        if run:
            found[end >> MINUTE_BITS].run_us += sign * run
