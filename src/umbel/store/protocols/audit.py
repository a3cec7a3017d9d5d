"""Who did what: the entries of the audit log."""

from __future__ import annotations

import builtins
from typing import Protocol

from msgspec import Struct

from umbel.model.audit import AuditEntry


class AuditPage(Struct, frozen=True, kw_only=True):
    """Entries, newest first. ``next`` is the number to go on before, ``None`` at the end."""

    entries: tuple[AuditEntry, ...]
    next: int | None


class AuditStore(Protocol):
    """The audit log. Safe beside ``commit``; the oldest entries beyond ``model.audit.ENTRIES_KEPT`` are deleted."""

    def ask(self, entry: AuditEntry) -> int:
        """Store what is about to be done and return its number, which grows. Raises StoreUnavailable."""

    def answer(self, entry: AuditEntry) -> None:
        """Store what came of an entry, by its number; one that is gone is passed over. Raises StoreUnavailable."""

    def entries(
        self, *, before: int | None = None, limit: int = 100, commands: builtins.list[str] | None = None
    ) -> AuditPage:
        """Return entries with ``number < before``, newest first; of these ``commands`` only. ``limit`` is 1 to 500."""
