"""Each interval in which events may have been missed is stored, with its reason, by whoever was there to see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.store.support import arrivals
from tests.support.clock import ManualClock
from tests.support.events import T0, a_heartbeat, received
from umbel.ingest import gaps as gaps_module
from umbel.ingest.batcher import Batcher
from umbel.ingest.gaps import GapKeeper
from umbel.ingest.health import Blind, BrokerHealth, CollectorHealth, Dropped, IngestHealth
from umbel.model.gaps import Gap, GapKind
from umbel.store.protocols import Arrival, Store, StoreUnavailable
from umbel.store.registry import open_store


class Watched:
    """A collector as its keeper sees it, and the keeper."""

    def __init__(self, store: Store, now: float = T0, *, kept_s: float = 0.0) -> None:
        self.store = store
        self.clock = ManualClock(now)
        self.broker = BrokerHealth(url="redis://x", transport="redis", state="connecting", since=now)
        self.collector = CollectorHealth(state="waiting")
        self.lost = 0
        self.told: list[Gap] = []
        self.keeper = GapKeeper(
            store,
            health=lambda: IngestHealth(broker=self.broker, collector=self.collector),
            losses=lambda: {"w@x": self.lost},
            on_change=self.told.append,
            kept_s=kept_s,
            clock=self.clock,
        )
        self.keeper._begin()

    def connect(self) -> None:
        """Have a link from now on."""
        blind = tuple(replace(gap, until=gap.until or self.clock()) for gap in self.broker.blind)
        self.broker = replace(self.broker, state="connected", since=self.clock(), blind=blind)

    def lose_link(self) -> None:
        """Have none from now on."""
        blind = (*self.broker.blind, Blind(since=self.clock(), reason="ConnectionError: refused"))
        self.broker = replace(self.broker, state="reconnecting", since=self.clock(), blind=blind)

    def look_after(self, seconds: float) -> list[Gap]:
        """Let time pass, look, and return all that is stored."""
        self.clock.now += seconds
        self.keeper.look()
        return self.store.gaps(0, self.clock() + 1e6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with closing(open_store(str(tmp_path / "umbel.db"), clock=lambda: T0)) as opened:
        yield opened


def test_a_first_start_is_no_gap(store: Store) -> None:
    """Nobody can miss what was before; a link that holds is no gap either."""
    watched = Watched(store)
    watched.connect()
    assert watched.look_after(1) == []


def test_a_lost_link_is_a_gap_that_ends(store: Store) -> None:
    """It is stored when it begins, told while it lasts, and ends with the next link."""
    watched = Watched(store)
    watched.connect()
    watched.look_after(9)
    watched.lose_link()
    (open_gap,) = watched.look_after(1)
    assert (open_gap.kind, open_gap.since, open_gap.until) == (GapKind.LINK, T0 + 9, None)
    assert open_gap.reason == "no link to the broker (ConnectionError: refused)"
    watched.look_after(20)
    watched.connect()
    assert watched.look_after(1) == [replace(open_gap, until=T0 + 30)]
    watched.look_after(1)
    assert [gap.until for gap in watched.told] == [None, T0 + 30], "each change is told once"


def test_a_broker_that_drops_is_not_a_lost_link(store: Store) -> None:
    """While the link holds nobody says that there was none."""
    watched = Watched(store)
    watched.connect()
    blind = Blind(since=T0, until=T0 + 5, reason="its queue is full", has_link=True)
    watched.broker = replace(watched.broker, blind=(blind,))
    (gap,) = watched.look_after(5)
    assert (gap.kind, gap.reason, gap.events) == (GapKind.DROPPED, "its queue is full", None)


def test_the_time_between_two_runs(store: Store) -> None:
    """From the last sign of the run before, also where that was killed, until the first link of this one."""
    store.note_seen(T0 - 60)
    watched = Watched(store)
    (gap,) = watched.look_after(1)
    assert (gap.kind, gap.since, gap.until, gap.reason) == (GapKind.STOPPED, T0 - 60, None, "Umbel was not running")
    watched.connect()
    assert watched.look_after(1) == [replace(gap, until=T0 + 1)]


def test_the_last_commit_is_a_sign_of_life(store: Store) -> None:
    """While events come, no other sign is written."""
    store.commit(arrivals([received(0)]))
    watched = Watched(store, T0 + 30)
    watched.connect()
    assert [(gap.since, gap.until) for gap in watched.look_after(1)] == [(T0, T0 + 30)]


def test_killed_again_before_the_first_look(store: Store) -> None:
    """A run that is killed at once, after its first commit, still leaves the gap before it."""
    store.note_seen(T0)
    Watched(store, T0 + 60.0)
    store.note_seen(T0 + 60.5)
    last = Watched(store, T0 + 90.0)
    last.connect()
    told = [(gap.since - T0, gap.until and gap.until - T0) for gap in last.look_after(0.0)]
    assert told == [(0.0, 60.5), (60.5, 90.0)]


def test_killed_while_it_was_blind(store: Store) -> None:
    """What the killed run left open ends where that run did; from there on nobody was running."""
    watched = Watched(store)
    watched.connect()
    watched.look_after(9)
    watched.lose_link()
    watched.look_after(1)
    after = Watched(store, T0 + 100)
    after.connect()
    gaps = after.look_after(1)
    assert [(gap.kind, gap.since, gap.until) for gap in gaps] == [
        (GapKind.STOPPED, T0 + 9, T0 + 100),
        (GapKind.LINK, T0 + 9, T0 + 9),
    ]


def test_a_start_without_a_broker(store: Store) -> None:
    """Where the link does not come, its absence is the gap from the start on."""
    store.note_seen(T0 - 60)
    watched = Watched(store)
    watched.broker = replace(watched.broker, blind=(Blind(since=T0, reason="refused"),))
    gaps = watched.look_after(5)
    assert [(gap.kind, gap.since, gap.until) for gap in gaps] == [
        (GapKind.STOPPED, T0 - 60, T0),
        (GapKind.LINK, T0, None),
    ]


def test_a_queue_that_keeps_events(store: Store) -> None:
    """What a durable queue held meanwhile is no gap; a longer absence is."""
    store.note_seen(T0 - 60)
    watched = Watched(store, kept_s=3_600)
    watched.connect()
    assert watched.look_after(1) == []
    late = Watched(store, T0 + 9_000, kept_s=3_600)
    late.connect()
    assert [gap.kind for gap in late.look_after(1)] == [GapKind.STOPPED]


def test_a_full_buffer(store: Store) -> None:
    """One gap while events are dropped, another one after a calm; dropped heartbeats are none."""
    watched = Watched(store)
    watched.connect()
    gaps = watched.look_after(1)
    for seconds, dropped in ((1, 5), (1, 12), (15, 12), (1, 13)):
        counts = {"task-started": dropped, "worker-heartbeat": 100}
        watched.collector = replace(watched.collector, dropped_by_type=counts)
        gaps = watched.look_after(seconds)
    assert [(gap.kind, gap.since, gap.until, gap.events) for gap in gaps] == [
        (GapKind.DROPPED, T0 + 1, T0 + 3, 12),
        (GapKind.DROPPED, T0 + 18, T0 + 19, 1),
    ]
    assert gaps[0].reason == "the buffer was full: 12 events were dropped"


def test_when_what_was_dropped_had_come(store: Store) -> None:
    """The gap is that of the events, which are older than their being dropped; what is older still is another gap."""
    watched = Watched(store)
    watched.connect()
    gaps: list[Gap] = []
    for number, (since, until) in enumerate([(10, 20), (20, 30), (5, 30), (5, 40)], 1):
        overflow = Dropped(number=number, since=T0 + since, until=T0 + until)
        watched.collector = replace(
            watched.collector,
            dropped_by_type={"task-started": 5 * number},
            overflows=(*watched.collector.overflows, overflow)[-2:],
        )
        gaps = watched.look_after(1 if number < 4 else 100)
    assert [(gap.since - T0, (gap.until or 0) - T0, gap.events) for gap in sorted(gaps, key=lambda gap: gap.since)] == [
        (5, 40, 10),
        (10, 30, 10),
    ]


def test_what_a_stop_gave_up(store: Store) -> None:
    """Events that had come and that the store did not take are a gap, with the words for it."""
    for dropped_before, why in (
        (0, "Umbel was stopped before the store took them: 7 events were dropped"),
        (5, "the buffer was full, and Umbel was stopped before the store took them: 12 events were dropped"),
    ):
        watched = Watched(store)
        watched.connect()
        gaps: list[Gap] = []
        for number, (dropped, last) in enumerate([(dropped_before, False), (dropped_before + 7, True)], 1):
            overflow = Dropped(number=number, since=T0 + dropped_before, until=T0 + 20, at_stop=last)
            watched.collector = replace(
                watched.collector, dropped_by_type={"task-started": dropped}, overflows=(overflow,)
            )
            gaps = watched.look_after(1)
        assert why in [gap.reason for gap in gaps]


def test_the_buffer_tells_when_what_it_dropped_had_come() -> None:
    """Heartbeats do not count."""
    batcher = Batcher(clock=ManualClock(), limit=10)
    batcher.push([Arrival(a_heartbeat(0), T0)], 1)
    batcher.push([Arrival(received(step), T0 + step) for step in range(1, 13)], 2)
    dropped, (overflow,) = batcher.drops()
    assert dropped == {"worker-heartbeat": 1, "task-received": 3}
    assert (overflow.since, overflow.until) == (T0 + 1, T0 + 3)


@contextmanager
def refusing(store: Store) -> Iterator[None]:
    """Let the store take no gaps."""

    def refuse(_gaps: object) -> None:
        raise StoreUnavailable("disk full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "keep_gaps", refuse)
        yield


def test_what_the_store_did_not_take_is_kept_for_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gaps that come and go while it is away are stored when it is back, and only then told; no more than some wait."""
    watched = Watched(store)
    watched.connect()
    with refusing(store):
        for dropped in (5, 5, 8, 8):
            watched.collector = replace(watched.collector, dropped_by_type={"task-started": dropped})
            with pytest.raises(StoreUnavailable):
                watched.look_after(15)
        watched.lost = 4
        for _ in range(4):
            with pytest.raises(StoreUnavailable):
                watched.look_after(5)
    assert watched.told == []
    gaps = watched.look_after(5)
    assert sorted((gap.kind, gap.events) for gap in gaps) == [
        (GapKind.DROPPED, 3),
        (GapKind.DROPPED, 5),
        (GapKind.WORKER, 4),
    ]
    assert len(watched.told) == 3
    assert watched.look_after(5) == gaps
    assert len(watched.told) == 3

    monkeypatch.setattr(gaps_module, "MOST_UNSENT", 1)
    with refusing(store):
        for dropped in (9, 9, 10):
            watched.collector = replace(watched.collector, dropped_by_type={"task-started": dropped})
            with pytest.raises(StoreUnavailable):
                watched.look_after(15)
    assert len(watched.look_after(5)) == len(gaps) + 1


