"""Histograms can be summed, and their percentiles are close to the exact ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from umbel.model.histogram import FACTOR, HIGHEST_S, INSIDE, LOWEST_S, OVER, UNDER, Histogram, bucket_of, middle_of

inside = st.floats(math.log(LOWEST_S), math.log(HIGHEST_S)).map(math.exp).filter(lambda s: LOWEST_S <= s < HIGHEST_S)
anything = inside | st.floats(min_value=0.0, max_value=1e9)
shares = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 1.0])


def exact(durations: list[float], share: float) -> float:
    """The percentile by nearest rank."""
    return sorted(durations)[max(1, math.ceil(share * len(durations))) - 1]


@given(st.lists(st.lists(anything), max_size=5))
def test_a_sum_is_the_histogram_of_all(parts: list[list[float]]) -> None:
    """However durations are split, and in whatever order they are summed, the result is the same."""
    whole = Histogram.of(duration for part in parts for duration in part)
    for ordered in (parts, parts[::-1]):
        assert sum((Histogram.of(part) for part in ordered), Histogram()) == whole
    assert whole.total == sum(map(len, parts))


@given(st.lists(inside, min_size=1), st.lists(inside), shares)
def test_percentiles_of_a_sum_are_within_five_percent(some: list[float], more: list[float], share: float) -> None:
    """Of anything inside of the range, at any share, after a sum as before it."""
    (told,) = (Histogram.of(some) + Histogram.of(more)).percentiles(share)
    assert told == pytest.approx(exact(some + more, share), rel=0.05)


@given(inside)
def test_the_error_is_bounded_by_the_width_of_a_bucket(duration: float) -> None:
    """The root of the factor, which is why it is below 1.1."""
    assert FACTOR < 1.1
    middle = middle_of(bucket_of(duration))
    assert max(middle / duration, duration / middle) <= math.sqrt(FACTOR) * (1 + 1e-9)


def test_what_is_outside_is_told_as_the_bound() -> None:
    """Nothing is left out; what is not known exactly is told as what it surely reached."""
    assert Histogram.of([0.0, 0.001, 0.009]).percentiles(0.5, 1.0) == (LOWEST_S, LOWEST_S)
    assert Histogram.of([HIGHEST_S, 1e9, math.inf]).percentiles(0.0) == (HIGHEST_S,)
    assert (bucket_of(-1.0), bucket_of(math.nan), bucket_of(math.inf)) == (UNDER, UNDER, OVER)


def test_buckets_span_the_range() -> None:
    """The first begins at 10 ms and the last ends at 24 h; each is used, in the order of durations."""
    found = [bucket_of(LOWEST_S * FACTOR ** (n + 0.5)) for n in range(INSIDE)]
    assert found == list(range(1, OVER))
    assert math.isclose(LOWEST_S * FACTOR**INSIDE, HIGHEST_S)


counts = st.dictionaries(st.integers(UNDER, OVER), st.integers(1, 300) | st.sampled_from([-1, 2**40]))


@given(st.lists(counts, max_size=6))
def test_stored_ones_add_up(parts: list[dict[int, int]]) -> None:
    """However many buckets there are and however much they hold: short and long, small and large."""
    stored = [data for data in (Histogram(part).encode() for part in parts) if data is not None]
    assert Histogram.merged(stored) == sum(map(Histogram, parts), Histogram())


def test_an_empty_one_has_no_percentile() -> None:
    """Unknown is not zero."""
    assert Histogram().percentiles(0.5, 0.95) == (None, None)
    assert Histogram().encode() is None


@given(st.lists(anything))
def test_it_is_stored_whole(durations: list[float]) -> None:
    """Decoding gives what was encoded, in a few bytes for each bucket that holds something."""
    histogram = Histogram.of(durations)
    data = histogram.encode()
    assert Histogram.decode(data) == histogram
    assert data is None or len(data) <= 3 + 3 * len(histogram.items())


@given(st.lists(anything), st.lists(anything))
def test_what_was_added_can_be_taken_back(kept: list[float], taken: list[float]) -> None:
    """A task that changes its place leaves nothing behind, not even a bucket."""
    histogram = Histogram.of(kept) + Histogram.of(taken)
    histogram.add({bucket: -n for bucket, n in Histogram.of(taken).items()})
    assert histogram == Histogram.of(kept)
    assert (histogram.encode() is None) == (not kept)
