"""The audit log is bounded."""

from __future__ import annotations

from msgspec.structs import replace

from tests.store.contract.test_audit import ASKED
from tests.support.events import T0
from umbel.store.relational.audit import RelationalAudit
from umbel.store.relational.sqlite import SqliteStore


def test_the_oldest_entries_go(sqlite: SqliteStore) -> None:
    """So many are kept, the newest, and numbers are not given twice."""
    audit = RelationalAudit(sqlite._access, kept=3)
    numbers = [audit.ask(replace(ASKED, at=T0 + n)) for n in range(5)]
    assert [entry.number for entry in audit.entries().entries] == numbers[:1:-1]
