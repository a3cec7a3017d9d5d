"""How long things took: counts in fixed logarithmic buckets, which are summed and never averaged.

168 buckets span 10 ms to 24 h, each at most 10 % wider than the one before (a factor of 1.0997), and one more stands on
either side. A percentile is told as the geometric middle of its bucket, so that it is off by the root of that factor at
most: 4.9 %. What lies outside of the range is told as its bound.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, repeat
from math import ceil, exp, log
from typing import Final

import msgspec

LOWEST_S: Final = 0.01
HIGHEST_S: Final = 86_400.0
INSIDE: Final = 168
"""Buckets between the bounds; they are numbered from 1."""
UNDER: Final = 0
OVER: Final = INSIDE + 1

_WIDTH: Final = log(HIGHEST_S / LOWEST_S) / INSIDE
FACTOR: Final = exp(_WIDTH)
"""How much larger the upper bound of a bucket is than its lower one."""
_SCALE: Final = 1 / _WIDTH
_SHIFT: Final = 1 - log(LOWEST_S) * _SCALE

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(dict[int, int]).decode

# How MessagePack begins a map: in one byte with up to 15 pairs, else in three. A number below 128 is a byte of its own.
_SHORT_MAPS: Final = range(0x80, 0x90)
_LONG_MAP: Final = 0xDE
_PLACES: Final = 256
_BUCKET_AT, _COUNT_AT = (0, 8) if sys.byteorder == "little" else (8, 0)


def bucket_of(seconds: float) -> int:
    """Return the bucket of a duration; what is not a number counts as nothing at all."""
    if seconds >= HIGHEST_S:
        return OVER
    if seconds >= LOWEST_S:
        return int(log(seconds) * _SCALE + _SHIFT)
    return UNDER


def middle_of(bucket: int) -> float:
    """Return the duration that stands for a bucket, in seconds."""
    if bucket <= UNDER:
        return LOWEST_S
    if bucket >= OVER:
        return HIGHEST_S
    return LOWEST_S * exp(_WIDTH * (bucket - 0.5))


_MIDDLES: Final = tuple(map(middle_of, range(OVER + 1)))


class Histogram:
    """How many durations fell into which bucket. Sums of histograms are the histogram of all their durations."""

    __slots__ = ("counts",)

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: dict[int, int] = dict(counts or {})

    @classmethod
    def of(cls, durations: Iterable[float]) -> Histogram:
        """Return the histogram of these durations (seconds)."""
        made = cls()
        for seconds in durations:
            made.add({bucket_of(seconds): 1})
        return made

    @classmethod
    def decode(cls, data: bytes | None) -> Histogram:
        """Return what ``encode`` made. Raises msgspec.DecodeError."""
        return cls(None if data is None else _decode(data))

    @classmethod
    def merged(cls, parts: Sequence[bytes]) -> Histogram:
        """Return the sum of what ``encode`` made; as quick as can be, because there are a hundred thousand of them.

        Where all numbers are bytes, as nearly always in a minute, equal pairs are counted and not decoded one by one.
        Raises msgspec.DecodeError.
        """
        plain: list[bytes] = []
        sums = [0] * _PLACES
        for part in parts:
            pairs = part[1:] if part[0] in _SHORT_MAPS else part[3:] if part[0] == _LONG_MAP else part
            if pairs.isascii():
                plain.append(pairs)
            else:
                for bucket, n in _decode(part).items():
                    sums[bucket] += n
        for pair, times in Counter(memoryview(b"".join(plain)).cast("H")).items():
            sums[pair >> _BUCKET_AT & 0xFF] += (pair >> _COUNT_AT & 0xFF) * times
        return cls({bucket: n for bucket, n in enumerate(sums) if n})

    def encode(self) -> bytes | None:
        """Return it as MessagePack, two bytes for most buckets that hold something; ``None`` when none does."""
        counts = self.counts
        if 0 in counts.values():
            counts = {bucket: n for bucket, n in counts.items() if n}
        return _encode(counts) if counts else None

    def add(self, counts: Mapping[int, int]) -> None:
        """Add these counts; they may be negative where something is taken back."""
        mine = self.counts
        for bucket, n in counts.items():
            mine[bucket] = mine.get(bucket, 0) + n

    def __add__(self, other: Histogram) -> Histogram:
        """Return the sum of both."""
        total = Histogram(self.counts)
        total.add(other.counts)
        return total

    def __eq__(self, other: object) -> bool:
        """Whether both count the same; buckets that hold nothing do not matter."""
        if not isinstance(other, Histogram):
            return NotImplemented
        return self.items() == other.items()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Histogram({dict(self.items())!r})"

    def items(self) -> tuple[tuple[int, int], ...]:
        """Return the buckets that hold something, from short to long."""
        return tuple(sorted([(bucket, n) for bucket, n in self.counts.items() if n]))

    @property
    def total(self) -> int:
        """How many durations it holds."""
        return sum(self.counts.values())

    def percentiles(self, *shares: float) -> tuple[float | None, ...]:
        """Return the durations (seconds) that these shares (0 to 1) of all do not exceed; ``None`` of an empty one.

        By nearest rank: the least duration so that at least that share of all is not longer.
        """
        sums = list(accumulate(map(self.counts.get, range(OVER + 1), repeat(0))))
        total = sums[-1]
        if total <= 0:
            return (None,) * len(shares)
        return tuple([_MIDDLES[bisect_left(sums, max(1, ceil(share * total)))] for share in shares])
