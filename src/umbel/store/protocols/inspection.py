"""What workers said when they were asked, and how they did over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from umbel.model.inspection import Lists, Look, Point, Process, Setup, Summary


class InspectionStore(Protocol):
    """One newest word a worker, a bounded history, and its processes. ``keep`` is safe beside ``commit``."""

    def keep(self, looks: Sequence[Look], now: float) -> None:
        """Store what one pass learnt, all or nothing; where ``lists`` or ``setup`` is ``None`` the stored one stays.

        Points are kept for a day in steps of ten seconds, and for a week by the minute; older ones are deleted here,
        some at a call. Points of one step are averaged, ``done`` is added up, of memory the most counts.
        Raises StoreUnavailable when nothing was saved.
        """

    def summaries(self) -> Mapping[str, Summary]:
        """Return the newest summary of each worker by name, of at most 10,000, those asked last."""

    def lists(self, worker: str) -> Lists | None:
        """Return what one worker holds and consumes, ``None`` where it never told."""

    def setup(self, worker: str) -> Setup | None:
        """Return what one worker has registered, revoked and set, ``None`` where it never told."""

    def registered(self) -> Mapping[str, frozenset[str]]:
        """Return the names of the tasks that each worker knows, by worker, of at most 10,000 that told."""

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
