"""How to look for a search: by which index, in which blocks, and what the counters know of it.

SQLite is told, not asked: a column that is not the chosen one is written ``+column``, which its planner takes for an
expression (https://sqlite.org/optoverview.html, "disqualifying terms"), because its guesses without statistics are
poor and its statistics are slow to make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from umbel.model.search import (
    EVERYTHING,
    And,
    Compare,
    Equals,
    Node,
    Not,
    NumberField,
    Operator,
    Or,
    Query,
    TextField,
    Wildcard,
)
from umbel.store.relational.pages import NEWEST_ROW
from umbel.store.relational.reader import Reader
from umbel.store.relational.search import Condition, Translator, is_term
from umbel.store.relational.tables import NO_NAME, block, task, task_count, term
from umbel.store.relational.tables_failures import failure_group, failure_task
from umbel.store.relational.terms import TermKind

_TERMS_LISTED: Final = 200
_COLUMN_NAMES: Final = {"id": "task_id", "name": "name_id", "worker": "worker_id", "queue": "queue_id"}
_LOOKUPS: Final = (TextField.ID, TextField.PARENT, TextField.ROOT, TextField.FAILURE)
"""Fields whose index leads to a handful of tasks."""
_PLUS: Final[custom_op[Any]] = custom_op("+", precedence=15)
_SUCCESS: Final = "SUCCESS"
_SHARE_OF_A_WORKER: Final = 20
"""Nobody counts by worker or queue: one of twenty is a guess."""
_NARROW: Final = 20_000
"""So many tasks are read and sorted well within the budget of a page."""

IN_WINDOW: Final = task.c.id.between(bindparam("low", 0), bindparam("high", NEWEST_ROW))
"""The rows that one step of a walk looks at; all of them where nothing is said."""

NOT_SUCCESS: Final = text("task.state <> 'SUCCESS'")
"""What SQLite has to read word for word before it uses the partial index on the state."""


Driver = tuple[str, ...]
"""The fields whose index SQLite is to use."""
NO_DRIVER: Final[Driver] = ()
_BY_NAME: Final[Driver] = (TextField.NAME.value,)
_BY_NAME_AND_STATE: Final[Driver] = (TextField.NAME.value, TextField.STATE.value)


class Plan(NamedTuple):
    """A search, ready to be asked.

    ``blocks`` says which blocks can hold a match, ``None`` where all can. ``exact_count`` is ``None`` where the
    counters cannot tell. ``is_lookup`` says that it leads to a handful of tasks, ``is_narrow`` to a number of them
    that can be sorted in one go.
    """

    condition: Condition
    blocks: Condition | None
    exact_count: int | None
    is_lookup: bool
    is_narrow: bool


class Planner:
    """Makes plans within one read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def plan(self, query: Query, *, by_runtime: bool = False) -> Plan:
        """Return how to look for ``query``; ``by_runtime`` where the tasks are to be sorted by their run time."""
        conjuncts = list(_conjuncts(query.root))
        lookups = [_lookup(node) for node in conjuncts if _is_lookup(node)]
        estimate, driver = (0, NO_DRIVER) if lookups else self._driver(conjuncts)
        is_narrow = bool(lookups) or (driver != NO_DRIVER and estimate <= _NARROW)
        if by_runtime and driver == _BY_NAME and not is_narrow:
            driver = NO_DRIVER  # the index on the run time knows the name
        known = [task.c.runtime_s.is_not(None)] if driver == NO_DRIVER and any(map(_asks_runtime, conjuncts)) else []
        return Plan(
            condition=and_(self._translated(query.root, driver), *lookups, *known),
            blocks=_block_condition(conjuncts),
            exact_count=self._count(query),
            is_lookup=bool(lookups),
            is_narrow=is_narrow,
        )

    def plan_without_index(self, query: Query) -> Plan:
        """Return how to look for ``query`` where another condition brings its own index."""
        condition = self._translated(query.root, NO_DRIVER)
        return self.plan(query)._replace(condition=condition, is_lookup=False, is_narrow=False)

    def counted(self, query: Query) -> Condition:
        """Return the condition on ``task_count`` of a search by nothing but name and state."""
        return Translator(_count_column, self.resolve).condition(query.root)

    def _translated(self, root: Node, driver: Driver) -> Condition:
        condition = Translator(lambda field: task_column(field, driver), self.resolve).condition(root)
        return and_(condition, NOT_SUCCESS) if TextField.STATE in driver else condition

    def resolve(self, kind: TermKind, test: Condition) -> Sequence[int] | None:
        """Return the numbers of the terms of this kind that pass ``test``, ``None`` where they are too many."""
        found = select(term.c.id).where(is_term(kind), test).limit(_TERMS_LISTED + 1)
        numbers = [number for (number,) in self._reader.ask(found)]
        return None if len(numbers) > _TERMS_LISTED else numbers

    def _driver(self, conjuncts: Sequence[Node]) -> tuple[int, Driver]:
        """Return the fields whose index promises the fewest tasks, and how many; no field where none helps."""
        indexed = [(node, field) for node in conjuncts for field in _indexed_field(node)]
        estimates = [(self._estimate(node), (field,)) for node, field in indexed]
        names = [node for node, field in indexed if field == TextField.NAME]
        states = [node for node, field in indexed if field == TextField.STATE]
        if names and states:
            return self._estimate(And((names[0], states[0]))), _BY_NAME_AND_STATE
        return min(estimates, default=(0, NO_DRIVER))

    def _estimate(self, node: Node) -> int:
        counted = self._count(Query("", node))
        everything = self._count(EVERYTHING) or 0
        return everything // _SHARE_OF_A_WORKER if counted is None else counted

    def _count(self, query: Query) -> int | None:
        """Return the exact number of tasks where the counters know it: a search by nothing but name and state."""
        if not _is_counted(query.root):
            return None
        condition = self.counted(query)
        ((n,),) = self._reader.ask(select(func.coalesce(func.sum(task_count.c.n), 0)).where(condition))
        return int(n)


