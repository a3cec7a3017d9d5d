"""A rollup as a row, and back; what rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final

from umbel.model.histogram import Histogram
from umbel.model.rollups import FIGURES, Period, Tally
from umbel.store.relational.tables import DEFAULT_CLUSTER, ROLLUP_SUMS

NO_KEY: Final = 0
"""The key of ``TOTAL``, and of tasks of which the name, queue or worker is not known."""
OTHER: Final = -1
"""The key of what came when all places were taken."""


class Dimension(IntEnum):
    """What figures are kept by. The numbers are stored."""

    TOTAL = 1
    NAME = 2
    QUEUE = 3
    WORKER = 4


FIGURE_COLUMNS: Final = (*ROLLUP_SUMS, "wait", "run")
"""What ``tally_of`` reads."""


_MOST: Final = 2**62
"""A sum stops here, while it still fits: thousands of runs a day that each claim ten years must stop no commit."""


def by_kind(sql: str) -> dict[tuple[Period, Dimension], str]:
    """Return a statement for each kind of row, with its condition in the place of ``{kind}``.

    Period and dimension are no parameters: SQLite compiles a statement anew for each value of a column on which a
    partial index stands, which takes four times as long as the statement itself.
    """
    kind = "cluster = {} AND period = {:d} AND dimension = {:d}"
    return {(p, d): sql.format(kind=kind.format(DEFAULT_CLUSTER, p, d)) for p in Period for d in Dimension}


def tally_of(values: Sequence[Any]) -> Tally:
    """Return the figures of a row of ``FIGURE_COLUMNS``."""
    tally = Tally()
    tally.counts = list(values[:FIGURES])
    tally.wait_us, tally.run_us, wait, run = values[FIGURES:]
    tally.wait = Histogram.decode(wait)
    tally.run = Histogram.decode(run)
    return tally


def added_up(rows: Sequence[Sequence[Any]]) -> Tally:
    """Return the sum of at least one row that ends with ``FIGURE_COLUMNS``: by columns, which is ten times as quick."""
    tally = Tally()
    tally.counts = list(map(sum, tuple(zip(*rows, strict=True))[-len(FIGURE_COLUMNS) : -4]))
    add_spreads(tally, rows)
    return tally


def add_spreads(tally: Tally, rows: Sequence[Sequence[Any]]) -> None:
    """Set how long things took to the sum of at least one row that ends with the last four of ``FIGURE_COLUMNS``."""
    wait_us, run_us, wait, run = tuple(zip(*rows, strict=True))[-4:]
    tally.wait_us, tally.run_us = sum(wait_us), sum(run_us)
    tally.wait = Histogram.merged([part for part in wait if part is not None])
    tally.run = Histogram.merged([part for part in run if part is not None])


def values_of(tally: Tally) -> tuple[Any, ...]:
    """Return the figures as ``FIGURE_COLUMNS``."""
    wait_us, run_us = min(tally.wait_us, _MOST), min(tally.run_us, _MOST)
    return (*tally.counts, wait_us, run_us, tally.wait.encode(), tally.run.encode())


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """Return the sum, in a new tally."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
