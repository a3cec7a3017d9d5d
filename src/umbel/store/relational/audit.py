"""The rows of who did what."""

from __future__ import annotations

import builtins
from typing import Any, Final

import msgspec
from sqlalchemy import delete, insert, select, update

from umbel.model.audit import ENTRIES_KEPT, AuditEntry, Reply
from umbel.store.protocols.audit import AuditPage
from umbel.store.relational.access import Access
from umbel.store.relational.tables import DEFAULT_CLUSTER
from umbel.store.relational.tables_audit import audit

PAGE_AT_MOST: Final = 500
_REPLIES: Final = msgspec.json.Decoder(tuple[Reply, ...])
_COLUMNS: Final = tuple(audit.c[name] for name in AuditEntry.__struct_fields__)


class RelationalAudit:
    """See ``AuditStore``."""

    def __init__(self, access: Access, *, kept: int = ENTRIES_KEPT) -> None:
        self._access = access
        self._kept = kept

    def ask(self, entry: AuditEntry) -> int:
        """See ``AuditStore.ask``."""
        with self._access.writes() as connection:
            row = {**_row(entry), "cluster": DEFAULT_CLUSTER}
            found = connection.execute(insert(audit).values(row).returning(audit.c.number))
            number = int(found.scalar_one())
            connection.execute(delete(audit).where(audit.c.number <= number - self._kept))
        return number

    def answer(self, entry: AuditEntry) -> None:
        """See ``AuditStore.answer``."""
        with self._access.writes() as connection:
            connection.execute(update(audit).where(audit.c.number == entry.number).values(_row(entry)))

    def entries(
        self, *, before: int | None = None, limit: int = 100, commands: builtins.list[str] | None = None
    ) -> AuditPage:
        """See ``AuditStore.entries``."""
        limit = max(1, min(limit, PAGE_AT_MOST))
        question = select(*_COLUMNS).order_by(audit.c.number.desc()).limit(limit + 1)
        if before is not None:
            question = question.where(audit.c.number < before)
        if commands is not None:
            question = question.where(audit.c.command.in_(commands))
        with self._access.reads() as reader:
            rows = [tuple(row) for row in reader.ask(question)]
        found = tuple(_entry(row) for row in rows[:limit])
        return AuditPage(entries=found, next=found[-1].number if len(rows) > limit else None)


def _row(entry: AuditEntry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in entry.__struct_fields__ if name != "number"}
    return {**row, "replies": msgspec.json.encode(entry.replies).decode()}


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    fields = dict(zip(AuditEntry.__struct_fields__, row, strict=True))
    return AuditEntry(**{**fields, "replies": _REPLIES.decode(fields["replies"])})
