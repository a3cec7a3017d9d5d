"""Keeps the gaps: notes in the store when events may have been missed, and why.

It looks at the health of the collector about once a second, and stores what has changed. While nothing is committed it
stores every few seconds that the collector is at work, so that the next start knows how long nobody was, also after
kill -9.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from umbel.ingest.drops import Drops
from umbel.ingest.health import BrokerHealth, IngestHealth
from umbel.model.gaps import Gap, GapKind
from umbel.store.protocols import GapStore, StoreError

LOOK_EVERY_S: Final = 1.0
SIGN_EVERY_S: Final = 5.0
ACCOUNT_EVERY_S: Final = 5.0
LOOKS: Final = 3
MOST_WORKERS: Final = 100
"""Of so many workers at once a loss is noted."""
GOES_ON_S: Final = 60.0
"""A worker that loses again within so long has not stopped to lose: its gap is lengthened."""
MOST_UNSENT: Final = 10_000
"""So many gaps wait for a store that does not take them; the oldest give way."""

_Key = tuple[GapKind, str | None, float]


class GapKeeper:
    """Watches a collector. ``start`` before the collector starts, ``stop`` after it has stopped.

    ``losses`` tells how many events of each worker are missing so far. ``on_change`` is told, on the keeper's thread,
    of each gap that was stored, also when it lasts. ``kept_s`` is for how long the broker holds events while Umbel is
    not running: less is no gap. ``clock`` gives epoch seconds.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        store: GapStore,
        *,
        health: Callable[[], IngestHealth],
        losses: Callable[[], Mapping[str, int]],
        on_change: Callable[[Gap], None] = lambda _gap: None,
        kept_s: float = 0.0,
        clock: Callable[[], float],
        logger: logging.Logger | None = None,
    ) -> None:
        self._store = store
        self._health = health
        self._on_change = on_change
        self._kept_s = kept_s
        self._clock = clock
        self._logger = logger or logging.getLogger("umbel.ingest")
        self._kept: dict[_Key, Gap] = {}
        self._unsent: dict[_Key, Gap] = {}
        self._signed_at = clock()
        self._stopped: Gap | None = None
        self._drops = Drops(clock())
        self._losses = _Losses(losses, clock())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-gaps", daemon=True)

    def start(self) -> None:
        """Note for how long nobody collected, and begin to look."""
        try:
            self._begin()
        except StoreError as error:
            self._logger.warning("It could not be read when Umbel was last at work: %s", error)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Look a last time, and note that the collector was at work until now."""
        self._stopping.set()
        self._thread.join(timeout_s)
        try:
            self.look()
            self._store.note_seen(self._clock())
        except StoreError as error:
            self._logger.warning("It could not be stored that Umbel stops now: %s", error)

    def look(self) -> None:
        """Store what has changed since the last look. Raises StoreError; the next look then tries again."""
        now, health = self._clock(), self._health()
        gaps = [
            *self._since_the_last_run(health.broker),
            *_of_link(health.broker),
            *self._drops.look(health.collector.dropped_by_type, health.collector.overflows, now),
            *self._losses.look(now),
        ]
        changed = self._store_changed([gap for gap in gaps if self._kept.get(_key(gap)) != gap])
        self._kept = {_key(gap): gap for gap in gaps}
        for gap in changed:
            self._on_change(gap)
        self._sign(health, now)

    def _store_changed(self, changed: list[Gap]) -> list[Gap]:
        """Store these and what the store did not take before; return all of them."""
        unsent = self._unsent
        unsent.update((_key(gap), gap) for gap in changed)
        for oldest in list(unsent)[: max(0, len(unsent) - MOST_UNSENT)]:
            del unsent[oldest]
        gaps = list(unsent.values())
        if gaps:
            self._store.keep_gaps(gaps)
        unsent.clear()
        return gaps

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except StoreError as error:
                self._logger.debug("Gaps could not be stored: %s", error)
            except Exception:  # a thread that dies would keep no gap any more
                self._logger.exception("A fault while looking for gaps; going on")

    def _begin(self) -> None:
        now, last = self._clock(), self._store.last_seen()
        if last is None:
            return
        left_open = [gap for gap in self._store.gaps(last, now) if not gap.is_over]
        self._store.keep_gaps([replace(gap, until=max(gap.since, last)) for gap in left_open])
        if last < now:
            self._stopped = gap = Gap(kind=GapKind.STOPPED, since=last, reason="Umbel was not running")
            if now - last > self._kept_s:
                self._store.keep_gaps([gap])  # before the first commit, after which nobody could tell any more

    def _since_the_last_run(self, broker: BrokerHealth) -> Iterator[Gap]:
        """It is over when the first link is there, or when its absence becomes a gap of its own."""
        gap = self._stopped
        if gap is None:
            return
        if not gap.is_over:
            until = broker.blind[0].since if broker.blind else None
            if until is None and broker.state == "connected":
                until = broker.since
            gap = self._stopped = replace(gap, until=None if until is None else max(gap.since, until))
        if (gap.until or self._clock()) - gap.since > self._kept_s:
            yield gap

    def _sign(self, health: IngestHealth, now: float) -> None:
        newest = max(self._signed_at, health.collector.last_commit_at or 0.0)
        if health.broker.state == "connected" and not 0 <= now - newest < SIGN_EVERY_S:
            self._store.note_seen(now)
            self._signed_at = now


class _Losses:
    """The intervals in which a worker did more than its events told.

    A loss counts once it was there for some looks: what is explained a moment later was none.
    """

    def __init__(self, losses: Callable[[], Mapping[str, int]], now: float) -> None:
        self._losses = losses
        self._looks: deque[tuple[float, Mapping[str, int]]] = deque([(now, {})], maxlen=LOOKS)
        self._told: dict[str, int] = {}
        self._lasting: dict[str, Gap] = {}

    def look(self, now: float) -> Iterator[Gap]:
        for gap in self._grown(now):
            self._lasting[gap.worker or ""] = gap
        self._lasting = {name: gap for name, gap in self._lasting.items() if now - (gap.until or now) <= GOES_ON_S}
        yield from self._lasting.values()

    def _grown(self, now: float) -> Iterator[Gap]:
        if 0 <= now - self._looks[-1][0] < ACCOUNT_EVERY_S:
            return
        oldest_at, until = self._looks[0][0], self._looks[min(1, len(self._looks) - 1)][0]
        self._looks.append((now, self._losses()))
        sure = {name: min(lost.get(name, 0) for _, lost in self._looks) for name in self._looks[-1][1]}
        grown = [(name, lost - self._told.get(name, 0)) for name, lost in sure.items()]
        self._told = {name: max(lost, self._told.get(name, 0)) for name, lost in sure.items()}
        for name, more in [(name, more) for name, more in grown if more > 0][:MOST_WORKERS]:
            last = self._lasting.get(name)
            if last is None and len(self._lasting) >= MOST_WORKERS:
                continue
            events = more + ((last.events or 0) if last else 0)
            yield Gap(
                kind=GapKind.WORKER,
                since=last.since if last else oldest_at - ACCOUNT_EVERY_S,  # a count is settled a heartbeat later
                until=until,
                reason=f"events of {name} were lost: its own count grew by {events:,} more than was seen",
                worker=name,
                events=events,
            )


def _of_link(broker: BrokerHealth) -> Iterator[Gap]:
    for blind in broker.blind:
        if blind.has_link:
            yield Gap(kind=GapKind.DROPPED, since=blind.since, until=blind.until, reason=blind.reason)
        else:
            reason = f"no link to the broker ({blind.reason})"
            yield Gap(kind=GapKind.LINK, since=blind.since, until=blind.until, reason=reason)


def _key(gap: Gap) -> _Key:
    return (gap.kind, gap.worker, gap.since)
