"""Results that Redis publishes: each waits for its event, and is of use where none comes."""

import json
import logging
import threading
import time
from typing import Any

import pytest

from tests.support.clock import ManualClock
from tests.support.events import T0
from tests.support.processes import wait_until
from umbel.ingest import feed
from umbel.ingest.app import make_app
from umbel.ingest.feed import AHEAD_S, HOLD_AT_MOST_S, HOLD_S, TIDY_EVERY_S, Ended, ResultFeed, WaitingRoom
from umbel.model.events import TaskEvent, WorkerEvent


def result(task_id: str, status: str = "SUCCESS", **fields: Any) -> bytes:
    """Return what Celery publishes."""
    meta = {"status": status, "result": 3, "traceback": None, "children": [], "date_done": None, "task_id": task_id}
    return json.dumps({**meta, **fields}).encode()


class Room:
    """A waiting room, its clock, and what it has told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ended = Ended()
        self.room = WaitingRoom(self.ended)

    def came(self, *payloads: bytes) -> None:
        """Results come in now."""
        self.room.add(payloads, self.clock())

    def heartbeat(self, ago_s: float = 0.0) -> None:
        """An event is seen that was sent so long ago."""
        self.ended.see([WorkerEvent(type="worker-heartbeat", hostname="w", timestamp=self.clock() - ago_s)])

    def end(self, task_id: str, type_: str = "task-succeeded", ago_s: float = 0.0) -> None:
        """An event of this task is seen that was sent so long ago."""
        self.ended.see([TaskEvent(type=type_, uuid=task_id, hostname="w", timestamp=self.clock() - ago_s)])

    def told(self) -> list[str]:
        """Whose ends are told now."""
        return [fact.uuid for fact in self.room.due(self.clock())]


def test_an_event_that_comes_in_time_makes_the_result_needless() -> None:
    """Whether it comes before its result or after it."""
    it = Room()
    it.end("before")
    it.came(result("before"), result("after"))
    it.end("after", "task-failed")
    it.clock.forward(HOLD_S + 1)
    it.heartbeat()

    assert it.told() == []
    assert len(it.room) == 0


def test_a_result_whose_event_was_lost_is_told() -> None:
    """Once events that are newer have come; a start is no end."""
    it = Room()
    it.came(result("lost", worker="w1@host", name="shop.pay"))
    it.end("lost", "task-started")
    it.clock.forward(HOLD_S + 1)
    assert it.told() == [], "no newer event has come"
    it.heartbeat(ago_s=HOLD_S + 1 - AHEAD_S / 2)
    assert it.told() == [], "it is not so much newer"
    it.heartbeat()
    facts = it.room.due(it.clock())

    assert [(fact.uuid, fact.state, fact.source) for fact in facts] == [("lost", "SUCCESS", "result backend")]
    assert (facts[0].name, facts[0].hostname, facts[0].timestamp) == ("shop.pay", "w1@host", T0)


@pytest.mark.parametrize("behind_s", [0.0, 15.0, 40.0])
def test_clocks_that_lag_make_no_event_a_lost_one(behind_s: float) -> None:
    """Where no stamp is ever newer than the results, these wait long, and their events are not forgotten meanwhile."""
    it = Room()
    told: list[str] = []
    for second in range(120):
        it.came(*([result(f"seen {second}"), result(f"lost {second}")] if second < 60 else []))
        it.end(f"seen {second}", ago_s=behind_s)
        it.heartbeat(ago_s=behind_s)
        it.clock.forward(1.0)
        told += it.told()
        if second % TIDY_EVERY_S == 0:
            it.room.tidy()

    assert told == [f"lost {second}" for second in range(60)]
    assert (len(it.room), it.room._bytes) == (0, 0)


def test_where_no_event_comes_at_all_results_are_told_late() -> None:
    """Workers that send no events may still have results."""
    it = Room()
    it.came(result("lost"))
    it.clock.forward(HOLD_AT_MOST_S - 1)
    assert it.told() == []
    it.clock.forward(2)
    assert it.told() == ["lost"]


def test_what_is_no_end_is_passed_over() -> None:
    """A start, a retry, a custom state, and what is no result of Celery's."""
    it = Room()
    it.came(result("a", "STARTED"), result("b", "RETRY"), result("c", "PROGRESS"), b"\x80\x04pickle", b"[]", b"{}")
    it.clock.forward(HOLD_AT_MOST_S + 1)

    assert (len(it.room), it.told()) == (0, [])


