"""Which stored tasks are too old, where states have ages of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from umbel.store.protocols import Retention

LOOK_ANEW_S: Final = 86_400.0
"""A task that ended late stands before what was looked at; once a day look and walk begin at the front again."""


class Row(NamedTuple):
    """What deleting needs to know of a task."""

    row_id: int
    name_id: int | None
    state: str
    arrived_at: float


class AgeClass(NamedTuple):
    """States that are kept equally long; ``states`` is ``None`` for all that have no age of their own."""

    states: frozenset[str] | None
    max_age_s: float


Look = Callable[[int], Sequence[Row]]
"""Returns the oldest rows after a place, in their order; none at the end."""


class Stretch(NamedTuple):
    """What a piece of the table holds of old rows, and the place where it ends."""

    old: Sequence[Row]
    end: int


Walk = Callable[[int, float], Stretch | None]
"""Returns the rows of the next piece after a place that arrived before an instant; ``None`` at the table's end."""


class Aged:
    """Finds the rows that are too old, from the front of the table.

    Where all states are kept equally long the front is what goes next. Else some of it stays, so that it is
    remembered up to where a class has nothing left to go.

    An import brings old tasks behind young ones. So each run ends with a walk over all that was added since the run
    before, and the look of the day walks the whole table.
    """

    def __init__(self, look: Look, walk: Walk) -> None:
        self._look = look
        self._walk = walk
        self._looked_to: dict[AgeClass, int] = {}
        self._walked_to = 0
        self._anew_at = 0.0

    def next(self, retention: Retention, now: float, limit: int) -> Sequence[Row] | None:
        """Return at most ``limit`` rows to delete, none where one look found none, ``None`` at the end."""
        if not 0 <= now - self._anew_at < LOOK_ANEW_S:
            self._looked_to.clear()
            self._walked_to = 0
            self._anew_at = now
        own = retention.max_age_s_by_state
        classes = classes_of(retention)
        for age in classes:
            rows = self._of_class(age, own, now)
            if rows is not None:
                return rows[:limit]
        return self._on_the_walk(classes, own, now, limit) if classes else None

    def _on_the_walk(
        self, classes: Sequence[AgeClass], own: Collection[str], now: float, limit: int
    ) -> Sequence[Row] | None:
        stretch = self._walk(self._walked_to, now - min(age.max_age_s for age in classes))
        if stretch is None:
            return None
        due = [row for row in stretch.old if any(_is_due(row, age, own, now) for age in classes)]
        self._walked_to = due[0].row_id - 1 if due else stretch.end  # on only once they are deleted
        return due[:limit]

    def _of_class(self, age: AgeClass, own: Collection[str], now: float) -> Sequence[Row] | None:
        before = now - age.max_age_s
        old = [row for row in self._look(self._looked_to.get(age, 0)) if row.arrived_at < before]
        if not old or not own:
            return old or None
        due = [row for row in old if _is_due(row, age, own, now)]
        if not due:
            self._looked_to[age] = old[-1].row_id
        return due


def _is_due(row: Row, age: AgeClass, own: Collection[str], now: float) -> bool:
    is_of_it = row.state not in own if age.states is None else row.state in age.states
    return is_of_it and row.arrived_at < now - age.max_age_s


def classes_of(retention: Retention) -> list[AgeClass]:
    """Return the states by age, without those that are kept for ever."""
    by_age: dict[float, set[str]] = {}
    for state, max_age_s in retention.max_age_s_by_state.items():
        if max_age_s is not None:
            by_age.setdefault(max_age_s, set()).add(state)
    classes = [AgeClass(frozenset(states), max_age_s) for max_age_s, states in sorted(by_age.items())]
    if retention.max_age_s is not None:
        classes.append(AgeClass(None, retention.max_age_s))
    return classes
