"""Which points a series has, and which minutes, hours and days make up an interval."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from umbel.model.metrics import POINTS, STEPS, WEEK_S, figures_of, floor_to, grid, pieces
from umbel.model.rollups import Figure, Period, Tally

NOW = 1_795_251_600
MINUTE, HOUR, DAY = 60, 3_600, 86_400
KEPT = {Period.MINUTE: NOW - 7 * DAY, Period.HOUR: NOW - 90 * DAY, Period.DAY: NOW - 1_095 * DAY}


@pytest.mark.parametrize(
    ("seconds", "step_s"),
    [
        (MINUTE, MINUTE),
        (3 * HOUR, MINUTE),
        (DAY, 5 * MINUTE),
        (4 * DAY, 15 * MINUTE),
        (7 * DAY, HOUR),
        (30 * DAY, 6 * HOUR),
        (365 * DAY, DAY),
        (1_095 * DAY, WEEK_S),
    ],
)
def test_a_step_fits_the_interval(seconds: int, step_s: int) -> None:
    """The longer the interval the longer the step, so that an answer has at most about 400 points."""
    found = grid(NOW - seconds, NOW, KEPT)
    assert found.step_s == step_s
    assert len(found.starts) <= POINTS + 1


def test_a_step_whose_figures_are_gone_is_not_taken() -> None:
    """An hour of last month has no minutes any more."""
    assert grid(NOW - 30 * DAY, NOW - 30 * DAY + HOUR, KEPT).period is Period.HOUR
    assert grid(NOW - 200 * DAY, NOW - 200 * DAY + HOUR, KEPT).period is Period.DAY


def test_a_week_begins_on_monday() -> None:
    """2026-11-21 was a Saturday."""
    assert floor_to(NOW, WEEK_S) == 1_794_787_200  # 2026-11-16T00:00:00Z


@given(st.integers(NOW - 2_000 * DAY, NOW), st.integers(1, 1_000 * DAY), st.none() | st.sampled_from(sorted(STEPS)))
def test_a_grid_holds_its_interval(since: int, seconds: int, step_s: int | None) -> None:
    """Its points are whole steps, the first holds the beginning and the last the end."""
    try:
        found = grid(since, since + seconds, KEPT, step_s)
    except ValueError:
        assert step_s is not None
        assert seconds / step_s > 1_000
        return
    assert found.since <= since < found.since + found.step_s
    assert found.until - found.step_s < since + seconds <= found.until
    assert found.period is STEPS[found.step_s]


@pytest.mark.parametrize(("since", "until", "step_s"), [(2, 1, None), (1, 1, None), (0, 100, 61), (0, DAY * 2, 60)])
def test_what_no_grid_can_be(since: float, until: float, step_s: int | None) -> None:
    """Nothing, backwards, an odd step, or too many points."""
    with pytest.raises(ValueError, match="interval|step"):
        grid(since, until, KEPT, step_s)


@given(
    st.integers(NOW - 1_200 * DAY, NOW),
    st.integers(1, 1_300 * DAY),
    st.sampled_from([NOW, NOW - 3 * HOUR, NOW - 30 * DAY, 0]),
)
def test_pieces_are_the_interval(since: int, seconds: int, newest: int) -> None:
    """Side by side, without a hole, of what is kept, and no wider than that asks for."""
    until = since + seconds
    found = pieces(since, until, KEPT, newest)
    for before, after in pairwise(found):
        assert before.until == after.since
    for piece in found:
        assert piece.since % piece.period.seconds == 0
        assert piece.until % piece.period.seconds == 0 or newest < piece.until == found[-1].until
        assert piece.since >= KEPT[piece.period] or piece.period is Period.DAY
    assert found[0].since <= since < found[0].since + DAY
    assert until <= found[-1].until < until + 2 * DAY
    if since >= KEPT[Period.MINUTE]:
        widest = MINUTE if seconds < 100 * HOUR else seconds / 100
        assert found[0].since > since - widest
        assert until <= found[-1].until < until + widest


def test_a_day_that_is_not_over_is_one_piece() -> None:
    """Seven days until now are six days and what the first one has left, not 24 hours and 60 minutes more."""
    found = pieces(NOW - 4 * DAY, NOW, KEPT, NOW - 1)
    assert [piece.period for piece in found] == [Period.HOUR, Period.DAY]
    assert [piece.period for piece in pieces(NOW - 4 * DAY, NOW - 90 * MINUTE, KEPT, NOW)] == [
        Period.HOUR,
        Period.DAY,
        Period.HOUR,
        Period.MINUTE,
    ]


def test_a_long_interval_is_of_whole_hours() -> None:
    """A hundredth more at either end, and no minutes."""
    since, until = NOW - 7 * DAY - 61, NOW - 90 * MINUTE - 61
    found = pieces(since, until, KEPT, NOW)
    assert [piece.period for piece in found] == [Period.HOUR, Period.DAY, Period.HOUR]
    assert 0 <= since - found[0].since < HOUR
    assert 0 <= found[-1].until - until < HOUR


def test_rates_and_means() -> None:
    """Unknown is not zero: nothing ended, so there is no rate; nothing ran, so there is no mean."""
    tally = Tally()
    assert (figures_of(tally).success_rate, figures_of(tally).run.mean_s) == (None, None)
    tally.counts[Figure.REVOKED] = 5
    assert (figures_of(tally).ended, figures_of(tally).success_rate) == (5, None)
    tally.counts[Figure.SUCCEEDED] = 3
    tally.counts[Figure.FAILED] = 1
    tally.run.add({100: 4})
    tally.run_us = 6_000_000
    assert (figures_of(tally).success_rate, figures_of(tally).run.mean_s) == (0.75, 1.5)
