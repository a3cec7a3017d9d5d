"""Shapes of ``/api/v1/commands`` and ``/api/v1/audit``. See ``schemas``; the commands themselves are the model's."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from umbel.model.audit import Outcome, ReplyState
from umbel.model.commands import TEXT_AT_MOST, Command
from umbel.web.schemas import Schema

REASON_AT_MOST = 2_000


class Reply(Schema, frozen=True, kw_only=True):
    """What a worker, the broker or the result backend answered, as a sentence.

    ``silent``: it did not answer in time, and may still obey.
    """

    worker: str
    state: ReplyState
    text: str


class AuditEntry(Schema, frozen=True, kw_only=True):
    """Who did what, to what, why, and what came of it. ``outcome`` ``asked``: no answer is known yet."""

    number: int
    at: datetime
    who: str
    command: str
    target: str
    what: str
    why: str | None
    outcome: Outcome
    text: str
    replies: list[Reply]
    answered_at: datetime | None


class Audit(Schema, frozen=True, kw_only=True):
    """Entries, newest first. Pass ``next`` as ``before`` to get older ones; null is the end."""

    items: list[AuditEntry]
    next: int | None


class PreviewCommand(Schema, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that is not sent."""

    command: Command


class RunCommand(Schema, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command, why it is given, and what was typed where it has to be confirmed."""

    command: Command
    why: Annotated[str, Meta(max_length=REASON_AT_MOST)] | None = None
    confirm: Annotated[str, Meta(max_length=TEXT_AT_MOST)] | None = None


class CommandPreview(Schema, frozen=True, kw_only=True):
    """What a command would do, in sentences. ``confirm`` has to be typed, null where a press is enough.

    ``messages`` wait in the queue that would be emptied. ``refused`` are workers for which it makes no sense.
    """

    what: str
    effect: list[str]
    confirm: str | None
    messages: int | None
    refused: list[Reply]


class CommandAnswer(Schema, frozen=True, kw_only=True):
    """What came of it. ``task_id`` is of the task that was sent; ``export`` names the file of what was purged."""

    entry: AuditEntry
    task_id: str | None
    export: str | None
