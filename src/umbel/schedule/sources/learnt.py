"""A cadence learnt from when the tasks of one name came, where nobody tells what beat's schedule is.

It is a conclusion and said to be one: an entry that was learnt carries how sure it is, the share of the pauses between
its tasks that are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from msgspec import Struct

from umbel.model.schedules import Entry, Origin, SourceKind
from umbel.schedule.expressions import interval
from umbel.schedule.sources.source import Listing, cut
from umbel.store.protocols import ScheduleStore

PAUSES_AT_LEAST: Final = 8
SURE_ENOUGH: Final = 0.9
SHORTEST_S: Final = 5.0
"""What comes more often is a stream of work and no schedule."""
NAMES_AT_MOST: Final = 300
_TOLERANCE: Final = 0.05
_USUAL_S: Final = (10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800)


class Cadence(Struct, frozen=True, kw_only=True):
    """A pause that comes again and again, in seconds, and the share (0 to 1) of pauses that are alike."""

    every_s: float
    confidence: float


class LearntSource:
    """Looks at all names of tasks that are stored."""

    kind = SourceKind.LEARNT
    place = "the tasks that came"

    def __init__(self, schedules: ScheduleStore) -> None:
        self._schedules = schedules

    def read(self) -> Listing:
        """Return an entry for each task that comes in a rhythm. Raises StoreError."""
        found = []
        for name in self._schedules.names(NAMES_AT_MOST):
            cadence = cadence_of(self._schedules.arrivals(name))
            if cadence is not None:
                found.append(_entry(name, cadence))
        return Listing(entries=tuple(found))


def cadence_of(arrivals: Sequence[float]) -> Cadence | None:
    """Return the cadence of these instants (in order), ``None`` where there is none to rely on."""
    pauses = [after - before for before, after in pairwise(arrivals)]
    if len(pauses) < PAUSES_AT_LEAST:
        return None
    middle = median(pauses)
    if middle < SHORTEST_S:
        return None
    alike = [pause for pause in pauses if abs(pause - middle) <= max(1.0, _TOLERANCE * middle)]
    confidence = len(alike) / len(pauses)
    return Cadence(every_s=_usual(middle), confidence=confidence) if confidence >= SURE_ENOUGH else None


def _usual(seconds: float) -> float:
    """Return the round number that is meant."""
    nearest = min(_USUAL_S, key=lambda usual: abs(usual - seconds))
    return float(nearest) if abs(nearest - seconds) <= 0.02 * nearest else round(seconds, 1)


def _entry(name: str, cadence: Cadence) -> Entry:
    return Entry(
        name=cut(name),
        task=cut(name),
        rule=interval(cadence.every_s, text=f"about {cadence.every_s:g} s"),
        origins=(Origin(kind=SourceKind.LEARNT, place=LearntSource.place),),
        confidence=cadence.confidence,
        note=f"learnt: {cadence.confidence:.0%} of the pauses between its last tasks are alike",
    )
