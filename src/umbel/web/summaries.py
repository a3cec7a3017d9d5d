"""From what the store counted to the shapes of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from umbel.store.protocols.summaries import MINUTE_S, Shares, Summary
from umbel.web import convert, list_schemas as schemas
from umbel.web.schemas import Count

COLUMNS_AT_MOST: Final = 96
_STEPS: Final = (60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
_DAY_S: Final = 86_400


def summary(found: Summary) -> schemas.TaskSummary:
    """Return a summary as the API tells it."""
    return schemas.TaskSummary(
        total=count(found.total, is_exact=found.counted),
        complete=found.complete,
        covered_until=convert.instant(found.covered_until),
        states=_states(found),
        names=_facet(found.names, is_exact=found.counted),
        queues=_facet(found.queues, is_exact=found.complete),
        workers=_facet(found.workers, is_exact=found.complete),
        histogram=columns(found.by_minute),
    )


def count(n: int, *, is_exact: bool) -> Count:
    """Return a number with how sure it is; nothing found in a part says nothing of the whole."""
    if is_exact:
        return Count(kind="exact", value=n)
    return Count(kind="at_least", value=n) if n else Count(kind="unknown")


def columns(by_minute: Mapping[int, Mapping[str, int]]) -> schemas.TaskColumns:
    """Put minutes together until at most ``COLUMNS_AT_MOST`` columns span them all."""
    if not by_minute:
        return schemas.TaskColumns(step_s=MINUTE_S, columns=[])
    step_s = step_of(max(by_minute) - min(by_minute))
    merged: dict[int, dict[str, int]] = {}
    for minute in sorted(by_minute):
        states = merged.setdefault(minute // step_s * step_s, {})
        for state, n in by_minute[minute].items():
            states[state] = states.get(state, 0) + n
    told = [schemas.Column(at=convert.known_instant(start), by_state=states) for start, states in merged.items()]
    return schemas.TaskColumns(step_s=step_s, columns=told)


def step_of(span_s: float) -> int:
    """Return the shortest step with which an interval has room: whole days beyond the longest."""
    fits = (step for step in _STEPS if span_s // step + 2 <= COLUMNS_AT_MOST)
    return next(fits, _DAY_S * int(span_s // _DAY_S // (COLUMNS_AT_MOST - 2) + 1))


def _states(found: Summary) -> schemas.Facet:
    most = sorted(found.by_state.items(), key=lambda item: (-item[1], item[0]))
    return schemas.Facet(items=[schemas.FacetValue(value=state, n=n) for state, n in most], exact=found.counted)


def _facet(shares: Shares, *, is_exact: bool) -> schemas.Facet:
    items = [schemas.FacetValue(value=one.text, n=one.n) for one in shares.items]
    return schemas.Facet(items=items, exact=is_exact, others=shares.others)
