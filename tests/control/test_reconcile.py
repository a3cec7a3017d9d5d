"""Rounds of repair over a real store, where no worker answers any more."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.clock import ManualClock
from tests.support.events import T0, a_heartbeat, an_event, received
from tests.support.inspecting import Scripted
from umbel.control import patience
from umbel.control.inspect import Answers
from umbel.control.reconcile import Reconciler
from umbel.control.results import Results
from umbel.ingest.app import make_app
from umbel.model.events import Event, Learnt
from umbel.model.secrets import Masker
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store

APP = make_app("memory://")


class Repairing:
    """A store, its clock and a reconciler whose rounds are called by hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = ManualClock()
        self.reconciler = Reconciler(
            store,
            inspector=Scripted(lambda _, workers: Answers(told={}, silent=frozenset(workers))),
            results=Results(APP, masker=Masker("memory://")),
            learn=self._learn,
            seeing_since=lambda: T0,
            clock=self.clock,
            logger=logging.getLogger("test"),
            lookups_per_s=1_000_000,
        )

    def came(self, *events: Event) -> None:
        """Events come in now."""
        self.store.commit([Arrival(event, self.clock()) for event in events])

    def round(self, *, everything: bool = False) -> int:
        """Go round, 100 s after the last time, and return how many tasks are lost by now."""
        self.clock.forward(100)
        self.reconciler.round(everything=everything)
        return sum(count.by_state.get("LOST", 0) for count in self.store.counts())

    def _learn(self, facts: Sequence[Learnt]) -> None:
        self.came(*facts)


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Repairing]:
    """Return one with an empty store."""
    store = open_store(str(tmp_path / "umbel.db"))
    try:
        yield Repairing(store)
    finally:
        store.close()


def runs(number: int) -> list[Event]:
    """Return the events of a task that runs."""
    return [received(0, uuid=f"task-{number}"), an_event("started", 0, uuid=f"task-{number}")]


@pytest.mark.parametrize("everything", [True, False])
def test_many_are_lost_at_once(it: Repairing, monkeypatch: pytest.MonkeyPatch, *, everything: bool) -> None:
    """However many seem lost, all of them are settled; what ended meanwhile holds nobody up."""
    monkeypatch.setattr(patience, "REMEMBERED", 5)
    it.came(a_heartbeat(0), *(event for number in range(12) for event in runs(number)))
    it.came(a_heartbeat(1, type="worker-offline"))
    assert it.round(everything=everything) == 0
    it.came(*(an_event("succeeded", 1, uuid=f"task-{number}") for number in range(9, 12)))

    assert [it.round(everything=everything) for _ in range(4)] == [2, 4, 9, 9]
    assert it.reconciler.health().lost == 9
