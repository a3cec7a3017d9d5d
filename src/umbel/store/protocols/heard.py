"""What workers said, word for word, as far as the journal keeps it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from umbel.model.events import Event


class HeardBatch(Struct, frozen=True, kw_only=True):
    """The first events of one committed batch, in the order of arrival, of ``total`` that it had."""

    seq: int
    committed_at: float
    events: tuple[Event, ...]
    total: int


class HeardReader(Protocol):
    """The journal's raw events. Under load each batch keeps a sample of them, and says how many there were."""

    def after(self, seq: int, limit: int = 50) -> list[HeardBatch]:
        """Return batches with a greater position, oldest first; empty at the end. ``limit`` is 1 to 100."""

    def newest(self, limit: int = 20) -> list[HeardBatch]:
        """Return the newest batches, oldest first."""
