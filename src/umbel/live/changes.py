"""What subscribers get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from umbel.model.lines import Line
from umbel.model.tasks import Task


class TaskChanges(Struct, frozen=True, kw_only=True):
    """The tasks that changed up to journal position ``seq``, as they are stored now.

    ``changed`` counts all of them; ``tasks`` holds fewer when ``sampled`` is true.
    """

    seq: int
    tasks: tuple[Task, ...]
    changed: int
    sampled: bool = False


class Snapshot(Struct, frozen=True, kw_only=True):
    """The newest reading of a topic that is shown whole (workers, overview, health)."""

    seq: int
    topic: str
    value: Any


class ShownLine(Struct, frozen=True, kw_only=True):
    """A line, the position of its batch, and its task as it is stored now."""

    seq: int
    line: Line
    task: Task | None


class LineChanges(Struct, frozen=True, kw_only=True):
    """What workers said up to ``seq``, oldest first.

    ``events`` counts all of it, ``looked_at`` what the journal kept, and ``by_kind`` the lines of that; ``lines`` are
    the newest of them. ``recent`` ones are from before the subscription.
    """

    seq: int
    lines: tuple[ShownLine, ...]
    by_kind: Mapping[str, int]
    looked_at: int
    events: int
    recent: bool = False


class Gap(Struct, frozen=True, kw_only=True):
    """Something was left out before ``seq``; whoever reads this refetches what it shows."""

    seq: int
    reason: str


Change = TaskChanges | LineChanges | Snapshot | Gap
