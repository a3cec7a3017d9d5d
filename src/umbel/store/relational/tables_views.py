"""The table of saved views."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text

from umbel.store.relational.tables import metadata

saved_view: Final = Table(
    "saved_view",
    metadata,
    Column("cluster", Integer, primary_key=True, autoincrement=False),
    Column("view_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("sort", Text),
    Column("columns", Text),
    Column("made_at", Double, nullable=False),
)
"""A row a saved view (see ``store.protocols.views``)."""
Index("saved_view_by_owner", saved_view.c.owner)
