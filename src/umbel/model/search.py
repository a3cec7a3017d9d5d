"""The search language: one text, one tree, evaluated here and translated by each store.

Grammar::

    search  = or
    or      = and { "OR" and }
    and     = not { not }
    not     = "-" not | "(" or ")" | term
    term    = field ":" values | word | quoted
    values  = value { "," value }          (any of them)
    value   = [ ">" | ">=" | "<" | "<=" | "=" ] (bare | quoted) | bare ".." bare

A word is a substring of name, id, args, kwargs, result or exception. ``*`` in an unquoted value of a field is any run
of characters. Letters of ASCII are compared without regard to case, other letters as they are; ids as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.tasks import Task

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 20
MAX_TERMS: Final = 100


class SearchError(UmbelError):
    """A search that cannot be read. ``position`` is the offset of the wrong part, counted from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class TextField(StrEnum):
    """Fields that hold a text. The value is the name of the field in ``Task``."""

    NAME = "name"
    ID = "id"
    STATE = "state"
    WORKER = "worker"
    QUEUE = "queue"
    ROOT = "root_id"
    PARENT = "parent_id"
    ARGS = "args"
    KWARGS = "kwargs"
    RESULT = "result"
    EXCEPTION = "exception"
    FAILURE = "failure"


class NumberField(StrEnum):
    """Fields that hold a number: a count, seconds, or epoch seconds. The value is the field's name in ``Task``.

    ``SEEN`` is the first known of received, sent, started, finished.
    """

    RETRIES = "retries"
    RUNTIME = "runtime_s"
    WAIT = "wait_s"
    RECEIVED = "received_at"
    STARTED = "started_at"
    FINISHED = "finished_at"
    SEEN = "seen_at"


SEEN_FIELDS: Final = ("received_at", "sent_at", "started_at", "finished_at")
WORD_FIELDS: Final = (
    TextField.NAME,
    TextField.ID,
    TextField.ARGS,
    TextField.KWARGS,
    TextField.RESULT,
    TextField.EXCEPTION,
)
CASE_SENSITIVE: Final = frozenset({TextField.ID, TextField.ROOT, TextField.PARENT, TextField.STATE, TextField.FAILURE})


class Operator(StrEnum):
    """How a number is compared. A task whose number is unknown never matches."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    AT_LEAST = ">="
    MORE = ">"


class Word(Struct, frozen=True):
    """Any of ``WORD_FIELDS`` contains ``text``."""

    text: str


class Equals(Struct, frozen=True):
    """The field is ``text``; a name also where its last dotted parts are (``name:send_batch``)."""

    field: TextField
    text: str


class Contains(Struct, frozen=True):
    """The field contains ``text``."""

    field: TextField
    text: str


class Wildcard(Struct, frozen=True):
    """The whole field is these ``parts`` with any characters between them."""

    field: TextField
    parts: tuple[str, ...]


class KeywordIs(Struct, frozen=True):
    """The keyword argument ``key`` has this value, as far as the repr of ``kwargs`` shows it."""

    key: str
    value: str

    def needles(self) -> tuple[str, ...]:
        """Return the texts of which one is in a repr that has the value: bare or quoted, then a comma or the end."""
        values = (self.value, f"'{self.value}'", f'"{self.value}"')
        return tuple(f"'{self.key}': {value}{end}" for value in values for end in ",}")


class Compare(Struct, frozen=True):
    """The number stands in this relation to ``value``."""

    field: NumberField
    operator: Operator
    value: float


class Not(Struct, frozen=True):
    """``node`` does not match."""

    node: Node


class And(Struct, frozen=True):
    """All match; without any, everything does."""

    nodes: tuple[Node, ...]


class Or(Struct, frozen=True):
    """At least one matches."""

    nodes: tuple[Node, ...]


Node = Word | Equals | Contains | Wildcard | KeywordIs | Compare | Not | And | Or


class Query(Struct, frozen=True):
    """A parsed search. An empty one matches every task."""

    text: str
    root: Node


EVERYTHING: Final = Query("", And(()))


def matches(query: Query, task: Task) -> bool:
    """Return whether ``task`` is one that ``query`` looks for."""
    return _matches(query.root, task)


def number_of(task: Task, field: NumberField) -> float | None:
    """Return the number that a search compares, ``None`` where it is unknown."""
    if field is NumberField.SEEN:
        return next((at for at in (getattr(task, name) for name in SEEN_FIELDS) if at is not None), None)
    number: float | None = getattr(task, field.value)
    return number


def _matches(node: Node, task: Task) -> bool:  # noqa: PLR0911  # one line a kind of node reads best
    match node:
        case And(nodes):
            return all(_matches(inner, task) for inner in nodes)
        case Or(nodes):
            return any(_matches(inner, task) for inner in nodes)
        case Not(inner):
            return not _matches(inner, task)
        case Word(text):
            return any(_contains(_text(task, field), text) for field in WORD_FIELDS)
        case Equals(field, text):
            return _equals(_text(task, field), field, text)
        case Contains(field, text):
            return _contains(_text(task, field), text)
        case Wildcard(field, parts):
            return _like(_text(task, field), parts, exact_case=field in CASE_SENSITIVE)
        case KeywordIs():
            return any(_contains(task.kwargs, needle) for needle in node.needles())
        case Compare(field, operator, value):
            return _compares(number_of(task, field), operator, value)


def _text(task: Task, field: TextField) -> str | None:
    text: str | None = getattr(task, field.value)
    return text


_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def fold_case(text: str) -> str:
    """Return ``text`` with the letters A to Z in lower case: the only folding that every store agrees on."""
    return text.translate(_LOWER)


def _contains(text: str | None, part: str) -> bool:
    return text is not None and fold_case(part) in fold_case(text)


def _equals(text: str | None, field: TextField, wanted: str) -> bool:
    if text is None:
        return False
    if field in CASE_SENSITIVE:
        return text == wanted
    text, wanted = fold_case(text), fold_case(wanted)
    return text == wanted or (field is TextField.NAME and text.endswith(f".{wanted}"))


def _like(text: str | None, parts: tuple[str, ...], *, exact_case: bool) -> bool:
    """Take each part where it first occurs: in linear time, which a regular expression would not promise."""
    if text is None:
        return False
    if not exact_case:
        text, parts = fold_case(text), tuple(map(fold_case, parts))
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _compares(number: float | None, operator: Operator, value: float) -> bool:
    if number is None:
        return False
    match operator:
        case Operator.LESS:
            return number < value
        case Operator.AT_MOST:
            return number <= value
        case Operator.EQUAL:
            return number == value
        case Operator.AT_LEAST:
            return number >= value
        case Operator.MORE:
            return number > value
