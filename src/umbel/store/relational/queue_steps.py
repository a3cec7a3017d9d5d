"""Which rows a reading makes, and the points that rows make: pure.

A step whose values are those of the row before it has no row, so that an idle queue costs next to nothing; every
``KEYFRAME_S`` one is written all the same, so that a question need not look further back than that. Whether anybody
looked at all in a step is told by the broker's own rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from msgspec import Struct

from umbel.model.metrics import ceil_to, floor_to
from umbel.store.protocols.errors import BadQuestion

FINE_S: Final = 10
MINUTE_S: Final = 60
KEPT_S: Final = {FINE_S: 86_400, MINUTE_S: 7 * 86_400}
"""The steps that are kept, and for how long."""
KEYFRAME_S: Final = 600
POINTS: Final = 400
_STEPS: Final = (10, 60, 120, 300, 900, 1_800)

Values = tuple[float | int | None, ...]
Row = tuple[int, Values]
"""The start of a step (epoch seconds), and its values."""
Merge = Sequence[bool]
"""For each value whether a step keeps the most of it, or else the least."""


class Last(Struct, frozen=True):
    """The row that was written last for a step length."""

    start: int
    values: Values


def step_rows(last: Last | None, at: float, step_s: int, values: Values, merge: Merge) -> Last | None:
    """Return the row to write for a reading at ``at``, ``None`` where it says nothing new."""
    start = floor_to(at, step_s)
    if last is None or start < last.start:
        return Last(start, values)
    if start == last.start:
        values = merged(last.values, values, merge)
        return None if values == last.values else Last(start, values)
    same = values == last.values and start - last.start < KEYFRAME_S
    return None if same else Last(start, values)


def merged(one: Values, other: Values, merge: Merge) -> Values:
    """Return the most (or the least) of each value; what is unknown in one is as in the other."""
    return tuple(
        b if a is None else a if b is None else max(a, b) if most else min(a, b)
        for a, b, most in zip(one, other, merge, strict=True)
    )


class Points(Struct, frozen=True, kw_only=True):
    """The points of a line, and of which rows they are made (``base_s``). Epoch seconds."""

    since: int
    until: int
    step_s: int

    @property
    def base_s(self) -> int:
        """The step of the rows that are read."""
        return FINE_S if self.step_s < MINUTE_S else MINUTE_S

    @property
    def starts(self) -> tuple[int, ...]:
        """The beginnings of the points."""
        return tuple(range(self.since, self.until, self.step_s))

    @property
    def read_from(self) -> int:
        """From which instant on rows are needed."""
        return self.since - KEYFRAME_S - self.base_s


def points(since: float, until: float, now: float) -> Points:
    """Return the points for an interval, as fine as ``POINTS`` allow and rows are kept. Raises BadQuestion."""
    if until <= since:
        raise BadQuestion(f"the interval does not begin ({since:.0f}) before it ends ({until:.0f})")
    if until - since > KEPT_S[MINUTE_S]:
        raise BadQuestion("readings are kept for a week, and told for a week at most")
    is_fine = since >= now - KEPT_S[FINE_S]
    steps = (step for step in _STEPS if (until - since) / step <= POINTS and (is_fine or step >= MINUTE_S))
    step_s = next(steps, _STEPS[-1])
    return Points(since=floor_to(since, step_s), until=ceil_to(until, step_s), step_s=step_s)


def fill(grid: Points, rows: Iterable[Row], watched: Collection[int], merge: Merge) -> list[Values | None]:
    """Return the values of each point: of its rows, and of the row before where a step has none.

    ``rows`` are in order, and ``watched`` are the starts of the steps (of ``base_s``) in which somebody looked; a
    point without any is ``None``.
    """
    seen = {floor_to(start - grid.since, grid.step_s) + grid.since for start in watched}
    carried: Values | None = None
    found: dict[int, Values | None] = {}
    waiting = iter(rows)
    row = next(waiting, None)
    for start in grid.starts:
        while row is not None and row[0] < start:
            carried, row = row[1], next(waiting, None)
        value = None if row is not None and row[0] == start else carried
        while row is not None and row[0] < start + grid.step_s:
            value = row[1] if value is None else merged(value, row[1], merge)
            carried, row = row[1], next(waiting, None)
        found[start] = value if start in seen else None
    return [found[start] for start in grid.starts]
