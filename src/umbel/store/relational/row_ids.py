"""Which row ids tasks have had. None is given twice, so that who remembers a place never finds another task there.

New ids follow the greatest one that is stored. Where the last tasks are deleted, the greatest that was given is kept as
a row of ``sqlite_sequence``, which every file has for its journal: a table of our own would say no more, and
AUTOINCREMENT would have to copy all tasks.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STORED: Final = "coalesce((SELECT max(id) FROM task), 0)"
_KEPT: Final = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'task'), 0)"
_NEWEST: Final = f"SELECT max({_STORED}, {_KEPT})"
_FORGET: Final = "DELETE FROM sqlite_sequence WHERE name = 'task'"
_KEEP: Final = "INSERT INTO sqlite_sequence (name, seq) VALUES ('task', ?)"


def newest(connection: Connection) -> int:
    """Return the greatest row id that a task ever had, 0 before the first."""
    row_id: int = connection.exec_driver_sql(_NEWEST).scalar_one()
    return row_id


def keep(connection: Connection, row_id: int) -> None:
    """Remember that a task had this id, when it is deleted. Must run inside its transaction."""
    if row_id > newest(connection):
        connection.exec_driver_sql(_FORGET)
        connection.exec_driver_sql(_KEEP, (row_id,))
