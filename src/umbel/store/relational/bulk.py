"""Many rows in one statement, so that SQLite works on them without coming back to Python for each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

ROWS_AT_ONCE: Final = 100
"""A statement of this many rows is compiled once and kept; its parameters stay far below SQLite's 32,766."""


def insert(connection: Connection, head: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run ``head``, which ends in ``VALUES``, for at least one row; return how many rows it inserted."""
    row = f" ({', '.join('?' * len(rows[0]))})"
    many = head + ",".join([row] * ROWS_AT_ONCE)
    inserted = 0
    whole = len(rows) - len(rows) % ROWS_AT_ONCE
    for start in range(0, whole, ROWS_AT_ONCE):
        flat = tuple(chain.from_iterable(rows[start : start + ROWS_AT_ONCE]))
        inserted += connection.exec_driver_sql(many, flat).rowcount
    if whole < len(rows):
        inserted += connection.exec_driver_sql(head + row, list(rows[whole:])).rowcount
    return inserted
