"""The questions about what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from umbel.model.metrics import By, Series, Totals
from umbel.model.rollups import Period


class MetricsReader(Protocol):
    """The questions about what happened, from figures that are kept longer than the tasks. All periods are of UTC.

    The newest figures are those of the last commit. Every call has a time limit (QueryTooSlow).
    """

    def series(
        self,
        by: By,
        since: float,
        until: float,
        *,
        keys: Sequence[str] | None = None,
        top: int = 10,
        step_s: int | None = None,
    ) -> Series:
        """Return lines of figures along an interval (epoch seconds), all over the same points.

        Of ``keys``, at most 50 and in their order, or of the ``top`` busiest ones (at most 50), busiest first; by
        ``TOTAL`` there is one line. The step is the shortest with at most 400 points of which figures are kept, or
        ``step_s``, one of ``model.metrics.STEPS``, with at most 1,500. The ends are widened to whole steps.
        A point in which nothing was seen, because Umbel was not there or not linked, is ``None`` and not zero.
        Raises BadQuestion.
        """

    def totals(
        self, by: By, since: float, until: float, *, keys: Sequence[str] | None = None, spreads: int = 10_000
    ) -> Totals:
        """Return the figures of each key over an interval (epoch seconds), at most 10,000, the busiest first.

        Of ``keys`` alone where they are given. How long things took is told of the ``spreads`` busiest: ``wait`` and
        ``run`` of the others are empty, because it takes longer to read than all counts. The ends are widened to whole
        minutes, to whole hours or days where an interval is a hundred times as long or no minutes are kept. Raises
        BadQuestion when the interval is empty.
        """

    def counts_too_old(self) -> Mapping[Period, int]:
        """Return how many counts came after the figures of their minute, hour or day were no longer kept."""
