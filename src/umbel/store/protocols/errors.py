"""What a store raises."""

from __future__ import annotations

from umbel.model.errors import UmbelError


class StoreError(UmbelError):
    """Something about the store."""


class StoreUnavailable(StoreError):
    """Nothing was read or written, and the same call may succeed later (locked, disk full, connection lost)."""


class StoreBroken(StoreError):
    """The store cannot be used: not a database, a newer schema than this program knows, no permission."""


class QueryTooSlow(StoreError):
    """A read passed its time limit. Narrowing the search helps."""


class BadCursor(StoreError):
    """A cursor that this store did not give out, or gave out for another sort."""


class BadQuestion(StoreError):
    """A question that no store answers: an interval that ends before it begins, or too much at once."""
