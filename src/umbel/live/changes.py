"""What subscribers get."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

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


class Gap(Struct, frozen=True, kw_only=True):
    """Something was left out before ``seq``; whoever reads this refetches what it shows."""

    seq: int
    reason: str


Change = TaskChanges | Snapshot | Gap
