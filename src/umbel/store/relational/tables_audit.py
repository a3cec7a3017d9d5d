"""The table of who did what."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Integer, Table, Text

from umbel.store.relational.tables import metadata

audit: Final = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("cluster", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("who", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text),
    Column("outcome", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("replies", Text, nullable=False),
    Column("answered_at", Double),
)
"""``replies`` is JSON: what each worker answered."""
