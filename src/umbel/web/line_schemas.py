"""Shapes of the stream's topic ``lines``: what workers say, as lines."""

from datetime import datetime

from umbel.web.schemas import Schema


class EventLine(Schema, frozen=True, kw_only=True):
    """One event: `[time] Task {name}[{id}] {verb}{rest}`; without a task `Worker {worker} {verb}{rest}`.

    ``kind`` is sent, received, started, succeeded, failed, retried, revoked, rejected, cancelled, custom, learnt or
    worker. ``at`` is the stamp of the event.
    """

    at: datetime
    kind: str
    worker: str
    task_id: str | None
    name: str | None
    verb: str
    rest: str


class StreamLines(Schema, frozen=True, kw_only=True):
    """Lines of what was committed, oldest first, of tasks that match the stream's search as they are now.

    ``events`` counts all events that were committed, heartbeats included; ``looked_at`` those of them that the journal
    kept word for word, and ``by_kind`` counts those. ``sampled`` says that there were more than are shown.
    ``recent`` are lines from before the stream began.
    """

    seq: int
    items: list[EventLine]
    by_kind: dict[str, int]
    looked_at: int
    events: int
    sampled: bool
    recent: bool = False
