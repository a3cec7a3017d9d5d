"""What a search finds, in numbers: by state, name, queue and worker, and along the time."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from umbel.model.search import Query

TOP: Final = 50
"""How many names, queues and workers a summary tells, the most frequent first."""
MINUTE_S: Final = 60


class Share(Struct, frozen=True, kw_only=True):
    """How many tasks have this name, queue or worker; ``text`` is ``None`` where no event told it."""

    text: str | None
    n: int


class Shares(Struct, frozen=True, kw_only=True):
    """The most frequent values, most first; ``others`` is how many values there are besides."""

    items: tuple[Share, ...] = ()
    others: int = 0


class Summary(Struct, frozen=True, kw_only=True):
    """What was counted among the tasks that match, newest arrivals first.

    ``complete`` says that all were counted; else the time was over, and the numbers are of those that arrived after
    ``covered_until`` (epoch seconds). Where a search is by nothing but name and state, ``total``, ``by_state`` and
    ``names`` are exact all the same, and ``counted`` says so. ``by_minute`` counts by state under the minute (epoch
    seconds) in which a task was received, else sent, else first seen; tasks without any instant are left out.
    """

    total: int
    counted: bool
    complete: bool
    covered_until: float | None
    by_state: dict[str, int]
    names: Shares
    queues: Shares
    workers: Shares
    by_minute: dict[int, dict[str, int]]


class TaskSummaries(Protocol):
    """Counts of what a search finds."""

    def summarise(self, query: Query, *, within_s: float) -> Summary:
        """Count what matches, for about ``within_s`` seconds at most, the newest arrivals first. Safe to repeat.

        Raises StoreError.
        """

    def count(self, query: Query, *, within_s: float) -> tuple[int, bool]:
        """Return how many match and whether that is all of them; counts for about ``within_s`` seconds at most."""
