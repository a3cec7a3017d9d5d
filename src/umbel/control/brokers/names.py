"""Which queues there are to look at: from workers, events, the application, the settings, and earlier looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from celery import Celery

from umbel.control.brokers.protocol import Wanted, clean_name, is_internal
from umbel.model.metrics import By
from umbel.model.queues import Consuming, QueueReading
from umbel.store.protocols import MetricsReader, QueueStore

QUEUES_AT_MOST: Final = 5_000
EVENTS_EVERY_S: Final = 15.0
EVENTS_OVER_S: Final = 600.0
IDLE_KEPT_S: Final = 86_400.0
"""A queue that is empty, and that nobody consumes, sends to or names any more, is told of for so long."""


class Known(MetricsReader, Protocol):
    """What of the store names queues."""

    @property
    def queues(self) -> QueueStore:
        """Earlier looks."""


class Names:
    """Gathers names. For one thread. ``asked`` are those that a person set; ``is_own_app`` is for a loaded one."""

    def __init__(
        self,
        app: Celery,
        store: Known,
        *,
        asked: Sequence[str] = (),
        hidden: Sequence[str] = (),
        is_own_app: bool,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._hidden = frozenset(hidden)
        self._clock = clock
        self._default = str(app.conf.task_default_queue)
        self._declared = {**(declared_by(app) if is_own_app else {}), **dict.fromkeys(asked)}
        self._sent_to: frozenset[str] = frozenset()
        self._sent_read_at = float("-inf")
        self._used_at: dict[str, float] | None = None

    def wanted(self, consumed: Iterable[str]) -> list[Wanted]:
        """Return what to look at now. Raises StoreError."""
        now = self._clock()
        if self._used_at is None:
            used = [*(one.name for one in self._store.queues.queues()), *self._sent_since(now - IDLE_KEPT_S, now)]
            self._used_at = dict.fromkeys(used, now)
        if not 0 <= now - self._sent_read_at < EVENTS_EVERY_S:
            self._sent_to = frozenset(self._sent_since(now - EVENTS_OVER_S, now))
            self._sent_read_at = now
        named = dict.fromkeys([self._default, *self._declared, *consumed, *self._sent_to, *self._used_at])
        kept = [name for name in named if not is_internal(name) and name not in self._hidden and clean_name(name)]
        return [Wanted(name=name, exchange=self._declared.get(name)) for name in kept[:QUEUES_AT_MOST]]

    def sort(self, found: Sequence[QueueReading]) -> tuple[list[QueueReading], list[str]]:
        """Return those to tell of, and the names of those to tell of no more."""
        now, used_at = self._clock(), self._used_at or {}
        shown, idle = [], []
        for one in found:
            if one.ready or one.consuming is Consuming.YES or self._is_named(one.name):
                used_at[one.name] = now
            if now - used_at.get(one.name, float("-inf")) < IDLE_KEPT_S:
                shown.append(one)
            else:
                idle.append(one.name)
        gone = [name for name in idle if used_at.pop(name, None) is not None]
        self._used_at = used_at
        return shown, gone

    def forget(self, names: Iterable[str]) -> None:
        """Take note that the broker has these no more."""
        for name in names:
            (self._used_at or {}).pop(name, None)

    def _is_named(self, name: str) -> bool:
        return name in self._declared or name in self._sent_to

    def _sent_since(self, since: float, now: float) -> list[str]:
        found = self._store.totals(By.QUEUE, since, now, spreads=0)
        return [one.key.text for one in found.sums if one.key.text is not None]


def declared_by(app: Celery) -> Mapping[str, str | None]:
    """Return the queues that an application declares, with their exchanges."""
    queues: Any = app.amqp.queues
    return {str(name): getattr(queue.exchange, "name", None) for name, queue in dict(queues).items()}
