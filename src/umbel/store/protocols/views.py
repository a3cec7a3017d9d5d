"""Saved views: searches with a name."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from umbel.store.protocols.errors import StoreError

VIEWS_AT_MOST: Final = 200
"""How many views one person may keep, and how many may be shared."""


class SavedView(Struct, frozen=True, kw_only=True):
    """A search of the task list with its order and columns under a name.

    ``owner`` is who made it; "" where nobody signs in. ``columns`` are ids in their order, ``None`` for the usual ones.
    ``made_at`` in epoch seconds. ``place`` orders the views of a list.
    """

    id: str
    name: str
    owner: str
    shared: bool
    search: str
    sort: str | None = None
    columns: str | None = None
    made_at: float


class TooManyViews(StoreError):
    """There is no room for one more."""


class ViewStore(Protocol):
    """Keeps saved views."""

    def views(self, owner: str) -> list[SavedView]:
        """Return the views of ``owner`` and those that are shared, oldest first."""

    def view(self, view_id: str) -> SavedView | None:
        """Return one view, ``None`` where there is none."""

    def keep_view(self, view: SavedView) -> None:
        """Store a view, or change the one of the same id. Safe to repeat. Raises TooManyViews."""

    def drop_view(self, view_id: str) -> None:
        """Delete a view, if it is there."""
