"""Lists by what has few values: name, state, worker, retries. One walk a value, in the order of the values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, text

from umbel.store.protocols import Sort
from umbel.store.relational.arrival import walk
from umbel.store.relational.pages import Asked, Found, Place, Value, start_row
from umbel.store.relational.plan import NOT_SUCCESS, Plan
from umbel.store.relational.reader import Reader
from umbel.store.relational.search import Condition, is_term
from umbel.store.relational.tables import task, task_count, term
from umbel.store.relational.terms import TermKind

_RETRIED: Final = text("task.retries > 0")
"""Read word for word by SQLite before it uses the partial index on the retries."""


class Group(NamedTuple):
    """The tasks of one value. ``has_index`` says that an index leads to them."""

    value: Value
    condition: Condition
    has_index: bool


def list_grouped(reader: Reader, plans: Callable[[bool], Plan], groups: Sequence[Group], asked: Asked) -> Found:
    """Return a page, one group after the other. ``plans(has_index)`` gives the plan for a group."""
    places: list[Place] = []
    start = start_row(descending=asked.descending)
    for group in _from(groups, asked):
        is_same = asked.after is not None and asked.after.value == group.value
        after = asked.after if is_same and asked.after is not None else Place(group.value, start)
        if len(places) == asked.limit:
            return Found(places, after)
        plan = plans(group.has_index)
        rest = Asked(asked.descending, asked.limit - len(places), after)
        found = walk(reader, plan, and_(group.condition, plan.condition), rest, group.value)
        places += found.places
        if found.next is not None:
            return found._replace(places=places, covered=None)
    return Found(places, None)


def _from(groups: Sequence[Group], asked: Asked) -> list[Group]:
    """Return the groups from the one that the last page ended in, in order; the one without a value comes last."""
    known = sorted((g for g in groups if g.value is not None), key=_value, reverse=asked.descending)
    ordered = [*known, *(group for group in groups if group.value is None)]
    if asked.after is None:
        return ordered
    return [group for group in ordered if not _is_before(group.value, asked.after.value, asked)]


def _is_before(value: Value, other: Value, asked: Asked) -> bool:
    if value is None:
        return False
    if other is None:
        return True
    return _rank(value) > _rank(other) if asked.descending else _rank(value) < _rank(other)


def _value(group: Group) -> tuple[float, str]:
    return _rank(group.value)


def _rank(value: Value) -> tuple[float, str]:
    return (0.0, value) if isinstance(value, str) else (value or 0.0, "")


def groups_of(reader: Reader, sort: Sort) -> list[Group]:
    """Return the groups that hold tasks."""
    if sort is Sort.NAME:
        return _names(reader)
    if sort is Sort.STATE:
        return _states(reader)
    if sort is Sort.WORKER:
        return _workers(reader)
    return _retries(reader)


GROUPED: Final = frozenset({Sort.NAME, Sort.STATE, Sort.WORKER, Sort.RETRIES})


def _names(reader: Reader) -> list[Group]:
    used = select(task_count.c.name_id).distinct().where(task_count.c.n > 0)
    names = select(term.c.text, term.c.id).where(term.c.id.in_(used))
    return _by_number(reader.ask(names), task.c.name_id)


def _workers(reader: Reader) -> list[Group]:
    return _by_number(reader.ask(select(term.c.text, term.c.id).where(is_term(TermKind.WORKER))), task.c.worker_id)


def _by_number(rows: Sequence[tuple[str, int]], column: ColumnElement[int]) -> list[Group]:
    groups = [Group(text, column == number, True) for text, number in rows]
    return [*groups, Group(None, column.is_(None), True)]


def _states(reader: Reader) -> list[Group]:
    rows = reader.ask(select(task_count.c.state).distinct().where(task_count.c.n > 0))
    return [
        Group(state, task.c.state == state, False)
        if state == "SUCCESS"
        else Group(state, and_(task.c.state == state, NOT_SUCCESS), True)
        for (state,) in rows
    ]


def _retries(reader: Reader) -> list[Group]:
    groups = [Group(0.0, task.c.retries == 0, False)]
    lower = 0
    while True:
        next_one = select(func.min(task.c.retries)).where(_RETRIED, task.c.retries > lower)
        ((number,),) = reader.ask(next_one)
        if number is None:
            return groups
        groups.append(Group(float(number), and_(task.c.retries == number, _RETRIED), True))
        lower = number
