"""Shapes of ``/api/v1/history``: exports that run, and what clearing would do and does. See ``schemas``."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from umbel.model.search import MAX_LENGTH
from umbel.web.schemas import Count, Schema

CONFIRMATION = "clear history"
"""What a person types."""


class ExportState(Schema, frozen=True, kw_only=True):
    """An export that runs: how many tasks are sent so far."""

    format: str
    search: str
    started_at: datetime
    tasks: int


class ClearingState(Schema, frozen=True, kw_only=True):
    """The clearing that runs, or the last one. ``by`` is who asked for it; ``error`` is why it failed."""

    state: Literal["running", "done", "cancelled", "failed"]
    by: str
    search: str
    before: datetime | None
    started_at: datetime
    ended_at: datetime | None
    deleted: int
    expected: Count
    error: str | None = None


class HistoryState(Schema, frozen=True, kw_only=True):
    """What is going on with the history: the export of who asks, and the clearing."""

    export: ExportState | None
    clearing: ClearingState | None


class ClearingPreview(Schema, frozen=True, kw_only=True):
    """What clearing would delete (``goes``), what is stored in all, and what stays because it waits or runs."""

    goes: Count
    stored: int
    unfinished: int


class ClearHistory(Schema, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish to delete finished and lost tasks: all, those that ``search`` finds, those seen ``before``.

    ``confirm`` has to be ``clear history``.
    """

    confirm: str
    search: Annotated[str, Meta(max_length=MAX_LENGTH * 2)] = ""
    before: datetime | None = None
