"""The dictionary of texts that many tasks share, as the writer uses it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sqlalchemy import Connection

from umbel.store.relational.rows import Texts
from umbel.store.relational.tables import DEFAULT_CLUSTER

_REMEMBERED: Final = 20_000


class TermKind(IntEnum):
    """What a text is. The numbers are stored."""

    NAME = 1
    WORKER = 2
    QUEUE = 3


Numbers = tuple[int | None, int | None, int | None]


class Terms:
    """Texts to their numbers, new texts included. Valid inside a transaction; ``forget`` after one that failed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[TermKind, dict[str, int]] = {kind: {} for kind in TermKind}
        self._threes: dict[Texts, Numbers] = {}

    def forget(self) -> None:
        """Drop what is remembered: the store may hold something else."""
        for known in self._known.values():
            known.clear()
        self._threes.clear()

    def numbers(self, texts: Texts) -> Numbers:
        """Return the numbers of a task's name, worker and queue."""
        numbers = self._threes.get(texts)
        if numbers is None:
            if len(self._threes) >= _REMEMBERED:
                self._threes.clear()
            name, worker, queue = texts
            numbers = self._threes[texts] = (
                self.number(TermKind.NAME, name),
                self.number(TermKind.WORKER, worker),
                self.number(TermKind.QUEUE, queue),
            )
        return numbers

    def number(self, kind: TermKind, text: str | None) -> int | None:
        """Return the number of ``text``, ``None`` for ``None``."""
        if text is None:
            return None
        known = self._known[kind]
        number = known.get(text)
        if number is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            number = known[text] = self._stored(kind, text)
        return number

    def _stored(self, kind: TermKind, text: str) -> int:
        key = (DEFAULT_CLUSTER, int(kind), text)
        find = "SELECT id FROM term WHERE cluster = ? AND kind = ? AND text = ?"
        number: int | None = self._connection.exec_driver_sql(find, key).scalar()
        if number is None:
            self._connection.exec_driver_sql("INSERT INTO term (cluster, kind, text) VALUES (?, ?, ?)", key)
            number = self._connection.exec_driver_sql(find, key).scalar_one()
        return number
