"""The writer prunes between batches, and retries with growing waits."""

import logging
import threading

from tests.support.clock import ManualClock
from tests.support.events import T0, an_event
from tests.support.memory_store import MemoryStore
from tests.support.processes import wait_until
from umbel.ingest.batcher import Batcher
from umbel.ingest.pruning import PRUNE_EVERY_S
from umbel.ingest.tally import Tally
from umbel.ingest.writer import Writer
from umbel.store.protocols import Arrival, Pruned, Retention, StoreUnavailable


class PrunedStore(MemoryStore):
    """Has three slices of old history."""

    slices = 3

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete a slice."""
        super().prune(retention, now)
        self.slices -= 1
        if self.slices < 0:
            raise StoreUnavailable("locked")
        return Pruned(tasks=10, more=self.slices > 0)


class Desk:
    """A writer, run by a thread of the test."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = PrunedStore()
        self.batcher = Batcher(clock=self.clock, batch_s=0.0)
        self.writer = Writer(
            self.store,
            self.batcher,
            Tally(self.clock),
            retention=Retention(max_age_s=3_600.0),
            on_commit=lambda _commit: None,
            on_stored=lambda _token: None,
            clock=self.clock,
            random=lambda: 1.0,
            logger=logging.getLogger("test"),
        )
        self.thread = threading.Thread(target=self.writer.run)

    def await_prunes(self, number: int) -> None:
        """Wait until it has pruned so often."""
        wait_until(lambda: len(self.store.prunes) == number, f"slice {number} is pruned")

    def after(self, seconds: float) -> None:
        """Let time pass and wake the writer with an event."""
        self.clock.forward(seconds)
        self.batcher.push([Arrival(an_event("started"), T0)], self.writer.commits + 1)


def test_while_no_event_comes_pruning_goes_on() -> None:
    """A slice follows the other as soon as the clock allows it, and waits for no event."""
    desk = Desk()
    desk.thread.start()
    for number in (1, 2, 3):
        desk.clock.forward(PRUNE_EVERY_S)
        desk.await_prunes(number)
    desk.writer.stop()
    desk.thread.join(20.0)
    assert desk.writer.pruned_tasks == 30


def test_history_is_pruned_a_slice_at_a_time() -> None:
    """Slices follow each other quickly while there is more, and then once a minute; a failure costs no event."""
    desk = Desk()
    desk.thread.start()
    desk.after(1.0)
    wait_until(lambda: desk.writer.commits == 1, "the first batch is stored")
    assert desk.store.prunes == [], "nothing is pruned in the first minute"

    for number in (1, 2, 3):
        desk.after(PRUNE_EVERY_S)
        desk.await_prunes(number)
    wait_until(lambda: desk.writer.pruned_tasks == 30, "what was pruned is counted")
    desk.after(1.0)
    wait_until(lambda: desk.writer.commits == 5, "the next batch is stored")
    assert len(desk.store.prunes) == 3, "there was no more"
    desk.after(PRUNE_EVERY_S)
    wait_until(lambda: desk.writer.last_error == "StoreUnavailable: locked", "the failure is told")
    desk.after(0.0)
    wait_until(lambda: desk.writer.commits == 7, "writing goes on")
    desk.writer.stop()
    desk.thread.join(20.0)

    assert not desk.thread.is_alive()
