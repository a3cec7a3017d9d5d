"""What was read of queues and of the broker."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from umbel.model.queues import BrokerLine, BrokerReading, QueueLine, QueueReading


class QueueStore(Protocol):
    """The newest readings, and what they were: every 10 s for a day, every minute for a week. All is of one broker.

    Times are epoch seconds. ``keep`` is called by one thread and safe beside ``commit``.
    """

    def keep(self, broker: BrokerReading, queues: Sequence[QueueReading], *, gone: Collection[str] = ()) -> None:
        """Store a look at the broker and at these queues, all or nothing; other queues stay as they were.

        Those in ``gone`` are not told of any more, but for their past. Of a broker that was not reached, the state is
        stored and no figure. What is too old is deleted, a slice at a time. Raises StoreUnavailable when nothing was
        saved.
        """

    def broker(self) -> BrokerReading | None:
        """Return the newest look at the broker; ``None`` before the first."""

    def queues(self) -> builtins.list[QueueReading]:
        """Return the newest reading of each queue, by name, at most 10,000."""

    def queue(self, name: str) -> QueueReading | None:
        """Return the newest reading of one queue, also of one that is gone; ``None`` where it was never seen."""

    def line(self, name: str, since: float, until: float) -> QueueLine:
        """Return a queue along an interval of at most a week, with at most 400 points, as fine as they were kept.

        The ends are widened to whole steps. Where nothing was kept the points are ``None``. Raises BadQuestion when
        the interval is empty or longer.
        """

    def broker_line(self, since: float, until: float) -> BrokerLine:
        """Return the broker along an interval; as ``line``."""

    def recent(self, until: float, *, points: int = 30, step_s: int = 120) -> Mapping[str, tuple[int | None, ...]]:
        """Return what was ready in each queue, by name, in the ``points`` steps before ``until``, oldest first.

        ``step_s`` is a multiple of 60; each point is the most of its step.
        """