def _asks_runtime(node: Node) -> bool:
    """Whether the narrow index on the run time can answer, which SQLite takes up where a null is ruled out."""
    return isinstance(node, Compare) and node.field is NumberField.RUNTIME


def _lookup(node: Node) -> Condition:
    """Return the condition that leads to the few tasks of an id, a parent or a root.

    A family may be large all the same: only those of its tasks are gathered that the step looks at.
    """
    assert isinstance(node, Equals)  # noqa: S101  # for the type checker: ``_is_lookup`` has looked
    by_id = select(task.c.id).where(task.c.task_id == node.text)
    if node.field is TextField.ID:
        return task.c.id.in_(by_id)
    if node.field is TextField.FAILURE:
        return task.c.id.in_(failed_so(node.text))
    if node.field is TextField.PARENT:
        return task.c.id.in_(select(task.c.id).where(task.c.parent_id == node.text, IN_WINDOW))
    family = select(task.c.id).where(task.c.root_id == node.text, task.c.root_id != task.c.task_id, IN_WINDOW)
    return task.c.id.in_(family.union_all(by_id))


def failed_so(group: str) -> Select[tuple[int]]:
    """Return the rows of a group of failures, of those that a step looks at."""
    numbers = select(failure_group.c.id).where(failure_group.c.fingerprint == group)
    window = failure_task.c.row_id.between(bindparam("low", 0), bindparam("high", NEWEST_ROW))
    return select(failure_task.c.row_id).where(failure_task.c.group_id.in_(numbers), window)


def task_column(field: str, driver: Driver) -> ColumnElement[Any]:
    """Return the column of a field of ``Task``; its index is out of bounds unless it is of the driver."""
    if field == TextField.FAILURE:
        groups = select(failure_group.c.fingerprint).join(failure_task, failure_task.c.group_id == failure_group.c.id)
        return groups.where(failure_task.c.row_id == task.c.id).scalar_subquery()
    name = _COLUMN_NAMES.get(field, field)
    column: ColumnElement[Any] = task.c[name]
    return column if field in driver else UnaryExpression(column, operator=_PLUS, type_=column.type)


def _count_column(field: str) -> ColumnElement[Any]:
    if field == TextField.NAME:
        return func.nullif(task_count.c.name_id, NO_NAME)
    return task_count.c.state


def _conjuncts(node: Node) -> Iterator[Node]:
    """What all have to match."""
    if isinstance(node, And):
        for inner in node.nodes:
            yield from _conjuncts(inner)
    else:
        yield node


def _is_lookup(node: Node) -> bool:
    return isinstance(node, Equals) and node.field in _LOOKUPS


def _indexed_field(node: Node) -> Iterator[str]:
    """Yield the field whose index answers ``node``: a name, worker or queue, or states without SUCCESS."""
    alternatives = node.nodes if isinstance(node, Or) and node.nodes else (node,)
    fields = {one.field if isinstance(one, Equals | Wildcard) else None for one in alternatives}
    field = fields.pop() if len(fields) == 1 else None
    is_unsuccessful = field is TextField.STATE and all(map(_is_unsuccessful, alternatives))
    if field in (TextField.NAME, TextField.WORKER, TextField.QUEUE) or is_unsuccessful:
        yield str(field)


def _is_unsuccessful(node: Node) -> bool:
    return isinstance(node, Equals) and node.text != _SUCCESS


def _is_counted(node: Node) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return all(map(_is_counted, nodes))
        case Not(inner):
            return _is_counted(inner)
        case Equals(field) | Wildcard(field):
            return field in (TextField.NAME, TextField.STATE)
        case _:
            return False


def _block_condition(conjuncts: Sequence[Node]) -> Condition | None:
    """Return which blocks can hold a match, by the instants and run times that the search asks for."""
    tests = [_block_test(node) for node in conjuncts if isinstance(node, Compare)]
    known = [test for test in tests if test is not None]
    return and_(*known) if known else None


def _block_test(node: Compare) -> Condition | None:
    if node.field in (NumberField.RETRIES, NumberField.WAIT):
        return None
    low, high = (block.c.earliest, block.c.latest)
    if node.field is NumberField.RUNTIME:
        low, high = (block.c.shortest, block.c.longest)
    match node.operator:
        case Operator.LESS:
            return low < node.value
        case Operator.AT_MOST:
            return low <= node.value
        case Operator.EQUAL:
            return and_(low <= node.value, high >= node.value)
        case Operator.AT_LEAST:
            return high >= node.value
        case Operator.MORE:
            return high > node.value
