"""A slow reader costs only itself."""

import asyncio

from umbel.live.changes import Gap, Snapshot
from umbel.live.hub import QUEUE_LIMIT, Subscription


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
