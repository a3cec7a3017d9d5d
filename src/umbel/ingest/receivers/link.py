"""The history of a link to a broker, as its health tells it."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from umbel.ingest.health import Blind, BrokerHealth, LinkState

BLIND_KEPT: Final = 100


class LinkLog:
    """Notes what happens to the link. The receiver's thread writes, any thread reads."""

    def __init__(self, health: BrokerHealth, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._health = health
        self._next_try_at: float | None = None
        self._blind: deque[Blind] = deque(maxlen=BLIND_KEPT)
        self._was_connected = False

    def receives_by(self, receiver: str, note: str) -> None:
        """Note that another receiver was taken, and why."""
        with self._lock:
            self._health = replace(self._health, receiver=receiver, receiver_note=note)

    def noted(self, note: str) -> None:
        """Note what this receiver may not do, once."""
        with self._lock:
            before = self._health.receiver_note or ""
            if note not in before:
                self._health = replace(self._health, receiver_note="; ".join(filter(None, (before, note))))

    def connected(self, explanation: str | None = None) -> None:
        """Note that events are being received from now on; ``explanation`` adds to why the last link was lost."""
        with self._lock:
            now = self._clock()
            self._explain(explanation)
            reconnects = self._health.reconnects + self._was_connected
            self._close_gap(now)
            self._become("connected", now, attempt=0, reconnects=reconnects)
            self._was_connected = True

    def lost(self, error: str, *, since: float, wait_s: float) -> None:
        """Note that the link is gone, and that the next try to connect comes in ``wait_s`` seconds.

        ``since`` (epoch seconds) is when the link was last known to work.
        """
        with self._lock:
            now = self._clock()
            self._close_gap(now)
            self._open_gap(since, error)
            self._become("reconnecting", now, last_error=error, warning=None)
            self._next_try_at = now + wait_s

    def warned(self, warning: str | None, losing_since: float | None) -> None:
        """Note a warning, or that it is over (``None``). What is being lost, since an epoch second, makes a gap."""
        with self._lock:
            self._health = replace(self._health, warning=warning)
            if losing_since is None:
                self._close_gap(self._clock())
            elif warning and (not self._blind or self._blind[-1].until is not None):
                self._open_gap(losing_since, warning, has_link=True)

    def failed(self, error: str, wait_s: float) -> None:
        """Note that a try to connect failed, and that the next one comes in ``wait_s`` seconds."""
        with self._lock:
            now = self._clock()
            if not self._blind or self._blind[-1].until is not None:
                self._open_gap(self._health.since, error)
            self._next_try_at = now + wait_s
            attempt = self._health.attempt + 1
            self._health = replace(self._health, attempt=attempt, last_error=error)

    def stopped(self) -> None:
        """Note that nobody receives any more."""
        with self._lock:
            if self._health.state != "stopped":
                now = self._clock()
                self._close_gap(now)
                self._become("stopped", now)

    def health(self) -> BrokerHealth:
        """Return how the link is now."""
        with self._lock:
            at, blind = self._next_try_at, tuple(self._blind)
            wait_s = None if at is None else max(0.0, at - self._clock())
            return replace(self._health, next_try_s=wait_s, blind=blind)

    def _become(self, state: LinkState, now: float, **changes: object) -> None:
        self._next_try_at = None
        self._health = replace(self._health, state=state, since=now, **changes)

    def _open_gap(self, since: float, reason: str, *, has_link: bool = False) -> None:
        self._blind.append(Blind(since=since, reason=reason, has_link=has_link))

    def _explain(self, explanation: str | None) -> None:
        if explanation and self._blind and self._blind[-1].until is None:
            gap = self._blind.pop()
            self._blind.append(replace(gap, reason=f"{gap.reason}: {explanation}"))
            self._health = replace(self._health, last_error=self._blind[-1].reason)

    def _close_gap(self, now: float) -> None:
        if self._blind and self._blind[-1].until is None:
            self._blind.append(replace(self._blind.pop(), until=now))
