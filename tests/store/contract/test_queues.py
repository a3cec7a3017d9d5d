"""What was read of queues is there at once, and its past as fine as it is kept."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.store.contract.conftest import OpenStore
from tests.support.events import T0
from umbel.model.queues import BrokerReading, Consuming, Mix, QueueReading, Share
from umbel.store.protocols import BadQuestion, Store

HOUR_S, DAY_S = 3_600.0, 86_400.0
BROKER = BrokerReading(
    at=T0, read_at=T0, url="redis://:***@host:6379/0", transport="redis", reached=True, latency_s=0.001, connections=3
)


def at(seconds: float, **other: object) -> BrokerReading:
    """Return a look that reached the broker, ``seconds`` after ``T0``."""
    return replace(BROKER, at=T0 + seconds, read_at=T0 + seconds, **other)


def waiting(ready: int | None, name: str = "q", **other: object) -> QueueReading:
    """Return a reading of a queue."""
    return replace(QueueReading(name=name, ready=ready), **other)


def test_what_was_kept_is_told_by_any_process(open_again: OpenStore) -> None:
    """The newest reading of each queue and of the broker, whole, by name."""
    store = open_again()
    assert store.queues.broker() is None
    assert store.queues.queues() == []
    mix = Mix(at=T0, looked_at=3, shares=(Share(name="send_sms", messages=2), Share(name=None, messages=1)))
    full = waiting(
        7,
        "zebra \U0001f33c <b>",
        consuming=Consuming.YES,
        workers=("w@x",),
        mix=mix,
        by_priority=((0, 4), (3, 3)),
        why={"oldest": "no message tells it"},
    )
    store.queues.keep(BROKER, [full, waiting(None, "a")])
    store.queues.keep(at(5.0), [waiting(0, "a")])
    for again in (store, open_again()):
        assert again.queues.queues() == [waiting(0, "a"), full]
        assert again.queues.queue("a") == waiting(0, "a")
        assert again.queues.queue("none") is None
        assert again.queues.broker() == at(5.0)


def test_a_broker_out_of_reach_leaves_the_queues_as_they_were(store: Store) -> None:
    """Its state is told, the figures stay, and that time has no points."""
    store.queues.keep(at(0.0), [waiting(4)])
    away = replace(BROKER, at=T0 + 30.0, reached=False, error="connection refused")
    store.queues.keep(away, [])
    store.queues.keep(at(60.0), [waiting(4)])
    assert store.queues.queue("q") == waiting(4)
    line = store.queues.line("q", T0, T0 + 70.0)
    assert line.step_s == 10
    assert line.ready == (4, None, None, None, None, None, 4)
    assert store.queues.broker_line(T0, T0 + 70.0).connections == (3, None, None, None, None, None, 3)


def test_a_queue_that_is_gone_keeps_its_past(store: Store) -> None:
    """It is listed no more, and comes back when it is seen again."""
    store.queues.keep(at(0.0), [waiting(4), waiting(1, "other")])
    store.queues.keep(at(10.0), [waiting(1, "other")], gone=["q", "never seen"])
    assert [one.name for one in store.queues.queues()] == ["other"]
    assert "q" not in store.queues.recent(T0 + 10.0)
    assert store.queues.line("q", T0, T0 + 10.0).ready == (4,)
    store.queues.keep(at(20.0), [waiting(4)])
    assert [one.name for one in store.queues.queues()] == ["other", "q"]


def test_a_point_is_the_most_of_its_step(store: Store) -> None:
    """Lengths and memory at their peak, consumers at their fewest, the oldest at its oldest; unknown stays unknown."""
    store.queues.keep(at(0.0), [waiting(2, consumers=3, oldest_at=T0 - 5.0, unacked=None)])
    store.queues.keep(at(5.0), [waiting(9, consumers=1, oldest_at=T0 + 1.0, memory_bytes=80)])
    store.queues.keep(at(9.0), [waiting(1, consumers=2)])
    line = store.queues.line("q", T0, T0 + 10.0)
    assert (line.ready, line.consumers, line.memory_bytes, line.unacked) == ((9,), (1,), (80,), (None,))
    assert line.oldest_s == (15.0,)


def test_a_queue_that_rests_is_told_all_along(open_again: OpenStore) -> None:
    """What does not change takes no room, and is there at every point, also after a restart and after an hour."""
    store = open_again()
    for second in range(0, 7_200, 60):
        store.queues.keep(at(float(second)), [waiting(5)])
    store = open_again()
    for second in range(7_200, 10_800, 60):
        store.queues.keep(at(float(second)), [waiting(5 if second < 9_000 else 8)])
    line = store.queues.line("q", T0, T0 + 10_800.0)
    assert line.step_s == 60
    assert line.ready == (5,) * 150 + (8,) * 30
    assert store.queues.recent(T0 + 10_799.0, points=4, step_s=1_800)["q"] == (5, 5, 5, 8)
    assert set(store.queues.line("never", T0, T0 + 600.0).ready) == {None}


def test_old_readings_go(store: Store) -> None:
    """Ten seconds are kept for a day, minutes for a week; a queue that is gone for longer is forgotten."""
    store.queues.keep(at(0.0), [waiting(1), waiting(1, "gone")])
    store.queues.keep(at(5.0), [waiting(1)], gone=["gone"])
    later = 2 * DAY_S
    store.queues.keep(at(later), [waiting(2)])
    store.queues.keep(at(later + 5.0), [waiting(2)])
    assert store.queues.line("q", T0, T0 + HOUR_S).ready[0] == 1
    assert store.queues.line("q", T0, T0 + HOUR_S).step_s == 60
    last = 8 * DAY_S
    store.queues.keep(at(last), [waiting(3)])
    store.queues.keep(at(last + 5.0), [waiting(3)])
    assert set(store.queues.line("q", T0, T0 + HOUR_S).ready) == {None}
    assert store.queues.queue("gone") is None


def test_a_question_must_make_sense(store: Store) -> None:
    """An interval that ends before it begins, or is longer than what is kept, is refused."""
    with pytest.raises(BadQuestion):
        store.queues.line("q", T0, T0)
    with pytest.raises(BadQuestion):
        store.queues.broker_line(T0, T0 + 8 * DAY_S)
    assert len(store.queues.line("q", T0, T0 + 7 * DAY_S).starts) <= 400
