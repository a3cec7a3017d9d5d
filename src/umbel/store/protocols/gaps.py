"""When events may have been missed."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Sequence
from typing import Protocol

from umbel.model.gaps import Gap, GapKind


class GapStore(Protocol):
    """When events may have been missed. Its writing methods are safe beside ``commit``."""

    def keep_gaps(self, gaps: Sequence[Gap]) -> None:
        """Store gaps, all or nothing; one of the same kind, worker and start is replaced, which is how a gap ends.

        Raises StoreUnavailable when nothing was saved.
        """

    def gaps(  # what there is to choose by
        self,
        since: float,
        until: float,
        limit: int = 1_000,
        *,
        kinds: Collection[GapKind] = tuple(GapKind),
        workers: Collection[str] | None = None,
    ) -> builtins.list[Gap]:
        """Return the gaps that touch the interval (epoch seconds), the newest ``limit`` of them, oldest first.

        One that lasts touches all that comes after its start. Of ``kinds`` only; with ``workers``, gaps of single
        workers are those of these only.
        """

    def note_seen(self, at: float) -> None:
        """Store that a collector was at work at this instant, where no commit tells it. An older one counts not.

        Raises StoreUnavailable when nothing was saved.
        """

    def last_seen(self) -> float | None:
        """Return when a collector was last at work (its newest commit, or ``note_seen``); ``None`` before the first."""
