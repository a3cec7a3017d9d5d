"""The loop asks each worker once a pass, new and silent ones at once, and never says more than was told."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.events import T0, a_heartbeat
from tests.support.inspecting import Scripted
from umbel.control import inspection
from umbel.control.inspect import Answers, CannotAsk
from umbel.control.inspection import IDLE_EVERY_S, WATCHED_EVERY_S, Inspection
from umbel.model.inspection import heard_of
from umbel.model.workers import WorkerState, liveness
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store

NAME = "w@h"


class World:
    """A store, a clock that is set by hand, and workers that answer as told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = T0
        self.asked: list[tuple[str, frozenset[str]]] = []
        self.pid = 7
        self.uptime_s = 60
        self.total = 0
        self.is_mute = False
        self.seeing_since: float | None = T0 - 1_000
        self.registered: list[object] = []
        self.inspection = Inspection(
            Scripted(self._answer),
            store,
            clean=str,
            seeing_since=lambda: self.seeing_since,
            clock=lambda: self.now,
            logger=logging.getLogger("test"),
            on_registered=lambda process, told: self.registered.append((process, told)),
        )

    def beat(self) -> None:
        """Let the worker be heard."""
        self.store.commit([Arrival(a_heartbeat(self.now - T0, hostname=NAME, pid=self.pid), self.now)])

    def after(self, seconds: float) -> list[str]:
        """Let time go by, tick once, and return what was asked."""
        self.now += seconds
        self.asked.clear()
        self.inspection.tick()
        return [name for name, _ in self.asked]

    def state(self) -> WorkerState:
        """Return how the worker is."""
        (worker,) = self.store.workers()
        known = self.store.inspection.summaries().get(NAME)
        return liveness(worker, self.now, heard=heard_of(worker, known))[0]

    def _answer(self, command: str, workers: Collection[str]) -> Answers:
        self.asked.append((command, frozenset(workers)))
        if self.is_mute:
            return Answers(told={}, silent=frozenset(workers))
        return Answers(told={NAME: self._told(command)})

    def _told(self, command: str) -> object:
        tells: dict[str, Callable[[], object]] = {
            "stats": lambda: {
                "pid": self.pid,
                "uptime": self.uptime_s,
                "total": {"add": self.total},
                "pool": {"implementation": "celery.concurrency.prefork:TaskPool", "max-concurrency": 4},
                "rusage": {"utime": 1.0, "stime": 0.0, "maxrss": 1_000},
            },
            "active": lambda: [{"id": "1", "name": "add"}],
            "registered": lambda: ["add [max_retries=3]"],
            "conf": lambda: {"broker_url": "redis://:pw@host/0"},
        }
        return tells.get(command, list)()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A worker that was heard just now."""
    with closing(open_store(str(tmp_path / "umbel.db"))) as store:
        made = World(store)
        made.beat()
        yield made


def test_a_pass_keeps_everything(world: World) -> None:
    """One pass asks for all; the setup of a process is asked once, and told on."""
    assert set(world.after(1)) == {
        "stats", "active", "reserved", "scheduled", "active_queues", "registered", "revoked", "conf",
    }  # fmt: skip
    kept = world.store.inspection
    summary = kept.summaries()[NAME]
    assert (summary.pid, summary.counts["active"], summary.missed) == (7, 1, 0)
    assert summary.pool is not None
    assert summary.pool.slots == 4
    setup = kept.setup(NAME)
    assert setup is not None
    assert "pw" not in setup.conf["broker_url"]
    assert [process.pid for process in kept.processes(NAME)] == [7]
    assert world.registered == [((NAME, 7), ["add [max_retries=3]"])]
    held = world.inspection.held(T0)
    assert held is not None
    assert (set(held.tasks), held.answered) == ({"1"}, frozenset({NAME}))
    assert world.inspection.held(T0 + 2) is None
    world.beat()
    assert "conf" not in world.after(IDLE_EVERY_S)
    assert "conf" in world.after(600)


def test_the_pace_follows_who_looks(world: World) -> None:
    """Every thirty seconds while nobody looks, every ten while somebody does, and never while nothing is seen."""
    world.after(1)
    world.now += WATCHED_EVERY_S
    world.beat()
    assert world.after(1) == []
    world.inspection.note_reader()
    assert world.after(0)
    world.now += WATCHED_EVERY_S - 1
    world.beat()
    assert world.after(1)
    world.seeing_since = None
    assert world.after(600) == []


def test_what_was_done_between_two_looks(world: World) -> None:
    """Points tell what grew in one process; a restart begins anew and is remembered."""
    world.after(1)
    for total, pid, uptime_s in ((5, 7, 91), (2, 8, 3)):
        world.total, world.pid, world.uptime_s = total, pid, uptime_s
        world.beat()
        world.after(IDLE_EVERY_S)
    points = world.store.inspection.points(NAME, T0, T0 + 100)
    assert [point.done for point in points] == [None, 5, None]
    assert [one.pid for one in world.store.inspection.processes(NAME)] == [7, 8]


def test_a_new_process_is_asked_at_once(world: World) -> None:
    """A restart is seen by its heartbeat, and not only with the next pass."""
    world.after(1)
    world.pid, world.uptime_s = 8, 1
    world.now += 2
    world.beat()
    assert "conf" in world.after(1)
    assert world.after(1) == []


def test_silence_is_asked_about(world: World) -> None:
    """A late heartbeat asks twice within seconds; what is dead is then known to be; an answer clears it."""
    world.after(1)
    world.is_mute = True
    asked = [second for second in range(2, 14) if world.after(1)]
    assert len(asked) >= 2
    assert world.state() is WorkerState.OFFLINE
    world.is_mute = False
    world.beat()
    world.after(IDLE_EVERY_S)
    assert world.store.inspection.summaries()[NAME].missed == 0


def test_one_missed_answer_is_unknown(world: World) -> None:
    """A worker whose heartbeats come is there, however often it does not answer."""
    world.after(1)
    world.is_mute = True
    for _ in range(4):
        world.now += IDLE_EVERY_S
        world.beat()
        world.after(1)
        assert world.state() is WorkerState.ONLINE
    assert world.store.inspection.summaries()[NAME].missed == 1


def test_a_refresh_asks_for_all_at_most_once_a_second(world: World) -> None:
    """Who presses twice is answered by what came the first time."""
    for seconds, is_asked in ((0.0, True), (0.5, False), (1.0, True)):
        world.now += seconds
        world.asked.clear()
        assert world.inspection.refresh(NAME) is not None
        assert bool(world.asked) is is_asked


def test_a_refresh_waits_for_its_turn_no_longer_than_a_page_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While others ask workers that do not answer, who wants one now is shown what is known."""
    known = world.inspection.refresh(NAME)
    world.now += IDLE_EVERY_S
    world.asked.clear()
    monkeypatch.setattr(inspection, "TURN_WITHIN_S", 0.0)
    with world.inspection._turn:
        assert world.inspection.refresh(NAME) == known
    assert world.asked == []
    assert world.inspection.refresh(NAME) != known


def test_without_a_broker_nothing_is_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be asked is no missed answer."""
    world.after(1)

    def fail(*_: object) -> Answers:
        raise CannotAsk("no link")

    monkeypatch.setattr(world.inspection, "_inspector", Scripted(fail))
    with pytest.raises(CannotAsk):
        world.after(IDLE_EVERY_S)
    assert world.store.inspection.summaries()[NAME].missed == 0
