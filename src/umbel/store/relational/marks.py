"""The marks of a task as its row keeps them: MessagePack in which little is said twice.

``[workers, [[timestamp, kind, worker, pid, clock, rest], ...], cut, progress, arguments]``, the last left out where an
agent told none. A mark's ``worker`` is a place in
``workers``; ``rest`` holds its other fields by their short names, and is left out where there are none. A root id that
is the id of the task itself is ``true``. Three marks take about 125 bytes so, and 310 with all fields by name, which is
how the first stores kept them (``[marks, cut, progress]``): such rows are still read.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import Struct

from umbel.model.events import Kind
from umbel.model.tasks import Facts, Mark, Progress

_IDENTITY: Final = 5
_SHORT: Final = dict(zip(Mark.__struct_fields__[_IDENTITY:], Mark.__struct_encode_fields__[_IDENTITY:], strict=True))
_LONG: Final = {short: name for name, short in _SHORT.items()}
_fields: Final = attrgetter(*_SHORT)
_ROOT: Final = _SHORT["root_id"]
_BY_NAME: Final = 0x93
"""The first byte of a row of the first stores: an array of three."""


class _Packed(Struct, frozen=True, array_like=True, gc=False):
    timestamp: float
    kind: Kind
    worker: int
    pid: int
    clock: int
    rest: dict[str, Any] | None = None


class Unpacked(Struct, frozen=True, array_like=True, gc=False):
    """What is kept beside the long texts of a task."""

    marks: tuple[Mark, ...]
    cut: bool
    progress: Progress | None
    arguments: str | None = None


class _Row(Struct, frozen=True, array_like=True, gc=False):
    workers: tuple[str, ...]
    marks: tuple[_Packed, ...]
    cut: bool
    progress: Progress | None
    arguments: str | None = None


encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Row).decode
_decode_by_name: Final = msgspec.msgpack.Decoder(Unpacked).decode


def pack(facts: Facts) -> bytes:
    """Return the column ``facts`` of a task."""
    workers: dict[str, int] = {}
    marks = [_pack(mark, workers.setdefault(mark.worker, len(workers)), facts.id) for mark in facts.marks]
    row: tuple[Any, ...] = (tuple(workers), marks, facts.cut, facts.progress)
    return encode(row if facts.arguments is None else (*row, facts.arguments))


def unpack(task_id: str, packed: bytes) -> Unpacked:
    """Return what a row of this task keeps."""
    if packed[0] == _BY_NAME:
        return _decode_by_name(packed)
    row = _decode(packed)
    marks = tuple(_unpack(mark, row.workers[mark.worker], task_id) for mark in row.marks)
    return Unpacked(marks, row.cut, row.progress, row.arguments)


def _pack(mark: Mark, worker: int, task_id: str) -> list[Any]:
    rest = {short: value for short, value in zip(_LONG, _fields(mark), strict=True) if value is not None}
    if rest.get(_ROOT) == task_id:
        rest[_ROOT] = True
    identity = [mark.timestamp, mark.kind, worker, mark.pid, mark.clock]
    return [*identity, rest] if rest else identity


def _unpack(mark: _Packed, worker: str, task_id: str) -> Mark:
    rest = {} if mark.rest is None else {_LONG[short]: value for short, value in mark.rest.items()}
    if rest.get("root_id") is True:
        rest["root_id"] = task_id
    return Mark(timestamp=mark.timestamp, kind=mark.kind, worker=worker, pid=mark.pid, clock=mark.clock, **rest)