def test_a_worker_that_did_more_than_it_told(store: Store) -> None:
    """The worker's own count tells how many events of it were lost; what is explained soon after was no loss."""
    watched = Watched(store)
    watched.connect()
    watched.look_after(5)
    watched.lost = 9
    assert watched.look_after(5) == []
    watched.lost = 4
    assert watched.look_after(5) == []
    watched.lost = 4
    (gap,) = watched.look_after(5)
    assert (gap.kind, gap.worker, gap.events) == (GapKind.WORKER, "w@x", 4)
    assert gap.until is not None
    assert gap.since <= T0 + 5 < gap.until <= T0 + 10
    assert gap.reason == "events of w@x were lost: its own count grew by 4 more than was seen"
    assert len(watched.look_after(5)) == 1


def test_a_worker_that_goes_on_losing_has_one_gap(store: Store) -> None:
    """It is lengthened while it lasts, and a loss after a calm is another one."""
    watched = Watched(store)
    watched.connect()
    watched.look_after(5)
    for _ in range(60):
        watched.lost += 1
        watched.look_after(5)
    for _ in range(2):
        watched.look_after(5)
    (gap,) = watched.look_after(1)
    assert (gap.events, gap.reason.split(" by ")[1].split()[0]) == (60, "60")
    assert gap.until is not None
    assert gap.since <= T0 + 5 < T0 + 295 <= gap.until <= T0 + 316
    told = len(watched.told)
    watched.look_after(1)
    assert len(watched.told) == told, "nothing new is not stored again"
    watched.look_after(100)
    watched.lost += 1
    for _ in range(4):
        watched.look_after(5)
    assert [gap.events for gap in watched.look_after(1)] == [60, 1]


def test_signs_of_life_while_nothing_happens(store: Store) -> None:
    """At most one write in some seconds, none while the link is lost, and one at the end."""
    watched = Watched(store)
    watched.connect()
    watched.look_after(4)
    assert store.last_seen() is None
    watched.look_after(2)
    assert store.last_seen() == T0 + 6
    watched.lose_link()
    watched.look_after(60)
    assert store.last_seen() == T0 + 6
    watched.keeper._thread.start()
    watched.keeper.stop()
    assert store.last_seen() == T0 + 66
