"""Results as Redis publishes them: an end whose event was lost is known seconds later all the same.

Where the result backend is Redis, Celery publishes each result it stores (``celery.backends.redis.RedisBackend._set``)
on a channel named like its key. Most say what an event says as well, so each waits until events that are newer have
come; only one that still has no event by then is handed on, as learnt from the result backend.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import redis
from celery import Celery
from celery.backends.redis import RedisBackend
from msgspec import Struct
from msgspec.structs import replace

from umbel.ingest.backoff import Backoff
from umbel.ingest.errors import NotSupported
from umbel.ingest.health import ResultFeedHealth
from umbel.ingest.receivers.pubsub_link import PubSubLink
from umbel.model.events import Event, Learnt
from umbel.model.learnt import from_backend
from umbel.model.secrets import Masker, mask_url

HOLD_S: Final = 3.0
"""How long a result waits for its event at least."""
HOLD_AT_MOST_S: Final = 30.0
"""And at most, where no newer event comes at all."""
AHEAD_S: Final = 1.0
"""Events this much newer than the result have overtaken its own."""
TIDY_EVERY_S: Final = 2 * HOLD_S
"""An event may come so long before its result, and is then still known to have come."""
MAX_WAITING: Final = 50_000
MAX_WAITING_BYTES: Final = 64 * 1024 * 1024
MAX_RESULT_BYTES: Final = 1024 * 1024

_LOOK_S: Final = 0.5
_ENDS: Final = frozenset({"task-succeeded", "task-failed", "task-revoked", "task-rejected"})
_READY: Final = frozenset({"SUCCESS", "FAILURE", "REVOKED", "REJECTED"})


class _Head(Struct, gc=False):
    task_id: str
    status: str


class _Waiting(NamedTuple):
    came_at: float
    task_id: str
    payload: bytes


class Ended:
    """The tasks whose end was seen lately, and how new the newest event is. One thread adds, another one asks."""

    def __init__(self) -> None:
        self.newest_at = 0.0
        self._new: set[str] = set()
        self._old: set[str] = set()

    def see(self, events: Sequence[Event]) -> None:
        """Note the ends among these events."""
        self._new.update([event.uuid for event in events if event.type in _ENDS])  # type: ignore[union-attr]  # tasks'
        if events:
            self.newest_at = max(self.newest_at, events[-1].timestamp)

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._new or task_id in self._old

    def forget(self) -> None:
        """Forget those that were already there at the last call."""
        self._old, self._new = self._new, set()


class WaitingRoom:
    """Results that wait for their events. ``dropped`` counts those for which there was no room."""

    def __init__(self, ended: Ended) -> None:
        self.dropped = 0
        self._ended = ended
        self._head = msgspec.json.Decoder(_Head).decode
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0

    def add(self, payloads: Iterable[bytes], now: float) -> None:
        """Let these results wait, but for those that are no end, or whose event was there first."""
        for payload in payloads:
            if len(payload) > MAX_RESULT_BYTES:
                self.dropped += 1
                continue
            with contextlib.suppress(msgspec.MsgspecError, RecursionError):  # what is no result in JSON is none of ours
                head = self._head(payload)
                if head.status in _READY and head.task_id not in self._ended:
                    self._waiting.append(_Waiting(now, head.task_id, payload))
                    self._bytes += len(payload)
        while len(self._waiting) > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
            self._take()
            self.dropped += 1

    def due(self, now: float) -> list[Learnt]:
        """Take out those that have waited long enough, and return what they say where no event said it."""
        facts: list[Learnt] = []
        while self._waiting and self._is_due(self._waiting[0].came_at, now):
            came_at, task_id, payload = self._take()
            if task_id not in self._ended:
                facts += _learnt(task_id, payload, came_at)
        return facts

    def tidy(self) -> None:
        """Take out those whose event has come, and forget the ends that were already noted at the last call.

        So an end need not be remembered for as long as a result may wait.
        """
        self._waiting = deque(one for one in self._waiting if one.task_id not in self._ended)
        self._bytes = sum(len(one.payload) for one in self._waiting)
        self._ended.forget()

    def __len__(self) -> int:
        return len(self._waiting)

    def _is_due(self, came_at: float, now: float) -> bool:
        waited_s = now - came_at
        is_overtaken = self._ended.newest_at > came_at + AHEAD_S
        return waited_s < 0 or waited_s > HOLD_AT_MOST_S or (is_overtaken and waited_s > HOLD_S)

    def _take(self) -> _Waiting:
        first = self._waiting.popleft()
        self._bytes -= len(first.payload)
        return first


class ResultFeed:
    """Listens to the result backend of ``app`` on a thread of its own. ``start`` once, ``stop`` once.

    ``learn`` takes the facts. ``see`` must be told of all events. ``clock`` gives epoch seconds. Nothing here is needed
    for events to be collected: a feed that cannot be had says so in its health, and that is all.
    """

    def __init__(
        self,
        app: Celery,
        learn: Callable[[Sequence[Learnt]], None],
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
    ) -> None:
        url = str(app.conf.result_backend or "")
        self._app = app
        self._learn = learn
        self._clock = clock
        self._logger = logger
        self._masker = Masker(url)
        self._backoff = Backoff(random)
        self._ended = Ended()
        self._room = WaitingRoom(self._ended)
        self._tidy_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-results", daemon=True)
        self._health = ResultFeedHealth(url=mask_url(url), state="connecting", since=clock())

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End it, without waiting longer for a server that is silent."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def see(self, events: Sequence[Event]) -> None:
        """Note what was received; cheap, and for the receiving thread."""
        state = self._health.state
        if state == "connected" or (state == "reconnecting" and len(self._room)):
            self._ended.see(events)

    def health(self) -> ResultFeedHealth:
        """Return how it is. Any thread may call it."""
        return replace(self._health, waiting=len(self._room), dropped=self._room.dropped)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except NotSupported as reason:
                self._become("off", str(reason))
                return
            except Exception as error:  # noqa: BLE001 - drivers raise what they like; all of it means "not now"
                told = self._masker.clean(f"{type(error).__name__}: {error}")[:500]
                self._become("reconnecting", told)
                self._logger.warning("No results from %s: %s", self._health.url, told)
                self._room.tidy()
                self._stopping.wait(self._backoff.next_s())
        self._become("stopped", self._health.last_error)

    def _listen(self) -> None:
        link = _open(self._app)
        try:
            self._become("connected", None)
            while not self._stopping.is_set():
                self._room.add(link.read(_LOOK_S), self._clock())
                self._hand_over()
                link.keep_alive()
                self._backoff.reset()
        finally:
            link.close()

    def _hand_over(self) -> None:
        now = self._clock()
        facts = self._room.due(now)
        if facts:
            self._learn(facts)
            self._health = replace(self._health, learnt=self._health.learnt + len(facts))
        if not 0 <= self._tidy_at - now <= TIDY_EVERY_S:
            self._room.tidy()
            self._tidy_at = now + TIDY_EVERY_S

    def _become(self, state: Any, error: str | None) -> None:  # noqa: ANN401 - one of the words of its health
        self._health = replace(self._health, state=state, since=self._clock(), last_error=error)


def _open(app: Celery) -> PubSubLink:
    """Subscribe to the results; raises NotSupported where the backend is not one Redis, or what its driver raises."""
    try:
        backend: Any = app.backend
    except Exception as error:  # a driver that is not installed, a URL that makes no sense
        raise NotSupported(f"the result backend cannot be used: {type(error).__name__}") from error
    if not isinstance(backend, RedisBackend) or not hasattr(backend.client, "connection_pool"):
        raise NotSupported("the result backend is not Redis")
    prefix: Any = backend.task_keyprefix  # bytes, where the stubs say text
    pattern = (prefix.decode() if isinstance(prefix, bytes) else str(prefix)) + "*"
    connection: Any = backend.client.connection_pool.make_connection()
    try:
        connection.connect()
        return PubSubLink(connection, pattern)
    except BaseException:
        with contextlib.suppress(OSError, redis.RedisError):
            connection.disconnect()
        raise


def _learnt(task_id: str, payload: bytes, now: float) -> list[Learnt]:
    try:
        meta = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, RecursionError):
        return []
    fact = from_backend(task_id, meta, now) if isinstance(meta, dict) else None
    return [] if fact is None else [fact]
