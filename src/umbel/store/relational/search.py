"""The search tree as an SQL condition for SQLite.

It finds what ``umbel.model.search.matches`` finds; a parity test holds both together. What SQLite does by itself is
what the language says: LIKE and lower() fold the letters A to Z only, GLOB is exact, and a comparison with NULL is
neither true nor false, which a negation has to turn into false first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.sql.elements import SQLCoreOperations

from umbel.model.search import (
    CASE_SENSITIVE,
    SEEN_FIELDS,
    WORD_FIELDS,
    And,
    Compare,
    Contains,
    Equals,
    KeywordIs,
    Node,
    Not,
    NumberField,
    Operator,
    Or,
    TextField,
    Wildcard,
    Word,
    fold_case,
)
from umbel.store.relational.tables import DEFAULT_CLUSTER, term
from umbel.store.relational.terms import TermKind

Condition = ColumnElement[bool]
Text = SQLCoreOperations[Any]

TERM_KINDS: Final = {
    TextField.NAME: TermKind.NAME,
    TextField.WORKER: TermKind.WORKER,
    TextField.QUEUE: TermKind.QUEUE,
}
"""Fields that hold the number of a text, not the text."""

Resolve = Callable[[TermKind, Condition], Sequence[int] | None]
"""Returns the numbers of the terms for which a condition holds, ``None`` where they are too many to list."""


class Translator:
    """Turns trees into conditions over ``columns``, by the name of the field in ``Task``."""

    def __init__(self, columns: Callable[[str], ColumnElement[Any]], resolve: Resolve) -> None:
        self._column = columns
        self._resolve = resolve

    def condition(self, node: Node) -> Condition:  # noqa: PLR0911  # one line a kind of node reads best
        """Return what is true for the tasks that match, and false or NULL for all others."""
        match node:
            case And(nodes):
                return and_(true(), *map(self.condition, nodes))
            case Or(nodes):
                return or_(false(), *map(self.condition, nodes))
            case Not(inner):
                return not_(func.coalesce(self.condition(inner), false()))
            case Word(text):
                return or_(*(self._text(field, lambda column: contains(column, text)) for field in WORD_FIELDS))
            case Equals(field, text):
                return self._text(field, lambda column: _equals(column, field, text))
            case Contains(field, text):
                return self._text(field, lambda column: contains(column, text))
            case Wildcard(field, parts):
                return self._text(field, lambda column: _like(column, parts, exact_case=field in CASE_SENSITIVE))
            case KeywordIs():
                return self._keyword(node)
            case Compare(number, operator, value):
                return _compare(self._number(number), operator, value)

    def terms(self, field: TextField, test: Callable[[Text], Condition]) -> Sequence[int] | None:
        """Return the numbers of the texts that pass ``test``, ``None`` where they are too many."""
        return self._resolve(TERM_KINDS[field], test(term.c.text))

    def _text(self, field: TextField, test: Callable[[Text], Condition]) -> Condition:
        kind = TERM_KINDS.get(field)
        if kind is None:
            return test(self._column(field.value))
        numbers = self.terms(field, test)
        column = self._column(field.value)
        if numbers is None:
            return column.in_(select(term.c.id).where(is_term(kind), test(term.c.text)))
        if not numbers:
            return false()
        return column == numbers[0] if len(numbers) == 1 else column.in_(numbers)

    def _keyword(self, node: KeywordIs) -> Condition:
        """Look for the key first: most tasks do not have it, and one comparison says so."""
        kwargs = self._column("kwargs")
        needles = (contains(kwargs, needle) for needle in node.needles())
        return and_(contains(kwargs, f"'{node.key}': "), or_(*needles))

    def _number(self, field: NumberField) -> ColumnElement[Any]:
        if field is NumberField.SEEN:
            return func.coalesce(*map(self._column, SEEN_FIELDS))
        return self._column(field.value)


def is_term(kind: TermKind) -> Condition:
    """Return the condition that a row of ``term`` is of this kind."""
    return and_(term.c.cluster == DEFAULT_CLUSTER, term.c.kind == int(kind))


def contains(column: Text, part: str) -> Condition:
    """Return whether the text contains ``part``, letters A to Z in any case."""
    return _like(column, ("", part, ""), exact_case=False)


def _equals(column: Text, field: TextField, wanted: str) -> Condition:
    if field in CASE_SENSITIVE:
        return column == wanted
    same: Condition = func.lower(column) == fold_case(wanted)
    if field is not TextField.NAME:
        return same
    return or_(same, _like(column, ("", f".{wanted}"), exact_case=False))


def _like(column: Text, parts: Sequence[str], *, exact_case: bool) -> Condition:
    if exact_case:
        return column.op("GLOB", is_comparison=True)("*".join(map(_glob_escaped, parts)))
    return column.like("%".join(map(_like_escaped, parts)), escape="\\")


def _like_escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _glob_escaped(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _compare(column: ColumnElement[Any], operator: Operator, value: float) -> Condition:
    match operator:
        case Operator.LESS:
            return column < value
        case Operator.AT_MOST:
            return column <= value
        case Operator.EQUAL:
            return column == value
        case Operator.AT_LEAST:
            return column >= value
        case Operator.MORE:
            return column > value
