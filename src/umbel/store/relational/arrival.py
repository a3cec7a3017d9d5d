"""Lists in the order of arrival: a walk along the row ids, in windows, until the page is full or the time is over.

A window grows while it is cheap: a search that matches often ends in the first one, an index that holds nothing more is
seen through in a handful, and one that has to read every task loses little when its time is over. A window may take a
part of the time only: one that does not fit is tried again as a smaller one, down to a single row, so that a walk gets
on wherever a row can be read in its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Select, bindparam, select

from umbel.store.relational.pages import Asked, Found, Place, Value, page, start_row
from umbel.store.relational.plan import IN_WINDOW, Plan
from umbel.store.relational.reader import OutOfTime, Reader, Statement
from umbel.store.relational.search import Condition
from umbel.store.relational.tables import BLOCK_BITS, block, task

_FIRST_WINDOW: Final = 1 << BLOCK_BITS
_LARGEST_WINDOW: Final = 1 << 24
_CHEAP_S: Final = 0.02
_DEAR_S: Final = 0.1
_GROWTH: Final = 8
_SHRINKAGE: Final = 16
_PART: Final = 0.25
"""What of the time that is left one window may take, unless it is a single row."""


class Span(NamedTuple):
    """Rows from ``low`` to ``high``, both included."""

    low: int
    high: int


def list_by_arrival(reader: Reader, plan: Plan, asked: Asked) -> Found:
    """Return a page in the order of arrival."""
    return walk(reader, plan, plan.condition, asked, None)


def walk(reader: Reader, plan: Plan, condition: Condition, asked: Asked, value: Value) -> Found:
    """Return a page of the rows for which ``condition`` holds; their places get ``value``."""
    after = start_row(descending=asked.descending) if asked.after is None else asked.after.row_id
    spans = [_clip(span, after, descending=asked.descending) for span in spans_of(reader, plan)]
    places: list[Place] = []
    windows = _Windows(reader, _statement(condition, descending=asked.descending), descending=asked.descending)
    if plan.is_lookup:
        windows.size = _LARGEST_WINDOW
    for span in spans if not asked.descending else reversed(spans):
        rows = windows.rows(span, asked.limit + 1 - len(places))
        places.extend(Place(value, row_id) for row_id in rows)
        if len(places) > asked.limit:
            return page(places, asked.limit)
        if windows.stopped_at is not None:
            stop = windows.stopped_at
            return Found(places, Place(value, stop), complete=False, covered=stop)
    return page(places, asked.limit)


def spans_of(reader: Reader, plan: Plan) -> list[Span]:
    """Return the spans of rows that can hold a match, in the order of arrival."""
    low, high = reader.ends(task.c.id)
    if low is None or high is None:
        return []
    if plan.blocks is None:
        return [Span(low, high)]
    spans: list[Span] = []
    for (number,) in reader.ask(select(block.c.id).where(plan.blocks).order_by(block.c.id)):
        first, last = number << BLOCK_BITS, ((number + 1) << BLOCK_BITS) - 1
        if spans and spans[-1].high == first - 1:
            spans[-1] = Span(spans[-1].low, last)
        else:
            spans.append(Span(first, last))
    return [Span(max(low, span.low), min(high, span.high)) for span in spans]


def _clip(span: Span, after: int, *, descending: bool) -> Span:
    return Span(span.low, min(span.high, after - 1)) if descending else Span(max(span.low, after + 1), span.high)


def _statement(condition: Condition, *, descending: bool) -> Statement:
    rows: Select[tuple[int]] = (
        select(task.c.id)
        .where(IN_WINDOW, condition)
        .order_by(task.c.id.desc() if descending else task.c.id)
        .limit(bindparam("n", 0))
    )
    return Statement(rows)


class _Windows:
    """Walks spans in windows of a size that follows their cost."""

    def __init__(self, reader: Reader, statement: Statement, *, descending: bool) -> None:
        self._reader = reader
        self._statement = statement
        self._descending = descending
        self.size = _FIRST_WINDOW
        self._largest = _LARGEST_WINDOW
        self.stopped_at: int | None = None
        """The row that the walk goes on after, once the time was over."""

    def rows(self, span: Span, limit: int) -> Iterator[int]:
        """Yield at most ``limit`` rows of ``span``."""
        while span.low <= span.high and limit > 0:
            window = self._first_of(span)
            found = self._look(window, limit)
            if found is None:
                if window.high > window.low and self._reader.has_time:
                    self._shrink(window)
                    continue
                self.stopped_at = span.high + 1 if self._descending else span.low - 1
                return
            limit -= len(found)
            yield from found
            span = Span(span.low, window.low - 1) if self._descending else Span(window.high + 1, span.high)

    def _first_of(self, span: Span) -> Span:
        if self._descending:
            return Span(max(span.low, span.high - self.size + 1), span.high)
        return Span(span.low, min(span.high, span.low + self.size - 1))

    def _look(self, window: Span, limit: int) -> Sequence[int] | None:
        """Return the rows in ``window``, ``None`` where the time did not suffice."""
        began = self._reader.now()
        left_s = self._reader.deadline - began
        if left_s <= 0:
            return None
        part_s = left_s * _PART if window.high > window.low else left_s
        try:
            with self._reader.until(began + part_s):
                rows = self._reader.all(self._statement, low=window.low, high=window.high, n=limit)
        except OutOfTime:
            return None
        self._adapt(self._reader.now() - began)
        return [row_id for (row_id,) in rows]

    def _adapt(self, cost_s: float) -> None:
        if cost_s < _CHEAP_S:
            self.size = min(self.size * _GROWTH, self._largest)
        elif cost_s > _DEAR_S and self.size > _FIRST_WINDOW:
            self.size = max(self.size // 2, _FIRST_WINDOW)

    def _shrink(self, window: Span) -> None:
        """Try less than what did not fit, and do not try as much again."""
        rows = window.high - window.low + 1
        self.size = max(1, rows // _SHRINKAGE)
        self._largest = max(1, rows // 2)
