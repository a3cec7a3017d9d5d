"""Takes messages out of Redis many at a time: kombu's own way is three round trips a message.

They are moved to a list beside the queue in one round trip, oldest first, and stay there until they are written: what
is interrupted in between is moved back, and where even that cannot be done the list keeps them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

import redis
from kombu.utils.json import loads

from umbel.control.commands.errors import CannotDo

HELD: Final = "umbel-purge"


def can_batch(channel: Any) -> bool:  # noqa: ANN401 - kombu's
    """Whether this is a channel of kombu's Redis transport."""
    return all(hasattr(channel, name) for name in ("conn_or_acquire", "priority_steps", "_q_for_pri"))


def move_batch(channel: Any, queue: str, number: int, write: Callable[[Sequence[Any]], None]) -> int:  # noqa: ANN401 - kombu's
    """Hand at most ``number`` of the oldest messages of one priority to ``write``, and delete them then.

    Return how many; 0 where the queue is empty. Raises what ``write`` raises: nothing was deleted then.
    """
    with channel.conn_or_acquire() as client:
        for step in channel.priority_steps:
            moved = _move(client, channel._q_for_pri(queue, step), number, channel, write)  # noqa: SLF001 - kombu names its keys there alone
            if moved:
                return moved
    return 0


def _move(client: Any, key: str, number: int, channel: Any, write: Callable[[Sequence[Any]], None]) -> int:  # noqa: ANN401 - drivers'
    prefix = (
        getattr(client, "global_keyprefix", "") or ""
    )  # kombu's client writes it before the keys of some commands only
    held = f"{key}.{HELD}-{uuid.uuid4()}"
    with client.pipeline(transaction=False) as pipe:
        for _ in range(number):
            pipe.rpoplpush(f"{prefix}{key}", f"{prefix}{held}")
        try:
            taken = [payload for payload in pipe.execute() if payload is not None]
        except redis.RedisError as error:
            why = f"Redis did not answer in time ({type(error).__name__})"
            raise CannotDo(f"{why}: what it took out of {key} by then stands in its list {held}") from error
    try:
        if taken:
            write([channel.Message(loads(payload), channel=channel) for payload in taken])
    except BaseException:
        with client.pipeline(transaction=True) as pipe:
            pipe.rpush(key, *reversed(taken))
            pipe.delete(held)
            pipe.execute()
        raise
    if taken:
        client.delete(held)
    return len(taken)
