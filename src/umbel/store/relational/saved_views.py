"""Keeps saved views."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, or_, select

from umbel.store.protocols.views import VIEWS_AT_MOST, SavedView, TooManyViews
from umbel.store.relational.access import Access
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.tables_views import saved_view

_COLUMNS: Final = tuple(saved_view.c[name] for name in ("view_id", *SavedView.__struct_fields__[1:]))
_KEEP: Final = """
INSERT INTO saved_view (cluster, view_id, name, owner, shared, search, sort, columns, made_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (cluster, view_id) DO UPDATE SET
  name = excluded.name, shared = excluded.shared, search = excluded.search,
  sort = excluded.sort, columns = excluded.columns
"""
_ROOM: Final = "SELECT count(*) FROM saved_view WHERE view_id <> ? AND (owner = ? AND NOT shared OR shared AND ?)"
_DROP: Final = "DELETE FROM saved_view WHERE cluster = ? AND view_id = ?"


class RelationalViews:
    """See ``ViewStore``."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def views(self, owner: str) -> list[SavedView]:
        """See ``ViewStore.views``."""
        mine = or_(saved_view.c.owner == owner, saved_view.c.shared)
        found = select(*_COLUMNS).where(mine).order_by(saved_view.c.made_at, saved_view.c.view_id)
        with self._access.reads() as reader:
            return [_view(row) for row in reader.ask(found)]

    def view(self, view_id: str) -> SavedView | None:
        """See ``ViewStore.view``."""
        with self._access.reads() as reader:
            return next(map(_view, reader.ask(select(*_COLUMNS).where(saved_view.c.view_id == view_id))), None)

    def keep_view(self, view: SavedView) -> None:
        """See ``ViewStore.keep_view``."""
        with self._access.writes() as connection:
            _must_have_room(connection, view)
            values = [getattr(view, name) for name in SavedView.__struct_fields__]
            connection.exec_driver_sql(_KEEP, (DEFAULT_CLUSTER, *values))

    def drop_view(self, view_id: str) -> None:
        """See ``ViewStore.drop_view``."""
        with self._access.writes() as connection:
            connection.exec_driver_sql(_DROP, (DEFAULT_CLUSTER, view_id))


def _must_have_room(connection: Connection, view: SavedView) -> None:
    """Refuse what would be one too many of the same kind: of a person's own, or of those that are shared."""
    owner = None if view.shared else view.owner
    n: int = connection.exec_driver_sql(_ROOM, (view.id, owner, view.shared)).scalar_one()
    if n >= VIEWS_AT_MOST:
        kind = "shared" if view.shared else "personal"
        raise TooManyViews(f"there are {n} {kind} views; at most {VIEWS_AT_MOST} are kept, so delete one first")


def _view(row: tuple[object, ...]) -> SavedView:
    values = dict(zip(SavedView.__struct_fields__, row, strict=True))
    return SavedView(**{**values, "shared": bool(values["shared"])})  # type: ignore[arg-type]  # by the table's types
