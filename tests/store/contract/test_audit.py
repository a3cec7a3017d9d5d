"""The audit log keeps what was asked before it was done, and what came of it."""

from __future__ import annotations

from msgspec.structs import replace

from tests.store.contract.conftest import OpenStore
from tests.support.events import T0
from umbel.model.audit import AuditEntry, Reply
from umbel.store.protocols import Store

ASKED = AuditEntry(at=T0, who="ana", command="pool_grow", target="w1@x", what="add 2 processes to w1@x", why="friday")


def test_an_entry_is_there_before_its_answer(open_again: OpenStore) -> None:
    """Another process sees what was asked, and later what came of it, under the same number."""
    store = open_again()
    number = store.audit.ask(ASKED)
    assert open_again().audit.entries().entries == (replace(ASKED, number=number),)
    reply = Reply(worker="w1@x", state="done", text="its pool will grow by 2 \U0001f33c")
    answered = replace(ASKED, number=number, outcome="done", text="done", replies=(reply,), answered_at=T0 + 1)
    store.audit.answer(answered)
    assert open_again().audit.entries().entries == (answered,)


def test_an_answer_without_its_entry_is_passed_over(store: Store) -> None:
    """It was deleted meanwhile, by its age."""
    store.audit.answer(replace(ASKED, number=77, outcome="done"))
    assert store.audit.entries().entries == ()


def test_pages_are_newest_first(store: Store) -> None:
    """Numbers grow; a page goes on before the last one of the page before it, and the last page says so."""
    numbers = [store.audit.ask(replace(ASKED, at=T0 + n)) for n in range(5)]
    assert numbers == sorted(numbers)
    first = store.audit.entries(limit=2)
    assert [entry.number for entry in first.entries] == [numbers[4], numbers[3]]
    second = store.audit.entries(limit=3, before=first.next)
    assert [entry.number for entry in second.entries] == [numbers[2], numbers[1], numbers[0]]
    assert second.next is None


def test_entries_of_some_commands(store: Store) -> None:
    """What is chosen is chosen before the newest are."""
    store.audit.ask(ASKED)
    store.audit.ask(replace(ASKED, command="purge"))
    assert [entry.command for entry in store.audit.entries(commands=["pool_grow"], limit=1).entries] == ["pool_grow"]
    assert store.audit.entries(commands=[]).entries == ()
