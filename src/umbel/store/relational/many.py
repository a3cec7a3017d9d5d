"""Many rows in few statements.

``executemany`` lets go of the interpreter and takes it back for each row. Beside a thread that computes, the writer
waits up to 5 ms each time (``sys.getswitchinterval``), where all of a row takes 12 µs. A statement of a thousand rows
waits once. Measured in ADR 023.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

Row = tuple[Any, ...]

_PIECES: Final = (1_024, 128, 16, 4, 1)
"""Rows a statement. They are few sizes, because each makes a statement that SQLite compiles and Python keeps."""
_VALUES_AT_MOST: Final = 32_766
"""How many values a statement takes (SQLITE_MAX_VARIABLE_NUMBER)."""
_ROW: Final = re.compile(r"(?<=\bVALUES )\([^()]*\)")
_HAS_UPDATE_FROM: Final = sqlite3.sqlite_version_info >= (3, 33)


class Insert:
    """An ``INSERT ... VALUES (?, ...)`` of one row, ``ON CONFLICT`` and all, for any number of rows."""

    def __init__(self, sql: str) -> None:
        found = _ROW.search(sql)
        assert found is not None, f"no row of values: {sql}"  # noqa: S101  # our own statements
        self._before, self._row, self._after = sql[: found.start()], found.group(), sql[found.end() :]
        width = self._row.count("?")
        self._sizes = [size for size in _PIECES if size * width <= _VALUES_AT_MOST]
        self._sql: dict[int, str] = {}

    def write(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Write rows, values in the order of the statement. Return how many were inserted or changed."""
        done = changed = 0
        for size in self._sizes:
            while len(rows) - done >= size:
                values = tuple(chain.from_iterable(rows[done : done + size]))
                changed += connection.exec_driver_sql(self._of(size), values).rowcount
                done += size
        return changed

    def _of(self, size: int) -> str:
        sql = self._sql.get(size)
        if sql is None:
            sql = self._sql[size] = f"{self._before}{', '.join([self._row] * size)}{self._after}"
        return sql


class Update:
    """Changes columns of many rows by the table's ``id``, which comes last in each row of values."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        new = ", ".join(f"{column} = new.column{place}" for place, column in enumerate(columns, 1))
        values = f"({', '.join('?' * (len(columns) + 1))})"
        where = f"WHERE {table}.id = new.column{len(columns) + 1}"
        self._many = Insert(f"UPDATE {table} SET {new} FROM (VALUES {values}) AS new {where}")  # noqa: S608  # our names
        plain = ", ".join(f"{column} = ?" for column in columns)
        self._one = f"UPDATE {table} SET {plain} WHERE id = ?"  # noqa: S608  # our names

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Change these rows; one that is not stored is passed over."""
        if _HAS_UPDATE_FROM:
            self._many.write(connection, rows)
        elif rows:  # an older SQLite than Python's own since 3.10, as of a distribution
            connection.exec_driver_sql(self._one, list(rows))


def delete_by_id(connection: Connection, table: str, ids: Iterable[int], column: str = "id") -> None:
    """Delete the rows with these numbers."""
    named = f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608  # our names
    connection.exec_driver_sql(named, (json.dumps(list(ids)),))
