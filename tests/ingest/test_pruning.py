"""Old history goes at the pace at which new tasks come, and never at the cost of storing them."""

import logging
from dataclasses import dataclass, field

from tests.support.clock import ManualClock
from umbel.ingest.batcher import DEFAULT_BATCH_EVENTS
from umbel.ingest.pruning import PRUNE_AGAIN_S, PRUNE_EVERY_S, SLICES, Pruning
from umbel.store.protocols import Pruned, Retention, StoreUnavailable


@dataclass
class Full:
    """A store of which so many tasks are due, a slice taking ``a_slice`` of them. A negative number is an error."""

    due: int
    a_slice: int = 500
    slices: int = 0

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Delete a slice."""
        self.slices += 1
        if self.due < 0:
            raise StoreUnavailable("locked")
        tasks = min(self.due, self.a_slice)
        self.due -= tasks
        return Pruned(tasks=tasks, more=self.due > 0)


@dataclass
class Desk:
    """A pruning whose first minute is over."""

    store: Full
    waiting: bool = False
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin, and let a minute pass."""
        self.clock = ManualClock()
        self.pruning = Pruning(
            self.store,
            Retention(max_tasks=10),
            is_pressed=lambda: self.waiting,
            tell=self.errors.append,
            clock=self.clock,
            logger=logging.getLogger("test"),
        )
        self.pruning.after(1_000, 3_000)
        assert self.store.slices == 0, "nothing is pruned in the first minute"
        self.clock.forward(PRUNE_EVERY_S)

    def slices(self, tasks: int, events: int) -> int:
        """Return how many slices follow such a batch."""
        before = self.store.slices
        self.pruning.after(tasks, events)
        return self.store.slices - before


def test_more_goes_than_comes() -> None:
    """At any pace the store shrinks while too much is in it, whether or not time passes between the batches."""
    for tasks, events in ((10, 30), (1_600, 5_000), (6_600, 20_000)):
        desk = Desk(Full(due=100_000))
        for _ in range(5):
            before = desk.store.due
            desk.pruning.after(tasks, events)
            assert before - desk.store.due >= 1.2 * tasks


def test_storing_comes_first() -> None:
    """However slow the disk deletes, the next batch waits for a few slices only, and for one when much waits."""
    desk = Desk(Full(due=100_000, a_slice=20))
    assert desk.slices(1_600, DEFAULT_BATCH_EVENTS) == SLICES
    assert desk.slices(6_600, 4 * DEFAULT_BATCH_EVENTS) == 4 * SLICES
    desk.waiting = True
    assert desk.slices(1_600, DEFAULT_BATCH_EVENTS) == 0
    desk.clock.forward(PRUNE_AGAIN_S)
    assert desk.slices(1_600, DEFAULT_BATCH_EVENTS) == 1


def test_while_nothing_comes() -> None:
    """A slice now and then, until nothing is due; then there is a minute's peace."""
    desk = Desk(Full(due=1_200))
    assert desk.slices(0, 0) == 1
    assert desk.slices(0, 0) == 0
    for _ in range(2):
        desk.clock.forward(PRUNE_AGAIN_S)
        assert desk.slices(0, 0) == 1
    assert (desk.pruning.tasks, desk.pruning.is_behind) == (1_200, False)
    assert desk.slices(5_000, 15_000) == 0
    desk.clock.forward(PRUNE_EVERY_S)
    assert desk.slices(5_000, 15_000) == 1, "there was nothing to delete"


def test_a_failure_is_told_and_tried_again_in_a_minute() -> None:
    """A store that cannot delete still stores."""
    desk = Desk(Full(due=-1))
    assert desk.slices(1_000, 3_000) == 1
    assert desk.errors == ["StoreUnavailable: locked"]
    assert desk.slices(1_000, 3_000) == 0
    desk.clock.forward(PRUNE_EVERY_S)
    assert desk.slices(1_000, 3_000) == 1


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    """The next slice is never more than a minute away."""
    desk = Desk(Full(due=100))
    desk.clock.forward(-10 * PRUNE_EVERY_S)
    assert desk.slices(10, 30) == 1
