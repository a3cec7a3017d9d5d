"""Reads rollups: series along an interval, and sums over one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import add
from typing import Any, Final, TypeVar

from sqlalchemy import text

from umbel.model.metrics import (
    NO_FIGURES,
    Bounds,
    By,
    Figures,
    Grid,
    Key,
    KeyKind,
    Line,
    Piece,
    Series,
    Sum,
    Totals,
    figures_of,
    floor_to,
    grid,
    pieces,
)
from umbel.model.rollups import FIGURES, Figure, Period, Tally
from umbel.store.protocols import BadQuestion
from umbel.store.relational.reader import OutOfTime, Reader, Row, Statement
from umbel.store.relational.rollup_rows import FIGURE_COLUMNS, NO_KEY, OTHER, Dimension, add_spreads, added_up, by_kind
from umbel.store.relational.sight import Sight
from umbel.store.relational.tables import DEFAULT_CLUSTER, ROLLUP_SUMS
from umbel.store.relational.terms import TermKind

SUMS_AT_MOST: Final = 10_000
LINES_AT_MOST: Final = 50
_KEYS_BETWEEN_LOOKS: Final = 100

_DIMENSION: Final = {
    By.TOTAL: Dimension.TOTAL,
    By.NAME: Dimension.NAME,
    By.QUEUE: Dimension.QUEUE,
    By.WORKER: Dimension.WORKER,
}
_TERM: Final = {By.NAME: TermKind.NAME, By.QUEUE: TermKind.QUEUE, By.WORKER: TermKind.WORKER}

_FIGURES: Final = ", ".join(FIGURE_COLUMNS)
_SPREADS: Final = ", ".join(FIGURE_COLUMNS[FIGURES:])
_BETWEEN: Final = "{kind} AND start >= :since AND start < :until"
_AMONG: Final = "AND key_id IN (SELECT value FROM json_each(:keys))"
_FIGURE_SUMS: Final = ", ".join(f"sum({figure})" for figure in ROLLUP_SUMS[:FIGURES])
_COUNTS: Final = by_kind(f"SELECT key_id, {_FIGURE_SUMS} FROM rollup WHERE {_BETWEEN} GROUP BY key_id")  # noqa: S608
_COUNTS_OF: Final = by_kind(
    f"SELECT key_id, {_FIGURE_SUMS} FROM rollup WHERE {_BETWEEN} {_AMONG} GROUP BY key_id"  # noqa: S608  # our names
)
_ALL: Final = by_kind(f"SELECT key_id, {_SPREADS} FROM rollup WHERE {_BETWEEN}")  # noqa: S608  # our names
_ALL_OF: Final = by_kind(f"SELECT key_id, {_SPREADS} FROM rollup WHERE {_BETWEEN} {_AMONG}")  # noqa: S608  # ours
_SOME: Final = by_kind(
    f"SELECT key_id, start, {_FIGURES} FROM rollup WHERE {{kind}} "  # noqa: S608  # our names
    f"AND start IN (SELECT value FROM json_each(:starts)) {_AMONG}"
)
_BUSY: Final = by_kind(
    "SELECT key_id, sum(received + started + succeeded + failed + revoked + rejected) "  # noqa: S608  # our names
    f"FROM rollup WHERE {_BETWEEN} GROUP BY key_id"
)
_NEWEST: Final = by_kind("SELECT max(start) FROM rollup WHERE {kind}")
_KEPT: Final = f"SELECT period, kept_from FROM rollup_bound WHERE cluster = {DEFAULT_CLUSTER}"  # noqa: S608  # ours
_TOO_OLD: Final = f"SELECT period, too_old FROM rollup_bound WHERE cluster = {DEFAULT_CLUSTER}"  # noqa: S608  # ours
_TEXTS: Final = "SELECT id, text FROM term WHERE id IN (SELECT value FROM json_each(:ids))"
_IDS: Final = (
    f"SELECT text, id FROM term WHERE cluster = {DEFAULT_CLUSTER} "  # noqa: S608  # our names
    "AND kind = :kind AND text IN (SELECT value FROM json_each(:texts))"
)

_Found = dict[tuple[int, int], Tally]
_K = TypeVar("_K")


def series(  # what the contract asks
    reader: Reader, by: By, since: float, until: float, keys: Sequence[str] | int, step_s: int | None
) -> Series:
    """Return lines of these keys, or of so many of the busiest. Raises BadQuestion."""
    bounds = _kept(reader)
    try:
        points = grid(since, until, bounds, step_s)
    except ValueError as error:
        raise BadQuestion(str(error)) from error
    chosen = _chosen(reader, by, points, bounds, keys)
    found = _along(reader, _DIMENSION[by], points, [key_id for _, key_id in chosen if key_id is not None])
    sight = Sight(reader, points, bounds)
    empty = [NO_FIGURES if sight.saw(start) else None for start in points.starts]
    lines = (Line(key=key, points=_points(found, key_id, points, empty)) for key, key_id in chosen)
    return Series(step_s=points.step_s, starts=points.starts, lines=tuple(lines))


def totals(  # what the contract asks
    reader: Reader, by: By, since: float, until: float, keys: Sequence[str] | None, spreads: int
) -> Totals:
    """Return the sums of all keys or of these, and the spreads of so many of the busiest. Raises BadQuestion."""
    try:
        parts = pieces(since, until, _kept(reader), _newest(reader))
    except ValueError as error:
        raise BadQuestion(str(error)) from error
    only = None if keys is None or by is By.TOTAL else list(_ids(reader, by, keys).values())
    found = _counted(reader, by, parts, only)
    busiest = sorted(found.items(), key=lambda item: (-_business(item[1]), item[0]))
    busiest = [(key_id, tally) for key_id, tally in busiest if any(tally.counts)]
    _spread(reader, by, parts, dict(busiest[:spreads]), is_all=only is None and len(busiest) <= spreads)
    named = _named(reader, by, [key_id for key_id, _ in busiest[:SUMS_AT_MOST]])
    sums = (Sum(key=named[key_id], figures=figures_of(tally)) for key_id, tally in busiest[:SUMS_AT_MOST])
    return Totals(since=parts[0].since, until=parts[-1].until, sums=tuple(sums), cut=len(busiest) > SUMS_AT_MOST)


def _counted(reader: Reader, by: By, parts: Iterable[Piece], only: Sequence[int] | None) -> dict[int, Tally]:
    """Return what was counted by key, without how long it took: SQLite adds numbers up ten times as quickly."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for part in parts:
        sql = (_COUNTS if only is None else _COUNTS_OF)[part.period, _DIMENSION[by]]
        for key_id, *counts in _rows(reader, sql, since=part.since, until=part.until, keys=json.dumps(only)):
            tally = found[key_id]
            tally.counts = list(map(add, tally.counts, counts))
    return found


