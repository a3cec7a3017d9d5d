"""The bounded buffer between the thread that receives and the thread that writes, handed out in batches."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from umbel.ingest.health import Dropped
from umbel.model.events import LEARNT_TYPE
from umbel.store.protocols import Arrival

DEFAULT_BATCH_EVENTS: Final = 5_000
DEFAULT_BATCH_S: Final = 0.25
DEFAULT_BUFFER_EVENTS: Final = 100_000
LARGEST_BATCH: Final = 4
"""What came while the batch before was written goes into one that may be so many times as large: the busier it is, the
fewer transactions it takes."""
NEARLY_FULL: Final = 0.9
OVERFLOWS_KEPT: Final = 100
HEARTBEATS: Final = "worker-heartbeat"
"""Dropped heartbeats tell of no task."""

_MAKE_ROOM: Final = 0.05
"""An overflow frees this share of the buffer more than it must, so that not every push has to look through it."""
_LEAST_WANTED_FIRST: Final = (
    frozenset({HEARTBEATS}),
    frozenset[str](),  # every type that is not named here, which are the custom ones
    frozenset({"task-started"}),
    frozenset({"task-sent"}),
    frozenset({"task-received", "worker-online", "worker-offline"}),
    frozenset({"task-retried", "task-cancelled", "task-rejected", "task-revoked"}),
    frozenset({"task-succeeded", "task-failed", LEARNT_TYPE}),
)
_CUSTOM: Final = 1
_RANK: Final = {type_: rank for rank, types in enumerate(_LEAST_WANTED_FIRST) for type_ in types}


class Batch(Struct, frozen=True, kw_only=True):
    """What is to be committed at once. All messages up to the receiver's ``token`` are in it or were before it."""

    arrivals: Sequence[Arrival]
    token: int


class _Chunk:
    """What one push brought."""

    __slots__ = ("arrivals", "token")

    def __init__(self, arrivals: list[Arrival], token: int) -> None:
        self.arrivals = arrivals
        self.token = token