def test_what_cannot_be_read_is_no_fault() -> None:
    """A result may hold anything."""
    it = Room()
    it.came(result("deep", result=json.loads("[" * 400 + "]" * 400)), result("odd", worker=7, retries="x", name=[]))
    it.clock.forward(HOLD_AT_MOST_S + 1)

    assert it.told() == ["deep", "odd"]


def test_there_is_only_so_much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest give way, and are counted, as are those that are too large."""
    monkeypatch.setattr(feed, "MAX_WAITING", 3)
    monkeypatch.setattr(feed, "MAX_RESULT_BYTES", 1_000)
    it = Room()
    it.came(*(result(str(number)) for number in range(5)), result("large", result="x" * 2_000))
    it.clock.forward(HOLD_AT_MOST_S + 1)

    assert it.told() == ["2", "3", "4"]
    assert it.room.dropped == 3


def test_ends_are_remembered_for_a_while_only() -> None:
    """Memory does not grow with the tasks that ran."""
    ended = Ended()
    ended.see([TaskEvent(type="task-succeeded", uuid="one", hostname="w", timestamp=T0)])
    ended.forget()
    assert "one" in ended
    ended.forget()
    assert "one" not in ended


@pytest.mark.parametrize("before", [400, 440, 455, 470, 500])
def test_no_piece_of_a_password_is_told(
    before: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever a driver's long message is cut."""
    url = "redis://:very-long-s3cret@127.0.0.1:1/0"

    def fails(_: object) -> None:
        raise OSError("x" * before + f" {url}")

    monkeypatch.setattr(feed, "_open", fails)
    app = make_app("memory://", result_backend=url)
    it = ResultFeed(app, lambda _: None, clock=ManualClock(), random=lambda: 0.0, logger=logging.getLogger("test"))
    it.start()
    try:
        wait_until(lambda: it.health().last_error, "it failed", within_s=10)
    finally:
        it.stop()

    told = it.health().last_error or ""
    assert told.startswith("OSError: xxx")
    assert len(told) <= 500
    assert "very" not in told + caplog.text


def test_events_that_come_while_the_results_are_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that waits since before the link broke is not told where its event came meanwhile."""
    clock = ManualClock()
    told: list[str] = []
    it = ResultFeed(
        make_app("memory://", result_backend="redis://127.0.0.1:1/0"),
        lambda facts: told.extend(fact.uuid for fact in facts),
        clock=clock,
        random=lambda: 0.0,
        logger=logging.getLogger("test"),
    )

    class Link:
        """Has two results; breaks where it is told so."""

        def __init__(self, results: list[bytes]) -> None:
            self._results = results

        def read(self, timeout_s: float) -> list[bytes]:
            if not self._results and len(links) == 1:
                raise OSError("cut")
            time.sleep(min(timeout_s, 0.01))
            results, self._results = self._results, []
            return results

        def keep_alive(self) -> None:
            """Nothing is sent."""

        def close(self) -> None:
            """Nothing is held."""

    links: list[Link] = []

    def open_link(_: object) -> Link:
        if links:
            wait_until(is_seen.is_set, "an event came meanwhile", within_s=10)
        links.append(Link([] if links else [result("seen"), result("lost")]))
        return links[-1]

    is_seen = threading.Event()
    monkeypatch.setattr(feed, "_open", open_link)
    it.start()
    try:
        wait_until(lambda: it.health().state == "reconnecting", "the link broke", within_s=10)
        it.see([TaskEvent(type="task-succeeded", uuid="seen", hostname="w", timestamp=clock())])
        is_seen.set()
        wait_until(lambda: it.health().state == "connected", "it is back", within_s=10)
        clock.forward(HOLD_AT_MOST_S + 1)
        wait_until(lambda: told, "what was lost is told", within_s=10)
    finally:
        it.stop()
    assert told == ["lost"]
