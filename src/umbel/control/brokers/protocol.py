"""What every probe of a broker does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.queues import BrokerReading, QueueReading

NAME_LENGTH: Final = 500
"""A queue with a longer name is left out: no broker needs one."""

SentAt = Callable[[Sequence[str]], Mapping[str, float]]
"""Tells when tasks were sent (epoch seconds), of those ids of which a sent event told it."""


class CannotReach(UmbelError):
    """The broker did not answer, or refused. The message has no password."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A queue to look at, and the exchange that it is bound to, where that is known."""

    name: str
    exchange: str | None = None


class Look(Struct, frozen=True, kw_only=True):
    """What one look brought: the broker, the queues that are there, and which of those wanted are not."""

    broker: BrokerReading
    queues: tuple[QueueReading, ...]
    missing: tuple[str, ...] = ()


class Probe(Protocol):
    """Reads one broker. For one thread; a link that breaks is let go of, and made anew at the next look."""

    def look(self, wanted: Sequence[Wanted], sent_at: SentAt) -> Look:
        """Return how the broker and these queues are; others that the broker lists are told, too.

        Nothing is consumed, and nothing changes in the broker. Raises CannotReach, and what its driver raises.
        """

    def close(self) -> None:
        """Let go of the link. Safe to call twice."""


def is_internal(name: str) -> bool:
    """Whether a queue is one that Celery or a broker makes for itself, and no task goes through."""
    return (
        name.startswith(("celeryev.", "amq.", "celery_delayed_"))
        or name.endswith((".celery.pidbox", "reply.celery.pidbox"))
        or name == "celeryev"
    )


def clean_name(name: object) -> str | None:
    """Return a queue's name as a store keeps it; ``None`` for what cannot be one."""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    if not isinstance(text, str) or not text or len(text) > NAME_LENGTH or "\0" in text:
        return None
    return text.encode("utf-8", "replace").decode()


def count(value: Any) -> int | None:  # noqa: ANN401 - what a driver returns
    """Return a number of things that a broker told; ``None`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**62:
        return None
    return int(value)
