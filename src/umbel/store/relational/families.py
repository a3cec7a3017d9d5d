"""Reads families: the tasks under one root, by the index on the root."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select, text

from umbel.model.families import Crowd, Family, Kin
from umbel.store.relational.access import Access
from umbel.store.relational.reader import Reader
from umbel.store.relational.search import Condition
from umbel.store.relational.tables import task, term

KIN_AT_MOST: Final = 2_000
COUNTED_AT_MOST: Final = 200_000
CROWD: Final = 100
"""So many tasks of one name and parent are told as one."""
_OF_A_CROWD: Final = 50
_CROWDS_AT_MOST: Final = 50
_CHARS: Final = 200
IDS_AT_MOST: Final = 1_000

_UNDER_ROOT: Final = text("task.root_id <> task.task_id")
"""Read word for word by SQLite before it uses the partial index on the root."""
_FIRST: Final = func.coalesce(task.c.sent_at, task.c.received_at, task.c.started_at)
_COLUMNS: Final = (
    task.c.id,
    task.c.task_id,
    task.c.name_id,
    task.c.worker_id,
    task.c.state,
    task.c.root_id,
    task.c.parent_id,
    task.c.retries,
    task.c.sent_at,
    task.c.received_at,
    task.c.started_at,
    task.c.finished_at,
    task.c.runtime_s,
    *(func.substr(column, 1, _CHARS) for column in (task.c.args, task.c.result, task.c.exception)),
)
_Key = tuple[str | None, int | None]


class RelationalFamilies:
    """See ``FamilyReader``."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def family(self, root_id: str) -> Family:
        """See ``FamilyReader.family``."""
        with self._access.reads() as reader:
            return _family(reader, root_id)

    def kin(self, task_ids: Sequence[str]) -> list[Kin]:
        """See ``FamilyReader.kin``."""
        if len(task_ids) > IDS_AT_MOST:
            raise ValueError(f"{len(task_ids)} ids; at most {IDS_AT_MOST} are looked up at once")
        with self._access.reads() as reader:
            return _kin(reader, _ask(reader, task.c.task_id.in_(task_ids)))

    def neighbours(self, task_id: str, limit: int) -> list[Kin]:
        """See ``FamilyReader.neighbours``."""
        with self._access.reads() as reader:
            found = reader.ask(select(task.c.id, task.c.name_id).where(task.c.task_id == task_id))
            if not found:
                return []
            row_id, name_id = found[0]
            own = and_(task.c.name_id == name_id, or_(task.c.root_id.is_(None), task.c.root_id == task.c.task_id))
            before = reader.ask(_rows(and_(own, task.c.id <= row_id)).order_by(task.c.id.desc()).limit(limit))
            after = reader.ask(_rows(and_(own, task.c.id > row_id)).order_by(task.c.id).limit(limit))
            return _kin(reader, [*reversed(before), *after])


def _family(reader: Reader, root_id: str) -> Family:
    under = and_(task.c.root_id == root_id, _UNDER_ROOT)
    counts, complete = _counts(reader, under)
    by_key: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
    for parent_id, name_id, state, n in counts:
        by_key[parent_id, name_id][state] += n
    crowded = sorted((key for key in by_key if by_key[key].total() > CROWD), key=lambda key: -by_key[key].total())
    rows = _ask(reader, task.c.task_id == root_id)
    rows += _ask(reader, and_(under, *(_not_of(key) for key in crowded[:_CROWDS_AT_MOST])))
    for key in crowded[:_CROWDS_AT_MOST]:
        rows += reader.ask(_rows(and_(under, _of(key), task.c.state != "SUCCESS")).limit(_OF_A_CROWD))
    rows += _parents_of(reader, under, rows)
    texts = _texts(reader, [*(row[2] for row in rows), *(row[3] for row in rows), *(key[1] for key in crowded)])
    states: Counter[str] = Counter()
    for _, _, state, n in counts:
        states[state] += n
    kin = _kin(reader, rows, texts)
    for one in kin:
        if one.id == root_id:
            states[one.state] += 1
    return Family(
        root_id=root_id,
        kin=tuple(kin),
        crowds=tuple(_crowd(reader, under, key, by_key[key], texts) for key in crowded[:_CROWDS_AT_MOST]),
        by_state=dict(states),
        complete=complete,
    )


def _counts(reader: Reader, under: Condition) -> tuple[Sequence[Any], bool]:
    some = select(task.c.id).where(under).limit(COUNTED_AT_MOST + 1)
    columns = (task.c.parent_id, task.c.name_id, task.c.state)
    rows = reader.ask(select(*columns, func.count()).where(task.c.id.in_(some)).group_by(*columns))
    return rows, sum(row[-1] for row in rows) <= COUNTED_AT_MOST


def _of(key: _Key) -> Condition:
    parent_id, name_id = key
    return and_(task.c.parent_id.is_not_distinct_from(parent_id), task.c.name_id.is_not_distinct_from(name_id))


def _not_of(key: _Key) -> Condition:
    parent_id, name_id = key
    return or_(task.c.parent_id.is_distinct_from(parent_id), task.c.name_id.is_distinct_from(name_id))


def _crowd(reader: Reader, under: Condition, key: _Key, states: Counter[str], texts: dict[int, str]) -> Crowd:
    ((first, last),) = reader.ask(select(func.min(_FIRST), func.max(task.c.finished_at)).where(under, _of(key)))
    name = texts.get(key[1]) if key[1] is not None else None
    return Crowd(parent_id=key[0], name=name, by_state=dict(states), first_at=first, last_at=last)


def _parents_of(reader: Reader, under: Condition, rows: Sequence[Any]) -> list[Any]:
    """Return the parents that a crowd hides: a chord's body hangs on the member that ended last."""
    known = {row[1] for row in rows}
    missing = sorted({row[6] for row in rows if row[6] is not None} - known)[:IDS_AT_MOST]
    return _ask(reader, and_(under, task.c.task_id.in_(missing))) if missing else []


def _rows(condition: Condition) -> Select[Any]:
    return select(*_COLUMNS).where(condition)


def _ask(reader: Reader, condition: Condition) -> list[Any]:
    return list(reader.ask(_rows(condition).order_by(task.c.id).limit(KIN_AT_MOST)))


def _texts(reader: Reader, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({number for number in ids if number is not None})
    return dict(map(tuple, reader.ask(select(term.c.id, term.c.text).where(term.c.id.in_(wanted))))) if wanted else {}


def _kin(reader: Reader, rows: Sequence[Any], texts: dict[int, str] | None = None) -> list[Kin]:
    known = _texts(reader, [number for row in rows for number in row[2:4]]) if texts is None else texts
    by_row = {row[0]: row for row in rows}
    return [_one(by_row[row_id], known) for row_id in sorted(by_row)]


def _one(row: Any, texts: dict[int, str]) -> Kin:  # noqa: ANN401  # a row of ``_COLUMNS``
    _, task_id, name_id, worker_id, state, root_id, parent_id, retries, *rest = row
    sent_at, received_at, started_at, finished_at, runtime_s, args, result, exception = rest
    return Kin(
        id=task_id,
        name=texts.get(name_id),
        worker=texts.get(worker_id),
        state=state,
        root_id=root_id,
        parent_id=parent_id,
        retries=retries,
        sent_at=sent_at,
        received_at=received_at,
        started_at=started_at,
        finished_at=finished_at,
        runtime_s=runtime_s,
        args=args,
        result=result,
        exception=exception,
    )
