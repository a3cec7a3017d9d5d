"""A slow reader costs only itself."""

import asyncio
import logging
from contextlib import closing
from pathlib import Path

import pytest

from umbel.live.changes import Gap, Snapshot
from umbel.live.hub import QUEUE_LIMIT, READERS_LIMIT, TASKS, Hub, Subscription, TooManyReaders, Topic
from umbel.store.registry import open_store


def test_there_is_an_end_to_open_streams(tmp_path: Path) -> None:
    """One more than are served at once is refused, and served again when another one goes."""

    async def fill(hub: Hub) -> None:
        await hub.start()
        open_streams = [await hub.subscribe([TASKS]) for _ in range(READERS_LIMIT)]
        with pytest.raises(TooManyReaders):
            hub.must_have_room()
        hub.unsubscribe(open_streams[0])
        hub.must_have_room()

    with closing(open_store(str(tmp_path / "umbel.db"))) as store:
        asyncio.run(fill(Hub(store, (), log=logging.getLogger("test"))))


def test_what_did_not_change_is_sent_once(tmp_path: Path) -> None:
    """To each reader: one that came later gets it, too; and after a gap it is sent again."""
    values = ["a", "a", "b", "b", "b", "b"]
    asked = iter(values)

    async def listen(hub: Hub) -> None:
        await hub.start()
        first = await hub.subscribe(["workers"])
        for _ in range(3):
            await hub._tick()
        second = await hub.subscribe(["workers"])
        await hub._tick()
        told = [[one.value for one in reader._queue if isinstance(one, Snapshot)] for reader in (first, second)]
        assert told == [["a", "b"], ["b"]]
        for seq in range(QUEUE_LIMIT):
            first.put(Snapshot(seq=seq, topic="workers", value="old"))
        await hub._tick()
        last = first._queue[-1]
        assert isinstance(last, Snapshot)
        assert (last.value, second.waiting) == ("b", 1)

    topic = Topic(name="workers", read=lambda: next(asked), every_s=0.0, if_changed=True)
    with closing(open_store(str(tmp_path / "umbel.db"))) as store:
        asyncio.run(listen(Hub(store, [topic], log=logging.getLogger("test"))))


def test_a_full_queue_becomes_one_gap() -> None:
    """A reader that does not keep up is told so once, and goes on from there."""

    async def read() -> list[object]:
        subscription = Subscription(frozenset({"health"}))
        for seq in range(QUEUE_LIMIT + 2):
            subscription.put(Snapshot(seq=seq, topic="health", value=seq))
        return [await subscription.next(1), await subscription.next(1), await subscription.next(0.01)]

    gap, after, nothing = asyncio.run(read())
    assert isinstance(gap, Gap)
    assert gap.seq == QUEUE_LIMIT
    assert isinstance(after, Snapshot)
    assert nothing is None
