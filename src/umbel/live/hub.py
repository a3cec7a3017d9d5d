"""Tails the store's journal and fans out what changed.

One task reads for all subscribers, so that a hundred open pages cost one query a tick. Each subscriber has a bounded
queue; when it is full its content gives way to one ``Gap``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from msgspec import Struct

from umbel.live.changes import Change, Gap, Snapshot, TaskChanges
from umbel.live.lines import Heard, Lines
from umbel.model.errors import UmbelError
from umbel.store.protocols import JournalBatch, StoreError

TASKS: Final = "tasks"
LINES: Final = "lines"
TASKS_PER_CHANGE: Final = 300
"""More changed rows than this in one tick are sampled, newest first: nobody reads faster."""
QUEUE_LIMIT: Final = 64
READERS_LIMIT: Final = 500
"""Streams that are open at once; each costs a queue and a share of every tick."""
RESUME_LIMIT: Final = 400
"""Batches that a reconnect replays at most; beyond it a gap is cheaper."""
TICK_S: Final = 0.2
POLL_S: Final = 1.0


class TooManyReaders(UmbelError):
    """As many streams are open as are served at once."""


class Topic(Struct, frozen=True, kw_only=True):
    """A topic that is shown whole: ``read`` is called in a thread, at most every ``every_s`` seconds.

    With ``if_changed`` nobody is sent again what they were sent last: such a topic is large.
    """

    name: str
    read: Callable[[], Any]
    every_s: float
    if_changed: bool = False


class HubState(Struct, frozen=True, kw_only=True):
    """How many streams are open, how many messages wait for the slowest, and how often one was told to reload."""

    readers: int
    longest_queue: int
    queue_limit: int = QUEUE_LIMIT
    told_to_reload: int


class Subscription:
    """One reader's queue. Iterate it; ``close`` ends the iteration."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.shown: dict[str, Any] = {}
        """By topic, the value that was queued last and not lost."""
        self._queue: deque[Change] = deque()
        self._ready = asyncio.Event()
        self._closed = False
        self.told_to_reload = 0

    @property
    def waiting(self) -> int:
        """How many messages wait to be read."""
        return len(self._queue)

    def put(self, change: Change) -> None:
        """Queue ``change``; a full queue is replaced by a gap."""
        if len(self._queue) >= QUEUE_LIMIT:
            self._queue.clear()
            self.shown.clear()
            self.told_to_reload += 1
            change = Gap(seq=change.seq, reason="this page reads more slowly than things change")
        self._queue.append(change)
        self._ready.set()

    def close(self) -> None:
        """End the iteration once the queue is empty."""
        self._closed = True
        self._ready.set()

    async def next(self, timeout_s: float) -> Change | None:
        """Return the next change, ``None`` when none came in time. Raises StopAsyncIteration after ``close``."""
        if not self._queue and not self._closed:
            try:
                await asyncio.wait_for(self._ready.wait(), timeout_s)
            except TimeoutError:
                return None
        if not self._queue:
            raise StopAsyncIteration
        change = self._queue.popleft()
        if not self._queue and not self._closed:
            self._ready.clear()
        return change


