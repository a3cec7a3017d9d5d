"""What operators did: one entry a command, with what each worker answered."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

ReplyState = Literal["done", "refused", "silent"]
Outcome = Literal["asked", "done", "partly", "refused", "silent", "failed"]
"""``asked``: no answer yet. ``partly``: some did it. ``silent``: nobody answered in time, which is no failure."""

ENTRIES_KEPT: Final = 100_000
REPLIES_KEPT: Final = 1_000
TEXT_KEPT: Final = 2_000


class Reply(Struct, frozen=True, kw_only=True):
    """What one worker (or the broker, or the result backend) answered, as a sentence."""

    worker: str
    state: ReplyState
    text: str


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One command: who asked for what, of whom, why, and what came of it. Instants are epoch seconds.

    ``number`` is 0 until it is stored, and grows. ``what`` is the command in words; it holds no argument of a task.
    """

    number: int = 0
    at: float
    who: str
    command: str
    target: str
    what: str
    why: str | None = None
    outcome: Outcome = "asked"
    text: str = ""
    replies: tuple[Reply, ...] = ()
    answered_at: float | None = None


def outcome_of(replies: tuple[Reply, ...]) -> Outcome:
    """Return what several answers come to."""
    states = {reply.state for reply in replies}
    if "done" in states:
        return "done" if states == {"done"} else "partly"
    return "refused" if "refused" in states else "silent"
