"""The names that kombu's channel gives to keys in Redis."""

from __future__ import annotations

from typing import Any


class Keys:
    """The names that a channel of kombu gives to keys, with its prefix."""

    def __init__(self, channel: Any) -> None:  # noqa: ANN401 - kombu's
        self._channel = channel
        self._prefix = str(channel.global_keyprefix or "")
        self.steps: tuple[int, ...] = tuple(sorted({int(step) for step in channel.priority_steps}))
        self.separator = str(channel.sep).encode()
        self.unacked = self._prefix + channel.unacked_key
        self.unacked_index = self._prefix + channel.unacked_index_key
        self.visibility_timeout_s = float(channel.visibility_timeout)

    def queue(self, name: str, step: int) -> str:
        """Return the list of a queue's priority step."""
        return self._prefix + str(self._channel._q_for_pri(name, step))  # noqa: SLF001 - how kombu writes it

    def bindings(self, exchange: str) -> str:
        """Return the set of what is bound to an exchange."""
        return self._prefix + str(self._channel.keyprefix_queue % (exchange,))