def _spread(reader: Reader, by: By, parts: Iterable[Piece], wanted: Mapping[int, Tally], *, is_all: bool) -> None:
    """Add how long things took to these."""
    rows_of: defaultdict[int, list[Row]] = defaultdict(list)
    keys = json.dumps(list(wanted))
    for part in parts if wanted else ():
        sql = (_ALL if is_all else _ALL_OF)[part.period, _DIMENSION[by]]
        for row in _rows(reader, sql, since=part.since, until=part.until, keys=keys):
            rows_of[row[0]].append(row)
    for key_id, rows in _in_time(reader, rows_of):
        if key_id in wanted:
            add_spreads(wanted[key_id], rows)


def counts_too_old(reader: Reader) -> dict[Period, int]:
    """Return how many counts were of before the oldest figures that are kept."""
    return {Period(period): n for period, n in _rows(reader, _TOO_OLD)}


def _rows(reader: Reader, sql: str, **bounds: Any) -> Sequence[Row]:
    return reader.all(Statement(text(sql)), **bounds)


def _in_time(reader: Reader, rows_of: Mapping[_K, list[Row]]) -> Iterator[tuple[_K, list[Row]]]:
    """Look at the clock now and then: adding up takes as long as reading."""
    for number, found in enumerate(rows_of.items()):
        if number % _KEYS_BETWEEN_LOOKS == 0 and reader.is_late():
            raise OutOfTime
        yield found


