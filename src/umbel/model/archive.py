"""The archive format: a task a line, as JSON (``umbel.tasks``, version 1) or as CSV. See ``docs/guide/archive.md``.

A JSON archive holds all that a record is rebuilt from. Its first line says what it is, its last one how many tasks it
holds, so that one which was cut off is noticed. CSV is for spreadsheets, and leaves the marks out.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.events import (
    EARLIEST_TIMESTAMP,
    LATEST_TIMESTAMP,
    MAX_ID_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TRACEBACK_LENGTH,
)
from umbel.model.fold import join, read
from umbel.model.tasks import Facts, Mark, Progress, Task

FORMAT: Final = "umbel.tasks"
VERSION: Final = 1
MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_MARKS: Final = 1_000
_INT_BITS: Final = 63
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class BadLine(UmbelError):
    """A line of an archive that is no task. The message says what is wrong with it."""


class NotAnArchive(UmbelError):
    """A file that is no archive of tasks, or one of a version that this Umbel does not know."""


class Header(Struct, frozen=True, kw_only=True):
    """The first line. ``exported_at`` is RFC 3339, ``search`` what was asked for (empty: everything)."""

    format: str
    version: int
    umbel: str = ""
    exported_at: str = ""
    search: str = ""


class End(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last line: how many tasks there are before it."""

    end: int


class _Facts(Struct, frozen=True, kw_only=True):
    """What a line must hold; everything else in it is for readers, and passed over."""

    id: str
    arrived_at: float
    marks: tuple[Mark, ...]
    cut: bool = False
    args: str | None = None
    kwargs: str | None = None
    result: str | None = None
    progress: Progress | None = None
    arguments: str | None = None


_encode: Final = msgspec.json.Encoder(enc_hook=repr).encode
_decode: Final = msgspec.json.Decoder(_Facts).decode
_decode_end: Final = msgspec.json.Decoder(End).decode

_TEXTS: Final = ("name", "state", "worker", "queue")
_INSTANTS: Final = ("sent_at", "received_at", "started_at", "finished_at")
_NUMBERS: Final = ("runtime_s", "wait_s")
COLUMNS: Final = (
    "id",
    *_TEXTS,
    "retries",
    *_INSTANTS,
    *_NUMBERS,
    "args",
    "kwargs",
    "result",
    "exception",
    "root_id",
    "parent_id",
)
"""The columns of CSV, and the fields that a JSON line has for its readers. None is ever taken away or moved."""


def header_line(*, version: str, now: float, search: str) -> bytes:
    """Return the first line of a JSON archive."""
    header = Header(format=FORMAT, version=VERSION, umbel=version, exported_at=_instant(now) or "", search=search)
    return _encode(header) + b"\n"


def end_line(tasks: int) -> bytes:
    """Return the last line of a JSON archive."""
    return _encode(End(end=tasks)) + b"\n"


def json_line(task: Task, arrived_at: float) -> bytes:
    """Return a task as a line of JSON."""
    facts = task.facts
    told = {**_shown(task), "arrived_at": arrived_at, "marks": facts.marks}
    if facts.cut:
        told["cut"] = True
    if facts.progress is not None:
        told["progress"] = facts.progress
    if facts.arguments is not None:
        told["arguments"] = facts.arguments
    return _encode(told) + b"\n"


def csv_head() -> bytes:
    """Return the first line of CSV."""
    return _csv([COLUMNS])


def csv_lines(tasks: Iterable[Task]) -> bytes:
    """Return tasks as lines of CSV (RFC 4180, UTF-8).

    A text that a spreadsheet would take for a formula gets an apostrophe in front
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return _csv(_cells(task) for task in tasks)


def read_header(line: bytes) -> Header:
    """Return the first line. Raises NotAnArchive."""
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnArchive(
            f"this is no archive of tasks: its first line has to begin {{'format': '{FORMAT}', 'version': {VERSION}}}"
        ) from error
    if header.format != FORMAT:
        raise NotAnArchive(f"this is no archive of tasks: its format is {header.format[:100]!r}, not '{FORMAT}'")
    if header.version != VERSION:
        raise NotAnArchive(
            f"this archive has version {header.version}, and this Umbel reads version {VERSION}; "
            "a newer Umbel wrote it, so upgrade Umbel"
        )
    return header


def read_end(line: bytes) -> int | None:
    """Return how many tasks an archive says that it holds, ``None`` where this is not its last line."""
    try:
        return _decode_end(line).end if line.startswith(b'{"end"') else None
    except msgspec.MsgspecError:
        return None


def read_line(line: bytes) -> tuple[Task, float]:
    """Return the task of a line, and when it arrived. Raises BadLine."""
    try:
        told = _decode(line)
        facts = Facts(
            id=told.id,
            marks=told.marks,
            cut=told.cut,
            args=told.args,
            kwargs=told.kwargs,
            result=told.result,
            progress=told.progress,
            arguments=told.arguments,
        )
        _check(facts, told.arrived_at)
        return read(join(facts, facts)), told.arrived_at
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadLine(str(error)) from error


def _shown(task: Task) -> dict[str, Any]:
    """What a reader wants to know of a task, in the order of ``COLUMNS``."""
    shown = {name: getattr(task, name) for name in COLUMNS}
    for name in _INSTANTS:
        shown[name] = _instant(shown[name])
    return shown


def _instant(at: float | None) -> str | None:
    return None if at is None else (_EPOCH + timedelta(seconds=at)).isoformat().replace("+00:00", "Z")


def _cells(task: Task) -> Iterator[str]:
    for name, value in _shown(task).items():
        if value is None:
            yield ""
        elif isinstance(value, str) and name not in _INSTANTS:
            yield _harmless(value)
        else:
            yield str(value)


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                   "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _check(facts: Facts, arrived_at: float) -> None:
    """Raise BadLine for what no event could have told: a store may rely on that."""
    if not 0 < len(facts.id) <= MAX_ID_LENGTH:
        raise BadLine(f"the id has {len(facts.id)} characters; allowed are 1 to {MAX_ID_LENGTH}")
    if not 0 < len(facts.marks) <= MAX_MARKS:
        raise BadLine(f"there are {len(facts.marks)} marks; allowed are 1 to {MAX_MARKS}")
    for at in (arrived_at, *(mark.timestamp for mark in facts.marks)):
        if not EARLIEST_TIMESTAMP <= at <= LATEST_TIMESTAMP:
            raise BadLine(f"{at} is no instant between 1970 and 2100 (epoch seconds)")
    for name in ("id", "args", "kwargs", "result", "arguments"):
        _check_value(name, getattr(facts, name))
    for mark in facts.marks:
        for name in Mark.__struct_fields__:
            _check_value(name, getattr(mark, name))
    if facts.progress is not None:
        _check_deep(facts.progress.fields)


def _check_value(name: str, value: object) -> None:
    if isinstance(value, str):
        limit = MAX_TRACEBACK_LENGTH if name == "traceback" else MAX_TEXT_LENGTH
        if len(value) > limit:
            raise BadLine(f"{name} has {len(value)} characters; allowed are {limit}")
        if "\0" in value:
            raise BadLine(f"{name} holds a NUL character")
    elif isinstance(value, int) and not -(1 << _INT_BITS) <= value < 1 << _INT_BITS:
        raise BadLine(f"{name} is {value}, which is no number of 64 bits")
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadLine(f"{name} is {value}")


def _check_deep(value: object) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_value("progress", key)
            _check_deep(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_deep(inner)
    else:
        _check_value("progress", value)