class Hub:
    """The fan-out. ``run`` until cancelled; ``wake`` from any thread after a commit."""

    def __init__(self, store: Heard, topics: Iterable[Topic], *, log: logging.Logger) -> None:
        self._store = store
        self._topics = {topic.name: topic for topic in topics}
        self._log = log
        self._subscriptions: set[Subscription] = set()
        self.lines = Lines(store)
        self._seq = 0
        self._lines_seq = 0
        self._told_to_reload = 0
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read_at: dict[str, float] = {}

    @property
    def seq(self) -> int:
        """The journal position up to which changes were sent."""
        return self._seq

    def state(self) -> HubState:
        """Return how the fan-out is. Any thread may call it."""
        readers = list(self._subscriptions)
        return HubState(
            readers=len(readers),
            longest_queue=max((reader.waiting for reader in readers), default=0),
            told_to_reload=self._told_to_reload + sum(reader.told_to_reload for reader in readers),
        )

    def must_have_room(self) -> None:
        """Raise TooManyReaders where no further subscription can be had."""
        if len(self._subscriptions) >= READERS_LIMIT:
            raise TooManyReaders(f"{READERS_LIMIT} live pages are open, which is all that are served at once")

    def wake(self) -> None:
        """Say that something was committed. Safe from any thread, and before and after ``run``."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._woken.set)

    async def subscribe(self, topics: Iterable[str]) -> Subscription:
        """Return a new subscription to those of ``topics`` that exist, to what is committed from now on."""
        subscription = Subscription(frozenset(topics) & {TASKS, LINES, *self._topics})
        async with self._turn:
            if not self._has_readers(TASKS):
                self._seq = (await asyncio.to_thread(self._store.journal_span)).newest
            if not self._has_readers(LINES):
                self._lines_seq = self._seq
            self._subscriptions.add(subscription)
        for topic in subscription.topics:
            self._read_at.pop(topic, None)
        self._woken.set()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        if subscription in self._subscriptions:
            self._subscriptions.discard(subscription)
            self._told_to_reload += subscription.told_to_reload

    def close(self) -> None:
        """End every subscription."""
        for subscription in self._subscriptions:
            subscription.close()

    async def start(self) -> None:
        """Find the journal's end. Changes are sent from there on."""
        self._loop = asyncio.get_running_loop()
        self._woken, self._turn = asyncio.Event(), asyncio.Lock()
        self._seq = (await asyncio.to_thread(self._store.journal_span)).newest

    async def run(self) -> None:
        """Send what changes, until cancelled. A failing store is logged and tried again."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_S)
            self._woken.clear()
            try:
                await self._tick()
            except StoreError as error:
                self._log.warning("the live tail cannot read the store: %s", error)
            except Exception:  # noqa: BLE001  # one bad tick must not end the tail for everybody
                self._log.exception("a fault in the live tail; going on")
            await asyncio.sleep(TICK_S)

    async def changes_after(self, seq: int) -> AsyncIterator[Change]:
        """Yield what happened after ``seq``, up to now: one change with all tasks, or a gap."""
        span = await asyncio.to_thread(self._store.journal_span)
        if seq >= span.newest:
            if seq > span.newest:
                yield Gap(seq=span.newest, reason="the store was replaced")
            return
        if seq < span.oldest - 1:
            yield Gap(seq=span.newest, reason="the journal no longer holds what was missed")
            return
        batches = await asyncio.to_thread(self._store.journal, seq, RESUME_LIMIT)
        if not batches or batches[-1].seq < span.newest:
            yield Gap(seq=span.newest, reason="too much changed meanwhile")
            return
        yield await self._changes(batches)

    async def _tick(self) -> None:
        async with self._turn:
            if self._has_readers(TASKS):
                await self._send_tasks()
            if self._has_readers(LINES):
                await self._send_lines()
        for topic in self._topics.values():
            await self._send_topic(topic)

    async def _send_tasks(self) -> None:
        batches = await asyncio.to_thread(self._store.journal, self._seq)
        if not batches:
            return
        changes = await self._changes(batches)
        self._seq = changes.seq
        if changes.changed:
            self._publish(TASKS, changes)

    async def _send_lines(self) -> None:
        changes = await asyncio.to_thread(self.lines.after, self._lines_seq)
        if changes is not None:
            self._lines_seq = changes.seq
            self._publish(LINES, changes)

    async def _changes(self, batches: list[JournalBatch]) -> TaskChanges:
        ids = list(dict.fromkeys(task_id for batch in reversed(batches) for task_id in reversed(batch.task_ids)))
        wanted = ids[:TASKS_PER_CHANGE]
        tasks = await asyncio.to_thread(self._store.tasks_by_id, wanted) if wanted else []
        places = {task_id: place for place, task_id in enumerate(reversed(wanted))}
        tasks.sort(key=lambda task: places[task.id])
        return TaskChanges(seq=batches[-1].seq, tasks=tuple(tasks), changed=len(ids), sampled=len(ids) > len(wanted))

    async def _send_topic(self, topic: Topic) -> None:
        if not self._has_readers(topic.name):
            return
        now = asyncio.get_running_loop().time()
        if now - self._read_at.get(topic.name, float("-inf")) < topic.every_s:
            return
        self._read_at[topic.name] = now
        value = await asyncio.to_thread(topic.read)
        for subscription in self._readers(topic.name):
            if not topic.if_changed or subscription.shown.get(topic.name) != value:
                subscription.shown[topic.name] = value
                subscription.put(Snapshot(seq=self._seq, topic=topic.name, value=value))

    def _has_readers(self, topic: str) -> bool:
        return any(topic in subscription.topics for subscription in self._subscriptions)

    def _readers(self, topic: str) -> list[Subscription]:
        return [subscription for subscription in self._subscriptions if topic in subscription.topics]

    def _publish(self, topic: str, change: Change) -> None:
        for subscription in self._readers(topic):
            subscription.put(change)
