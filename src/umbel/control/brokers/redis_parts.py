"""What messages in Redis tell of a queue: of those given out, and of the oldest ones that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from umbel.control.brokers.messages import Message

PEEK_BYTES: Final = 65_536
"""Messages that are larger than this on average are not looked at."""

NO_TIME: Final = (
    "The oldest message does not tell when it was sent. Umbel's agent in the process that sends would write it, "
    "and with task_send_sent_event = True its event would tell it"
)
LARGE: Final = f"Its messages are larger than {PEEK_BYTES // 1024} KiB on average, and are not looked at"
NOT_ALLOWED: Final = "Redis did not answer this question"


class Unacked:
    """What was given to workers and not acknowledged, by queue; ``held`` is what waits there for its ETA."""

    def __init__(
        self, messages: Iterable[Message] = (), queue_of: Mapping[tuple[str, str], str] | None = None, now: float = 0.0
    ) -> None:
        self.by_queue: dict[str, int] = {}
        self.held: dict[str, int] = {}
        for one in messages:
            key = (one.exchange or "", one.routing_key or "")
            name = (queue_of or {}).get(key, key[1])
            self.by_queue[name] = self.by_queue.get(name, 0) + 1
            if one.eta is not None and one.eta > now:
                self.held[name] = self.held.get(name, 0) + 1


class Tail:
    """What the oldest message of each priority step of one queue tells."""

    def __init__(self) -> None:
        self.memory_bytes: int | None = 0
        self.is_large = False
        self.why: dict[str, str] = {}
        self.oldest_at: float | None = None
        self.to_ask: list[str] = []
        self._instants: list[float] = []
        self._heads = 0

    def weigh(self, size: int | None, messages: int) -> None:
        """Take what one step takes of memory (bytes, ``None`` where Redis does not tell)."""
        known = self.memory_bytes is not None and size is not None
        self.memory_bytes = (self.memory_bytes or 0) + (size or 0) if known else None
        if size is None:
            self.why["memory"] = NOT_ALLOWED
        elif size > messages * PEEK_BYTES:
            self.is_large = True
            self.why["oldest"] = self.why["mix"] = LARGE

    def note(self, head: Message) -> None:
        """Take the oldest message of a step."""
        self._heads += 1
        if head.sent_at is not None:
            self._instants.append(head.sent_at)
        elif head.is_first and head.task_id is not None:
            self.to_ask.append(head.task_id)

    def settle(self, told: Mapping[str, float]) -> None:
        """Take when tasks were sent: the oldest is known where it is known of every step."""
        self._instants += [told[task_id] for task_id in self.to_ask if task_id in told]
        if self._heads and len(self._instants) == self._heads:
            self.oldest_at = min(self._instants)
        elif self._heads:
            self.why["oldest"] = NO_TIME
