"""Lists by an instant or the run time, without an index on it.

The blocks are looked into best first, by their bounds. When the last place of the page is better than anything that
the next block can hold, the page is right. Each block but the last few gives a place, so that a page of 100 looks into
little more than 100 of them, and into one or two where tasks arrive in the order of the sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, and_, or_, select, true

from umbel.store.protocols import QueryTooSlow, Sort
from umbel.store.relational.arrival import Span, spans_of, walk
from umbel.store.relational.pages import Asked, Found, Place, page, start_row
from umbel.store.relational.plan import IN_WINDOW, Plan
from umbel.store.relational.reader import OutOfTime, Reader, Statement
from umbel.store.relational.search import Condition
from umbel.store.relational.tables import BLOCK_BITS, block, task

RANKED: Final[dict[Sort, Column[Any]]] = {
    Sort.RECEIVED: task.c.received_at,
    Sort.STARTED: task.c.started_at,
    Sort.FINISHED: task.c.finished_at,
    Sort.RUNTIME: task.c.runtime_s,
}


class _Block(NamedTuple):
    span: Span
    best: float


def list_ranked(reader: Reader, plan: Plan, column: Column[Any], asked: Asked) -> Found:
    """Return a page in the order of ``column``; the tasks that have no value come last.

    Raises QueryTooSlow when the time was over before a single place was sure.
    """
    known = Found([], None)
    if asked.after is None or asked.after.value is not None:
        known = _Ranking(reader, plan, column, asked).page()
        if known.next is not None:
            return known
    unknown = _without_value(reader, plan, column, asked, asked.limit - len(known.places))
    return unknown._replace(places=[*known.places, *unknown.places], covered=None)


def _without_value(reader: Reader, plan: Plan, column: Column[Any], asked: Asked, limit: int) -> Found:
    start = Place(None, start_row(descending=asked.descending))
    if limit == 0:
        return Found([], start)
    after = asked.after if asked.after is not None and asked.after.value is None else start
    rest = asked._replace(after=after, limit=limit)
    return walk(reader, plan, and_(column.is_(None), plan.condition), rest, None)


class _Ranking:
    """One page of the tasks that have a value."""

    def __init__(self, reader: Reader, plan: Plan, column: Column[Any], asked: Asked) -> None:
        self._reader = reader
        self._plan = plan
        self._column = column
        self._asked = asked
        self._best: list[Place] = []

    def page(self) -> Found:
        statement = Statement(self._question())
        for candidate in self._blocks():
            if self._is_settled(candidate.best):
                break
            if not self._look(statement, candidate.span):
                return self._what_is_sure(candidate.best)
        return page(self._best, self._asked.limit)

    def _question(self) -> Select[tuple[float, int]]:
        column, descending = self._column, self._asked.descending
        return (
            select(column, task.c.id)
            .where(
                IN_WINDOW,
                column.is_not(None),
                self._after(),
                self._plan.condition,
            )
            .order_by(_directed(column, descending=descending), _directed(task.c.id, descending=descending))
            .limit(self._asked.limit + 1)
        )

    def _after(self) -> Condition:
        after = self._asked.after
        if after is None:
            return true()
        column, row = self._column, task.c.id
        if self._asked.descending:
            return or_(column < after.value, and_(column == after.value, row < after.row_id))
        return or_(column > after.value, and_(column == after.value, row > after.row_id))

    def _blocks(self) -> Sequence[_Block]:
        """Return where to look, best first."""
        if self._plan.is_narrow:
            return [_Block(span, 0.0) for span in spans_of(self._reader, self._plan)]
        low, high = (block.c.shortest, block.c.longest)
        if self._column is not task.c.runtime_s:
            low, high = (block.c.earliest, block.c.latest)
        best, worst = (high, low) if self._asked.descending else (low, high)
        known = select(block.c.id, best).where(best.is_not(None), self._within_reach(worst))
        if self._plan.blocks is not None:
            known = known.where(self._plan.blocks)
        rows = self._reader.ask(known.order_by(_directed(best, descending=self._asked.descending)))
        return [_Block(Span(number << BLOCK_BITS, ((number + 1) << BLOCK_BITS) - 1), bound) for number, bound in rows]

    def _within_reach(self, worst: Column[Any]) -> Condition:
        """Leave out blocks that hold nothing after the place to go on from."""
        after = self._asked.after
        if after is None:
            return true()
        return worst <= after.value if self._asked.descending else worst >= after.value

    def _is_settled(self, bound: float) -> bool:
        """Whether the page is full, and a block with this bound cannot better it."""
        if self._plan.is_narrow or len(self._best) <= self._asked.limit:
            return False
        return self._beats(self._best[self._asked.limit], bound)

    def _beats(self, place: Place, bound: float) -> bool:
        assert isinstance(place.value, float)  # noqa: S101  # for the type checker: these columns hold floats
        return place.value > bound if self._asked.descending else place.value < bound

    def _look(self, statement: Statement, span: Span) -> bool:
        """Take the best of ``span``; false where the time did not suffice."""
        if self._reader.is_late():
            return False
        try:
            rows = self._reader.all(statement, low=span.low, high=span.high)
        except OutOfTime:
            return False
        if rows:
            self._best += [Place(value, row_id) for value, row_id in rows]
            self._best.sort(reverse=self._asked.descending)
            del self._best[self._asked.limit + 1 :]
        return True

    def _what_is_sure(self, bound: float) -> Found:
        sure = [] if self._plan.is_narrow else [place for place in self._best if self._beats(place, bound)]
        sure = sure[: self._asked.limit]
        if not sure:
            raise QueryTooSlow("sorting what this search finds took too long; narrow it, or sort by arrival")
        return Found(sure, sure[-1], complete=False)


def _directed(column: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    return column.desc() if descending else column.asc()
