"""One read: a connection, a snapshot, and the time it may take."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Engine, Executable, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from umbel.store.relational.errors import is_interrupt

_STEPS_BETWEEN_LOOKS: Final = 10_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""

_DIALECT: Final = sqlite.dialect(paramstyle="named")

Row = tuple[Any, ...]


class OutOfTime(Exception):  # it says what happened, and never leaves the store
    """The time of a read is over; what was found so far may still be an answer."""


class Statement:
    """A compiled question that is asked many times with other bounds."""

    __slots__ = ("parameters", "sql")

    def __init__(self, clause: Executable) -> None:
        assert isinstance(clause, ClauseElement)  # noqa: S101  # for the type checker: every statement is one
        compiled = clause.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self.parameters: Mapping[str, Any] = compiled.params


class Reader:
    """Asks questions in one snapshot until the time is over."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], float], limit_s: float) -> None:
        self._connection = connection
        self._clock = clock
        self.deadline = clock() + limit_s

    def now(self) -> float:
        """Return the instant of the clock that ``deadline`` is of (seconds)."""
        return self._clock()

    def is_late(self) -> bool:
        """Whether the time is over."""
        return self._clock() >= self.deadline

    @property
    def has_time(self) -> bool:
        """Whether the time is not over yet."""
        return not self.is_late()

    @contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """End what is asked inside at ``deadline`` already, where that is earlier."""
        whole = self.deadline
        self.deadline = min(whole, deadline)
        try:
            yield
        finally:
            self.deadline = whole

    def grant(self, seconds: float) -> None:
        """Allow at least ``seconds`` from now on."""
        self.deadline = max(self.deadline, self._clock() + seconds)

    def all(self, statement: Statement, **bounds: Any) -> Sequence[Row]:
        """Return all rows. Raises OutOfTime."""
        try:
            return self._connection.execute(statement.sql, {**statement.parameters, **bounds}).fetchall()
        except sqlite3.OperationalError as error:
            if is_interrupt(error):
                raise OutOfTime from error
            raise

    def ask(self, clause: Executable) -> Sequence[Row]:
        """Return all rows of a question that is asked once. Raises OutOfTime."""
        return self.all(Statement(clause))

    def ends(self, column: Column[int]) -> tuple[int | None, int | None]:
        """Return the least and the greatest value of an indexed column. SQLite looks up one at a time, not both."""
        ((low,),) = self.ask(select(func.min(column)))
        ((high,),) = self.ask(select(func.max(column)))
        return low, high


@contextmanager
def reading(engine: Engine, clock: Callable[[], float], limit_s: float) -> Iterator[Reader]:
    """Lend a connection for one snapshot of at most ``limit_s``."""
    lent = engine.raw_connection()
    try:
        connection = lent.driver_connection
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101  # for the type checker: the engine makes it
        reader = Reader(connection, clock, limit_s)
        connection.set_progress_handler(reader.is_late, _STEPS_BETWEEN_LOOKS)
        connection.execute("BEGIN")
        try:
            yield reader
        finally:
            connection.set_progress_handler(None, 0)
            connection.execute("ROLLBACK")
    finally:
        lent.close()
