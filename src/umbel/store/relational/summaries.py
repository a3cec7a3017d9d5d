"""Counts what a search finds: a walk back along the arrivals, a window at a time, until the time is over.

One statement a window groups by all that is asked for; what the counters know exactly is taken from them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import BigInteger, cast, func, select

from umbel.model.search import SEEN_FIELDS, Query
from umbel.store.protocols.summaries import MINUTE_S, TOP, Share, Shares, Summary
from umbel.store.relational.access import Access
from umbel.store.relational.arrival import Span, spans_of
from umbel.store.relational.plan import IN_WINDOW, Plan, Planner
from umbel.store.relational.reader import OutOfTime, Reader, Row, Statement
from umbel.store.relational.search import Condition
from umbel.store.relational.tables import NO_NAME, task, task_count, term

_FIRST_WINDOW: Final = 4_096
_LARGEST_WINDOW: Final = 1 << 20
_CHEAP_S: Final = 0.03
_TEXTS_S: Final = 0.5
"""What looking up the few texts may take beyond the time for counting."""
_SEEN: Final = func.coalesce(*(task.c[name] for name in SEEN_FIELDS))
_MINUTE: Final = cast(_SEEN / MINUTE_S, BigInteger) * MINUTE_S
_AT_ONCE: Final = 2
"""How many may be counting at a time: they take long, and lists must find a reader."""
_KEYS: Final = (task.c.state, task.c.name_id, task.c.queue_id, task.c.worker_id)


class RelationalSummaries:
    """See ``TaskSummaries``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def summarise(self, query: Query, *, within_s: float) -> Summary:
        """See ``TaskSummaries.summarise``."""
        with self._turns, self._access.reads() as reader:
            plan = Planner(reader).plan(query)
            found = _Counts()
            low = self._walk(reader, plan, within_s, found)
            reader.grant(_TEXTS_S)
            exact = _counted(reader, query) if plan.exact_count is not None and low is not None else None
            return _summary(reader, found, low, exact)

    def count(self, query: Query, *, within_s: float) -> tuple[int, bool]:
        """See ``TaskSummaries.count``."""
        with self._turns, self._access.reads() as reader:
            plan = Planner(reader).plan(query)
            if plan.exact_count is not None:
                return plan.exact_count, True
            statement = Statement(select(func.count()).select_from(task).where(IN_WINDOW, plan.condition))
            walk = _Walk(reader, plan, within_s)
            total = sum(int(n) for ((n,),) in (window[0] for window in walk.windows(statement)))
            return total, walk.stopped_at is None

    @staticmethod
    def _walk(reader: Reader, plan: Plan, within_s: float, found: _Counts) -> int | None:
        """Count windows into ``found``; return the row before which nothing was counted, ``None`` where all were."""
        by_value = Statement(select(*_KEYS, func.count()).where(IN_WINDOW, plan.condition).group_by(*_KEYS))
        by_minute = Statement(
            select(_MINUTE, task.c.state, func.count()).where(IN_WINDOW, plan.condition).group_by(_MINUTE, task.c.state)
        )
        walk = _Walk(reader, plan, within_s)
        for values, minutes in walk.windows(by_value, by_minute):
            found.add(values, minutes)
        return walk.stopped_at


class _Walk:
    """Windows of rows, the newest first. ``stopped_at`` is the oldest row that was looked at, once time ran out."""

    def __init__(self, reader: Reader, plan: Plan, within_s: float) -> None:
        self._reader = reader
        self._spans = spans_of(reader, plan)
        self._end = reader.now() + within_s
        self._size = _LARGEST_WINDOW if plan.is_lookup else _FIRST_WINDOW
        self.stopped_at: int | None = None

    def windows(self, *statements: Statement) -> Iterator[list[Sequence[Row]]]:
        """Yield what the statements find in a window, one window after the other; whole ones only."""
        for span in reversed(self._spans):
            high = span.high
            while high >= span.low:
                window = Span(max(span.low, high - self._size + 1), high)
                found = self._look(window, statements)
                if found is None:
                    self.stopped_at = high + 1
                    return
                yield found
                high = window.low - 1

    def _look(self, window: Span, statements: tuple[Statement, ...]) -> list[Sequence[Row]] | None:
        began = self._reader.now()
        if began >= self._end:
            return None
        try:
            with self._reader.until(self._end):
                found = [self._reader.all(one, low=window.low, high=window.high) for one in statements]
        except OutOfTime:
            return None
        cost_s = self._reader.now() - began
        if cost_s < _CHEAP_S:
            self._size = min(self._size * 4, _LARGEST_WINDOW)
        elif self._size > _FIRST_WINDOW:
            self._size //= 2
        return found


class _Counts:
    """What was counted so far, by the numbers of terms."""

    def __init__(self) -> None:
        self.total = 0
        self.states: Counter[str] = Counter()
        self.names: Counter[int | None] = Counter()
        self.queues: Counter[int | None] = Counter()
        self.workers: Counter[int | None] = Counter()
        self.minutes: dict[int, dict[str, int]] = {}

    def add(self, values: Sequence[Row], minutes: Sequence[Row]) -> None:
        """Add the rows of one window."""
        for state, name_id, queue_id, worker_id, n in values:
            self.total += n
            self.states[state] += n
            self.names[name_id] += n
            self.queues[queue_id] += n
            self.workers[worker_id] += n
        for minute, state, n in minutes:
            if minute is not None:
                by_state = self.minutes.setdefault(minute, {})
                by_state[state] = by_state.get(state, 0) + n


_Exact = tuple[dict[str, int], dict[int | None, int]]


def _counted(reader: Reader, query: Query) -> _Exact:
    """Return the counts by state and by name as the counters know them."""
    condition: Condition = Planner(reader).counted(query)
    columns = (task_count.c.state, task_count.c.name_id, func.sum(task_count.c.n))
    rows = reader.ask(
        select(*columns).where(condition, task_count.c.n > 0).group_by(task_count.c.state, task_count.c.name_id)
    )
    states: Counter[str] = Counter()
    names: Counter[int | None] = Counter()
    for state, name_id, n in rows:
        states[state] += n
        names[None if name_id == NO_NAME else name_id] += n
    return dict(states), dict(names)


def _summary(reader: Reader, found: _Counts, low: int | None, exact: _Exact | None) -> Summary:
    states, names = exact if exact is not None else (dict(found.states), dict(found.names))
    return Summary(
        total=sum(states.values()),
        counted=exact is not None or low is None,
        complete=low is None,
        covered_until=None if low is None else _arrived(reader, low),
        by_state=states,
        names=_shares(reader, names),
        queues=_shares(reader, found.queues),
        workers=_shares(reader, found.workers),
        by_minute=found.minutes,
    )


def _arrived(reader: Reader, row_id: int) -> float | None:
    """Return when the first task from this row on arrived."""
    first = select(task.c.arrived_at).where(task.c.id >= row_id).order_by(task.c.id).limit(1)
    return next((at for (at,) in reader.ask(first)), None)


def _shares(reader: Reader, counts: Mapping[int | None, int]) -> Shares:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0] or 0))
    ids = [number for number, _ in most[:TOP] if number is not None]
    texts = dict(map(tuple, reader.ask(select(term.c.id, term.c.text).where(term.c.id.in_(ids))))) if ids else {}
    items = (Share(text=None if number is None else texts.get(number), n=n) for number, n in most[:TOP])
    return Shares(items=tuple(items), others=max(0, len(most) - TOP))
