"""Reads a search text into its tree. Bounded in length, depth and terms; an error names the position."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final, NoReturn

from umbel.model.judged import WORDS, NotJudged
from umbel.model.search import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
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
    Query,
    SearchError,
    TextField,
    Wildcard,
    Word,
)

_TEXT: Final[dict[str, TextField]] = {
    "name": TextField.NAME,
    "task": TextField.NAME,
    "id": TextField.ID,
    "uuid": TextField.ID,
    "state": TextField.STATE,
    "is": TextField.STATE,
    "worker": TextField.WORKER,
    "queue": TextField.QUEUE,
    "root": TextField.ROOT,
    "parent": TextField.PARENT,
    "args": TextField.ARGS,
    "kwargs": TextField.KWARGS,
    "result": TextField.RESULT,
    "exception": TextField.EXCEPTION,
    "failure": TextField.FAILURE,
}
_NUMBER: Final[dict[str, NumberField]] = {
    "retries": NumberField.RETRIES,
    "runtime": NumberField.RUNTIME,
    "wait": NumberField.WAIT,
    "received": NumberField.RECEIVED,
    "started": NumberField.STARTED,
    "finished": NumberField.FINISHED,
}
_BOUND: Final = {"after": Operator.AT_LEAST, "before": Operator.LESS}
_CONTAINED: Final = (TextField.ARGS, TextField.KWARGS, TextField.RESULT, TextField.EXCEPTION)
_INSTANTS: Final = (NumberField.RECEIVED, NumberField.STARTED, NumberField.FINISHED, NumberField.SEEN)
FIELDS: Final = (*_TEXT, "kwargs.<key>", *_NUMBER, *_BOUND)
STATE_WORDS: Final = {
    "RUNNING": "STARTED",
    "WAITING": "PENDING",
    "SUCCEEDED": "SUCCESS",
    "FAILED": "FAILURE",
    "RETRIED": "RETRY",
}

_VERDICT: Final = "is"
Judge = Callable[[str], Node]
"""Returns the tree of a verdict. Raises NotJudged."""

_FIELD: Final = re.compile(r"([A-Za-z_]+)(?:\.([A-Za-z0-9_.-]+))?:")
_BARE: Final = re.compile(r'[^\s,()"]+')
_WORD: Final = re.compile(r'[^\s()"]+')
_OPERATOR: Final = re.compile(r">=|<=|>|<|=")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|w)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def parse(text: str, *, now: float, zone: tzinfo = UTC, judge: Judge | None = None) -> Query:
    """Return the tree of ``text``.

    ``now`` (epoch seconds) is what ``-2h`` counts from; ``17:20`` and ``2026-11-21`` are read in ``zone``. ``judge``
    returns the tree of a verdict (``is:orphaned``); without it none can be searched for.
    Raises SearchError with the position of the part that is wrong.
    """
    if len(text) > MAX_LENGTH:
        message = f"the search has {len(text)} characters; at most {MAX_LENGTH} are read"
        raise SearchError(message, MAX_LENGTH)
    if "\0" in text:
        raise SearchError("a search holds no NUL character", text.index("\0"))
    return Query(text, _Parser(text, now, zone, judge).all())


class _Value:
    """One value of a field, where it stands, and whether it was quoted."""

    __slots__ = ("operator", "position", "quoted", "text")

    def __init__(self, text: str, position: int, *, quoted: bool, operator: Operator | None) -> None:
        self.text = text
        self.position = position
        self.quoted = quoted
        self.operator = operator


class _Parser:
    def __init__(self, text: str, now: float, zone: tzinfo, judge: Judge | None) -> None:
        self._text = text
        self._now = now
        self._zone = zone
        self._judge = judge
        self._at = 0
        self._depth = 0
        self._terms = 0

    def all(self) -> Node:
        node = self._any_of()
        if self._at < len(self._text):
            self._fail("there is no opening parenthesis for this one")
        return node

    def _any_of(self) -> Node:
        nodes = [self._all_of()]
        while self._word_is_or():
            position = self._at
            self._at += 2
            following = self._all_of()
            if And(()) in (nodes[-1], following):
                self._fail("OR needs something on both sides", position)
            nodes.append(following)
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _all_of(self) -> Node:
        nodes: list[Node] = []
        while self._skip_space() and self._peek() != ")" and not self._word_is_or():
            nodes.append(self._one())
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _one(self) -> Node:
        if self._peek() == "-":
            return self._negated()
        if self._peek() == "(":
            return self._group()
        self._terms += 1
        if self._terms > MAX_TERMS:
            self._fail(f"at most {MAX_TERMS} terms are read")
        field = _FIELD.match(self._text, self._at)
        return self._field(field) if field else self._plain_word()

    def _negated(self) -> Node:
        position = self._at
        self._at += 1
        if self._peek() in ("", " ", ")"):
            self._fail("there is nothing to negate after '-'", position)
        return self._nested(lambda: Not(self._one()))

    def _group(self) -> Node:
        position = self._at
        self._at += 1
        node = self._nested(self._any_of)
        if self._peek() != ")":
            self._fail("this parenthesis is not closed", position)
        self._at += 1
        return node

    def _nested(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"at most {MAX_DEPTH} levels are read")
        node = read()
        self._depth -= 1
        return node

    def _plain_word(self) -> Node:
        if self._peek() == '"':
            return Word(self._quoted())
        word = _WORD.match(self._text, self._at)
        if word is None:
            self._fail("this cannot be read")
        self._at = word.end()
        return Word(word.group())

    def _field(self, match: re.Match[str]) -> Node:
        position, (field, key) = self._at, match.groups()
        field = field.lower()
        self._at = match.end()
        if key is not None and field != "kwargs":
            self._fail(f"only kwargs has keys, {field} has none", position)
        values = self._values()
        if key is not None:
            return _either([KeywordIs(key, value.text) for value in values])
        if field == _VERDICT:
            return _either([self._is_term(value) for value in values])
        if field in _TEXT:
            return _either([_text_term(_TEXT[field], value) for value in values])
        if field in _NUMBER:
            return _either([self._number_term(_NUMBER[field], value) for value in values])
        if field in _BOUND:
            return _either([self._bound_term(_BOUND[field], value) for value in values])
        return self._fail(f"there is no field '{field}'; put it in quotes to search for the text", position)

    def _values(self) -> list[_Value]:
        values = [self._value()]
        while self._peek() == ",":
            self._at += 1
            values.append(self._value())
        return values

    def _value(self) -> _Value:
        position = self._at
        sign = _OPERATOR.match(self._text, self._at)
        operator = Operator(sign.group()) if sign else None
        self._at = sign.end() if sign else self._at
        if self._peek() == '"':
            return _Value(self._quoted(), position, quoted=True, operator=operator)
        bare = _BARE.match(self._text, self._at)
        if bare is None:
            self._fail("a value is missing here", position)
        self._at = bare.end()
        return _Value(bare.group(), position, quoted=False, operator=operator)

    def _quoted(self) -> str:
        start = self._at
        self._at += 1
        read: list[str] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == '"':
                self._at += 1
                return "".join(read)
            if char == "\\" and self._text[self._at + 1 : self._at + 2] in ('"', "\\"):
                self._at += 1
                char = self._text[self._at]
            read.append(char)
            self._at += 1
        return self._fail("this quote is not closed", start)

    def _is_term(self, value: _Value) -> Node:
        """Read a verdict where it names one, else a state."""
        word = value.text.lower()
        if word not in WORDS:
            return _text_term(TextField.STATE, value)
        if self._judge is None:
            self._fail(f"is:{word} is known to a running server only", value.position)
        try:
            return self._judge(word)
        except NotJudged as error:
            return self._fail(str(error), value.position)

    def _number_term(self, field: NumberField, value: _Value) -> Node:
        low, dots, high = value.text.partition("..")
        if dots and value.operator is None:
            return And(
                (
                    Compare(field, Operator.AT_LEAST, self._number(field, low, value.position)),
                    Compare(field, Operator.AT_MOST, self._number(field, high, value.position)),
                )
            )
        if field in _INSTANTS and value.operator is None:
            self._fail("say before or after: a time needs '<' or '>', such as received:>-2h", value.position)
        number = self._number(field, value.text, value.position)
        return Compare(field, value.operator or Operator.EQUAL, number)

    def _bound_term(self, operator: Operator, value: _Value) -> Node:
        if value.operator is not None:
            self._fail("after: and before: take a time alone", value.position)
        return Compare(NumberField.SEEN, operator, self._instant(value.text, value.position))

    def _number(self, field: NumberField, text: str, position: int) -> float:
        if field in _INSTANTS:
            return self._instant(text, position)
        if field is NumberField.RETRIES:
            if not (text.isascii() and text.isdecimal() and len(text) <= 9):  # noqa: PLR2004  # beyond any count
                self._fail(f"'{text}' is not a number of retries, such as 2", position)
            return float(text)
        seconds = _duration(text)
        if seconds is None:
            self._fail(f"'{text}' is not a duration, such as 5s, 250ms, 2m or 1h", position)
        return seconds

    def _instant(self, text: str, position: int) -> float:
        at = self._relative(text) if text[:1] == "-" or text == "now" else self._absolute(text)
        if at is None or not math.isfinite(at):
            self._fail(f"'{text}' is not a time, such as 17:20, -2h, 2026-11-21 or 2026-11-21T17:20", position)
        return at

    def _relative(self, text: str) -> float | None:
        seconds = 0.0 if text == "now" else _duration(text[1:])
        return None if seconds is None else self._now - seconds

    def _absolute(self, text: str) -> float | None:
        clock = _CLOCK.fullmatch(text)
        try:
            if clock:
                hour, minute, second = (int(part or 0) for part in clock.groups())
                today = datetime.fromtimestamp(self._now, self._zone)
                return today.replace(hour=hour, minute=minute, second=second, microsecond=0).timestamp()
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=self._zone)).timestamp()
        except (ValueError, OverflowError):
            return None

    def _skip_space(self) -> bool:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _word_is_or(self) -> bool:
        self._skip_space()
        after = self._text[self._at + 2 : self._at + 3]
        return self._text.startswith("OR", self._at) and (not after or after.isspace() or after == "(")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _fail(self, message: str, position: int | None = None) -> NoReturn:
        raise SearchError(message, self._at if position is None else position)


def _either(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


def _text_term(field: TextField, value: _Value) -> Node:
    if value.operator is not None and value.operator is not Operator.EQUAL:
        message = f"'{value.operator}' compares numbers and times; this field holds a text"
        raise SearchError(message, value.position)
    text = _state(value.text) if field is TextField.STATE else value.text
    if not value.quoted and "*" in text:
        return Wildcard(field, tuple(text.split("*")))
    return Contains(field, text) if field in _CONTAINED else Equals(field, text)


def _state(text: str) -> str:
    return STATE_WORDS.get(text.upper(), text.upper())


def _duration(text: str) -> float | None:
    match = _DURATION.fullmatch(text)
    return None if match is None else float(match.group(1)) * _SECONDS[match.group(2) or "s"]
