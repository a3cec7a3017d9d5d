"""Whole tasks out of the store and into it: what ``umbel export`` reads and ``umbel import`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, select

from umbel.model.fold import join
from umbel.model.search import Query
from umbel.model.tasks import Facts
from umbel.store.protocols import Archived, ArchivePage, Places, QueryTooSlow
from umbel.store.relational.arrival import list_by_arrival
from umbel.store.relational.pages import Asked, Found, Place
from umbel.store.relational.plan import Planner
from umbel.store.relational.reader import Reader
from umbel.store.relational.rows import RECORD_COLUMNS, task_from
from umbel.store.relational.tables import task

TASKS_AT_MOST: Final = 1_000
PLACES_AT_MOST: Final = 100_000
_FETCH_S: Final = 1.0
"""What reading the records of a page may take beyond the search for them."""

_TRIES: Final = 3
"""A walk that does not get on would be asked for the same page for ever."""


class ArchiveBatch:
    """Tasks of an archive as the writer takes them: by task, what is known of it and when it arrived."""

    def __init__(self, tasks: Sequence[Archived]) -> None:
        self.events: dict[str, Facts] = {}
        self.arrived_at: dict[str, float] = {}
        for one in tasks:
            facts, known = one.task.facts, self.events.get(one.task.id)
            self.events[facts.id] = facts if known is None else join(known, facts)
            self.arrived_at.setdefault(facts.id, one.arrived_at)


def page(reader: Reader, query: Query, after: int, until: int | None, limit: int) -> ArchivePage:
    """Return whole tasks that match, oldest first. Raises ValueError for a limit out of bounds."""
    if not 1 <= limit <= TASKS_AT_MOST:
        raise ValueError(f"limit is {limit}; a page of an archive holds 1 to {TASKS_AT_MOST} tasks")
    found = _find(reader, query, after, until, limit)
    reader.grant(_FETCH_S)
    return ArchivePage(tasks=_records(reader, [place.row_id for place in found.places]), next=_next(found))


def places(reader: Reader, query: Query, after: int, until: int | None, limit: int) -> Places:
    """Return the rows of tasks that match, oldest first. Raises ValueError for a limit out of bounds."""
    if not 1 <= limit <= PLACES_AT_MOST:
        raise ValueError(f"limit is {limit}; 1 to {PLACES_AT_MOST} places are told at once")
    found = _find(reader, query, after, until, limit)
    return Places(places=tuple(place.row_id for place in found.places), next=_next(found))


def _find(reader: Reader, query: Query, after: int, until: int | None, limit: int) -> Found:
    plan = Planner(reader).plan(query)
    if until is not None:
        plan = plan._replace(condition=and_(plan.condition, task.c.id <= until))
    asked = Asked(descending=False, limit=limit, after=Place(None, after))
    for _ in range(_TRIES):
        found = list_by_arrival(reader, plan, asked)
        if found.places or found.next is None or found.next.row_id > after:
            return found
        reader.grant(_FETCH_S)
    raise QueryTooSlow(f"not even one task could be looked at in its time, after place {after}; narrow the search")


def _next(found: Found) -> int | None:
    return None if found.next is None else found.next.row_id


def _records(reader: Reader, row_ids: Sequence[int]) -> tuple[Archived, ...]:
    if not row_ids:
        return ()
    rows = select(task.c.arrived_at, *RECORD_COLUMNS).where(task.c.id.in_(row_ids)).order_by(task.c.id)
    return tuple(
        Archived(task=task_from(tuple(record)), arrived_at=arrived_at) for arrived_at, *record in reader.ask(rows)
    )