def _kept(reader: Reader) -> Bounds:
    return {Period(period): kept_from for period, kept_from in _rows(reader, _KEPT)}


def _newest(reader: Reader) -> int:
    """Return the last minute of which there are figures, or the end of the last hour or day."""
    for period in Period:
        ((start,),) = _rows(reader, _NEWEST[period, Dimension.TOTAL])
        if start is not None:
            return int(start) + period.seconds - 1
    return 0


def _chosen(
    reader: Reader, by: By, points: Grid, bounds: Bounds, keys: Sequence[str] | int
) -> list[tuple[Key, int | None]]:
    """Return the keys of the lines with their numbers; ``None`` of a text that no task ever had."""
    if by is By.TOTAL:
        return [(Key(kind=KeyKind.TOTAL), NO_KEY)]
    if isinstance(keys, int):
        ids = _busiest(reader, by, pieces(points.since, points.until, bounds, _newest(reader)), keys)
        named = _named(reader, by, ids)
        return [(named[key_id], key_id) for key_id in ids]
    if len(keys) > LINES_AT_MOST:
        raise BadQuestion(f"{len(keys)} keys; at most {LINES_AT_MOST} lines are told at once")
    known = _ids(reader, by, keys)
    return [(Key(kind=KeyKind.ONE, text=one), known.get(one)) for one in dict.fromkeys(keys)]


def _ids(reader: Reader, by: By, keys: Sequence[str]) -> dict[str, int]:
    return dict(map(tuple, _rows(reader, _IDS, kind=int(_TERM[by]), texts=json.dumps(list(keys)))))


def _busiest(reader: Reader, by: By, parts: Iterable[Piece], n: int) -> list[int]:
    busy: defaultdict[int, int] = defaultdict(int)
    for part in parts:
        sql = _BUSY[part.period, _DIMENSION[by]]
        for key_id, counts in _rows(reader, sql, since=part.since, until=part.until):
            busy[key_id] += counts
    ordered = sorted((key_id for key_id in busy if busy[key_id] > 0), key=lambda key_id: (-busy[key_id], key_id))
    return ordered[: min(n, LINES_AT_MOST)]


def _business(tally: Tally) -> int:
    """Return how much happened: what ``_BUSY`` counts."""
    return sum(tally.counts) - tally.counts[Figure.RETRIED]


def _named(reader: Reader, by: By, ids: Sequence[int]) -> dict[int, Key]:
    texts = dict(map(tuple, _rows(reader, _TEXTS, ids=json.dumps(list(ids)))))
    named = {key_id: Key(kind=KeyKind.ONE, text=texts.get(key_id)) for key_id in ids}
    kind = KeyKind.TOTAL if by is By.TOTAL else KeyKind.UNKNOWN
    return {**named, NO_KEY: Key(kind=kind), OTHER: Key(kind=KeyKind.OTHER)}


def _along(reader: Reader, dimension: Dimension, points: Grid, keys: Sequence[int]) -> _Found:
    """Return what was counted by key and point."""
    rows_of: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    if keys:
        starts = range(points.since, points.until, points.period.seconds)
        sql = _SOME[points.period, dimension]
        for row in _rows(reader, sql, starts=json.dumps(list(starts)), keys=json.dumps(list(keys))):
            rows_of[row[0], floor_to(row[1], points.step_s)].append(row)
    return {place: added_up(rows) for place, rows in _in_time(reader, rows_of)}


def _points(
    found: _Found, key_id: int | None, points: Grid, empty: Sequence[Figures | None]
) -> tuple[Figures | None, ...]:
    if key_id is None:
        return tuple(empty)
    tallies = (found.get((key_id, start)) for start in points.starts)
    return tuple(
        nothing if tally is None or tally.is_empty else figures_of(tally)
        for tally, nothing in zip(tallies, empty, strict=True)
    )