class Batcher:
    """A queue of events with room for ``limit`` of them.

    A batch is closed at ``batch_events`` events or ``batch_s`` seconds after its first one came, and takes up to
    ``LARGEST_BATCH`` times as many that wait by then. When the buffer is
    full the least wanted events are dropped, oldest first: heartbeats, custom events, starts, ..., the ends of tasks
    last; each is counted by its type.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        batch_events: int = DEFAULT_BATCH_EVENTS,
        batch_s: float = DEFAULT_BATCH_S,
        limit: int = DEFAULT_BUFFER_EVENTS,
    ) -> None:
        self.limit = limit
        self._clock = clock
        self._batch_events = batch_events
        self._batch_s = batch_s
        self._chunks: deque[_Chunk] = deque()
        self._size = 0
        self._token = self._newest_token = 0
        self._opened_at: float | None = None
        self._closed = False
        self._dropped: Counter[str] = Counter()
        self._overflow_count = 0
        self._overflows: deque[Dropped] = deque(maxlen=OVERFLOWS_KEPT)
        self._changed = threading.Condition()

    def push(self, arrivals: list[Arrival], token: int | None = None) -> None:
        """Add what arrived with the message of this token (greater than those before), in its order.

        Without a token it is of no message.
        """
        with self._changed:
            token = self._newest_token = self._newest_token if token is None else token
            if self._opened_at is None and arrivals:
                self._opened_at = self._clock()
            if arrivals or not self._chunks:
                self._chunks.append(_Chunk(arrivals, token))
            else:
                self._chunks[-1].token = token
            self._size += len(arrivals)
            if self._size > self.limit:
                self._drop(self._size - int(self.limit * (1 - _MAKE_ROOM)))
            if len(self._chunks) == 1 or self._size >= self._batch_events or not arrivals:
                self._changed.notify()

    def take(self, timeout_s: float) -> Batch | None:
        """Return the next batch, waiting at most ``timeout_s`` for its first event and until it is closed.

        ``None`` when no event came in time. A batch without events only brings a newer token.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._closed, timeout_s)
            while not self._is_due():
                self._changed.wait(self._due_in_s())
            return self._cut_off() if self._chunks else None

    def close(self) -> None:
        """End all waiting: from now on ``take`` returns at once with what there is."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def give_up(self, in_hand: Sequence[Arrival]) -> None:
        """Drop all that waits, and what was taken and not stored."""
        with self._changed:
            gone = [*in_hand, *(arrival for chunk in self._chunks for arrival in chunk.arrivals)]
            self._chunks.clear()
            self._size = 0
            self._note_dropped(gone, at_stop=True)

    @property
    def size(self) -> int:
        """How many events wait."""
        return self._size

    @property
    def room(self) -> int:
        """How many events may come before it is nearly full. The rest is for what cannot wait."""
        return max(0, int(self.limit * NEARLY_FULL) - self._size)

    def dropped(self) -> dict[str, int]:
        """Return how many events were dropped, by type."""
        with self._changed:
            return dict(self._dropped)

    def drops(self) -> tuple[dict[str, int], tuple[Dropped, ...]]:
        """Return how many events were dropped, by type, and when those of the newest overflows had arrived."""
        with self._changed:
            return dict(self._dropped), tuple(self._overflows)

    def _is_due(self) -> bool:
        waits = not self._closed and 0 < self._size < self._batch_events
        return not waits or self._due_in_s() <= 0

    def _due_in_s(self) -> float:
        opened_at = self._clock() if self._opened_at is None else self._opened_at
        return min(self._batch_s, opened_at + self._batch_s - self._clock())  # also where the clock was set back

    def _cut_off(self) -> Batch:
        taken: list[Arrival] = []
        most = self._batch_events * LARGEST_BATCH
        while self._chunks and len(taken) < most:
            chunk, room = self._chunks[0], most - len(taken)
            if len(chunk.arrivals) > room:
                taken += chunk.arrivals[:room]
                chunk.arrivals = chunk.arrivals[room:]
                break
            taken += chunk.arrivals
            self._token = self._chunks.popleft().token
        self._size -= len(taken)
        self._opened_at = self._clock() if self._size else None
        return Batch(arrivals=taken, token=self._token)

    def _drop(self, surplus: int) -> None:
        """Take ``surplus`` events out, the least wanted first and of these the oldest first."""
        by_rank = Counter(_rank(arrival) for chunk in self._chunks for arrival in chunk.arrivals)
        to_drop = [0] * len(_LEAST_WANTED_FIRST)
        for rank in range(len(to_drop)):
            to_drop[rank] = min(surplus, by_rank[rank])
            surplus -= to_drop[rank]
        gone: list[Arrival] = []
        for chunk in self._chunks:
            chunk.arrivals = [arrival for arrival in chunk.arrivals if not _is_in(to_drop, arrival, gone)]
        self._note_dropped(gone)
        self._merge_emptied()
        self._size = sum(len(chunk.arrivals) for chunk in self._chunks)

    def _merge_emptied(self) -> None:
        """Pass the token of an emptied chunk on to what was before it, and keep no place for it."""
        left: deque[_Chunk] = deque()
        for chunk in self._chunks:
            if left and not chunk.arrivals:
                left[-1].token = chunk.token
            else:
                left.append(chunk)
        self._chunks = left

    def _note_dropped(self, gone: list[Arrival], *, at_stop: bool = False) -> None:
        self._dropped.update(map(_counted_as, gone))
        arrived = [arrival.at for arrival in gone if arrival.event.type != HEARTBEATS]
        if arrived:
            self._overflow_count += 1
            self._overflows.append(
                Dropped(number=self._overflow_count, since=min(arrived), until=max(arrived), at_stop=at_stop)
            )


def _is_in(to_drop: list[int], arrival: Arrival, gone: list[Arrival]) -> bool:
    """Whether this one is to go, which counts it off and adds it to what is gone."""
    rank = _rank(arrival)
    if not to_drop[rank]:
        return False
    to_drop[rank] -= 1
    gone.append(arrival)
    return True


def _rank(arrival: Arrival) -> int:
    return _RANK.get(arrival.event.type, _CUSTOM)


def _counted_as(arrival: Arrival) -> str:
    """Return the type, one name for all custom types, of which there may be many."""
    type_ = arrival.event.type
    return type_ if type_ in _RANK else "task-(custom)"
