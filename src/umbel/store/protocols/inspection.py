"""What workers said when they were asked, and how they did over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from umbel.model.inspection import Detail, Look, Point, Process, Summary


class InspectionStore(Protocol):
    """One newest word a worker, a bounded history, and its processes. ``keep`` is safe beside ``commit``."""

    def keep(self, looks: Sequence[Look], now: float) -> None:
        """Store what one pass learnt, all or nothing; where ``detail`` is ``None`` the stored one stays.

        Points are kept for a day in steps of ten seconds, and for a week by the minute; older ones are deleted here,
        some at a call. Points of one step are averaged, ``done`` is added up, of memory the most counts.
        Raises StoreUnavailable when nothing was saved.
        """

    def summaries(self) -> Mapping[str, Summary]:
        """Return the newest summary of each worker by name, of at most 10,000, those asked last."""

    def detail(self, worker: str) -> Detail | None:
        """Return the newest lists of one worker, ``None`` where it never told any."""

    def points(self, worker: str, since: float, until: float) -> Sequence[Point]:
        """Return its history in an interval (epoch seconds), oldest first, at most 1,500 points.

        In steps of ten seconds where the interval is no longer than 4 hours and begins less than a day ago, else by
        the minute, and by some minutes where those are too many.
        A step in which nobody looked is left out.
        """

    def saturation(self, since: float) -> Mapping[str, Sequence[Point]]:
        """Return the points of all workers by the minute since then, at most 50,000, oldest first."""

    def processes(self, worker: str) -> Sequence[Process]:
        """Return the processes that were seen of this worker, the newest 100, oldest first."""
