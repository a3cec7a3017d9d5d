"""Cursors: where a list goes on. Opaque to callers; a cursor of another sort or from elsewhere is refused."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Final

import msgspec
from msgspec import Struct

from umbel.store.protocols import BadCursor, Sort


class Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last task of a page: its value in the sort (``None`` where the sort has none, or it is unknown), its row.

    ``shown`` is how many tasks the pages so far held.
    """

    sort: Sort
    descending: bool
    value: float | str | None
    row_id: int
    shown: int


_decode: Final = msgspec.json.Decoder(Cursor).decode


def write(cursor: Cursor) -> str:
    """Return the text of a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read(text: str, sort: Sort, *, descending: bool) -> Cursor:
    """Return the cursor of ``text``. Raises BadCursor unless it was written for this sort."""
    try:
        cursor = _decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise BadCursor("this is not a cursor that a task list gave out; ask for the first page") from error
    if (cursor.sort, cursor.descending) != (sort, descending):
        raise BadCursor(f"this cursor is of a list sorted by {cursor.sort}; ask for the first page")
    in_range = 0 <= cursor.row_id < 2**63 and 0 <= cursor.shown < 2**63
    if not in_range or not _fits(sort, cursor.value):
        raise BadCursor("this is not a cursor that a task list gave out; ask for the first page")
    return cursor


_BY_TEXT: Final = (Sort.NAME, Sort.STATE, Sort.WORKER)


def _fits(sort: Sort, value: float | str | None) -> bool:
    if value is None:
        return True
    if sort is Sort.ARRIVED:
        return False
    if isinstance(value, str):
        return sort in _BY_TEXT
    return sort not in _BY_TEXT and math.isfinite(value)
