"""The task list: picks the way for the sort, turns places into records, and says how sure its count is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, func, select

from umbel.model.search import Query
from umbel.model.tasks import Task
from umbel.store.protocols import CountKind, Sort, TaskList
from umbel.store.relational import cursor as cursors
from umbel.store.relational.arrival import list_by_arrival
from umbel.store.relational.cursor import Cursor
from umbel.store.relational.grouped import GROUPED, groups_of, list_grouped
from umbel.store.relational.pages import Asked, Found, Place
from umbel.store.relational.plan import Plan, Planner
from umbel.store.relational.ranked import RANKED, list_ranked
from umbel.store.relational.reader import Reader
from umbel.store.relational.rows import RECORD_COLUMNS, task_from
from umbel.store.relational.tables import journal, task

LIMIT_AT_MOST: Final = 1_000
_FETCH_S: Final = 1.0
"""What reading the records of a page may take beyond the search for them."""


def list_tasks(
    reader: Reader, query: Query, *, sort: Sort, descending: bool, limit: int, cursor: str | None
) -> TaskList:
    """Return a page. Raises BadCursor, QueryTooSlow, and ValueError for a limit out of bounds."""
    if not 1 <= limit <= LIMIT_AT_MOST:
        raise ValueError(f"limit is {limit}; a page holds 1 to {LIMIT_AT_MOST} tasks")
    came_from = None if cursor is None else cursors.read(cursor, sort, descending=descending)
    after = None if came_from is None else Place(came_from.value, came_from.row_id)
    plan, found = _find(reader, query, sort, Asked(descending, limit, after))
    reader.grant(_FETCH_S)
    shown = len(found.places) + (came_from.shown if came_from else 0)
    count, count_kind = _count(plan, found, shown, is_first=came_from is None)
    return TaskList(
        tasks=tuple(records_in_order(reader, [place.row_id for place in found.places])),
        cursor=None if found.next is None else cursors.write(Cursor(sort, descending, *found.next, shown)),
        complete=found.complete,
        covered_until=_covered_until(reader, found, descending=descending),
        count=count,
        count_kind=count_kind,
        seq=_newest_seq(reader),
    )


def _find(reader: Reader, query: Query, sort: Sort, asked: Asked) -> tuple[Plan, Found]:
    planner = Planner(reader)
    plan = planner.plan(query, by_runtime=sort is Sort.RUNTIME)
    if sort in GROUPED:
        beside = planner.plan_without_index(query)
        groups = groups_of(reader, sort)
        return plan, list_grouped(reader, lambda has_index: beside if has_index else plan, groups, asked)
    if sort in RANKED:
        return plan, list_ranked(reader, plan, RANKED[sort], asked)
    return plan, list_by_arrival(reader, plan, asked)


def _count(plan: Plan, found: Found, shown: int, *, is_first: bool) -> tuple[int | None, CountKind]:
    if plan.exact_count is not None:
        return plan.exact_count, CountKind.EXACT
    if found.next is None and is_first:
        return shown, CountKind.EXACT
    if shown == 0:
        return None, CountKind.UNKNOWN
    return shown + (1 if found.complete and found.next is not None else 0), CountKind.AT_LEAST


def _covered_until(reader: Reader, found: Found, *, descending: bool) -> float | None:
    """Return when the first task arrived that was not looked at any more."""
    if found.complete or found.covered is None:
        return None
    beyond = task.c.id < found.covered if descending else task.c.id > found.covered
    first = select(task.c.arrived_at).where(beyond).order_by(task.c.id.desc() if descending else task.c.id).limit(1)
    rows = reader.ask(first)
    return rows[0][0] if rows else None


def _newest_seq(reader: Reader) -> int:
    ((seq,),) = reader.ask(select(func.coalesce(func.max(journal.c.seq), 0)))
    return int(seq)


def records_in_order(reader: Reader, row_ids: Sequence[int]) -> list[Task]:
    """Return the records of these rows, in their order."""
    if not row_ids:
        return []
    rows = reader.ask(select(task.c.id, *RECORD_COLUMNS).where(task.c.id.in_(row_ids)))
    records = {row_id: task_from(tuple(record)) for row_id, *record in rows}
    return [records[row_id] for row_id in row_ids]


def records(reader: Reader, rows: Select[tuple[object, ...]]) -> list[Task]:
    """Return the records of a question for ``RECORD_COLUMNS``."""
    return [task_from(row) for row in reader.ask(rows)]
