"""``/api/v1/commands``: what operators ask for, and ``/api/v1/audit``: what they did."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import File

from umbel.control.commands.dispatcher import Dispatcher
from umbel.model import audit
from umbel.web.auth.access import ROLE, Role
from umbel.web.commands_schemas import (
    Audit,
    AuditEntry,
    CommandAnswer,
    CommandPreview,
    PreviewCommand,
    Reply,
    RunCommand,
)
from umbel.web.convert import instant, known_instant
from umbel.web.errors import problems
from umbel.web.routes.history import Asker, name_of

EXPORTED: Final = {
    **problems(403, 404),
    200: ResponseSpec(
        bytes, description="One message a line.", media_type="application/x-ndjson", generate_examples=False
    ),
}

Before = Annotated[int | None, QueryParameter(ge=1, description="Only entries before this number.")]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Entries a page.")]
Only = Annotated[
    str, QueryParameter(max_length=500, description="Comma list of commands, such as `purge,shutdown`; all without it.")
]


class CommandRoutes(Controller):
    """Commands to workers and brokers, and who gave them."""

    path = "/api/v1"
    tags = ("commands",)
    opt = {ROLE: Role.OPERATOR}  # noqa: RUF012  # Litestar reads it as a class attribute

    @post(
        "/commands",
        sync_to_thread=True,
        status_code=200,
        summary="Give a command",
        responses=problems(400, 403, 404, 409, 503),
    )
    def run_command(
        self, request: Asker, commands: NamedDependency[Dispatcher], data: JSONBody[RunCommand]
    ) -> CommandAnswer:
        """Check it, write it down, send it, and answer within seconds with each worker's answer or its silence."""
        done = commands.run(data.command, who=name_of(request), why=data.why, confirm=data.confirm)
        return CommandAnswer(entry=entry_of(done.entry), task_id=done.task_id, export=done.export)

    @post(
        "/commands/preview",
        sync_to_thread=True,
        status_code=200,
        summary="What a command would do",
        responses=problems(400, 403, 404, 409, 503),
    )
    def preview_command(self, commands: NamedDependency[Dispatcher], data: JSONBody[PreviewCommand]) -> CommandPreview:
        """Check it, ask workers whether they could, and say what it would mean. Nothing is changed."""
        preview = commands.preview(data.command)
        return CommandPreview(
            what=preview.what,
            effect=list(preview.effect),
            confirm=preview.confirm,
            messages=preview.messages,
            refused=[_reply(reply) for reply in preview.refused],
        )

    @get("/commands/exports/{name:str}", sync_to_thread=True, summary="What was purged", responses=EXPORTED)
    def get_export(self, commands: NamedDependency[Dispatcher], name: FromPath[str]) -> File:
        """Send the messages that were written to a file before they were deleted."""
        path = commands.purges.export(name)
        return File(path, filename=path.name, media_type="application/x-ndjson", headers={"cache-control": "no-store"})

    @get("/audit", sync_to_thread=True, summary="Who did what", responses=problems(403, 503))
    def list_audit(
        self, commands: NamedDependency[Dispatcher], before: Before = None, limit: Limit = 100, only: Only = ""
    ) -> Audit:
        """Return what operators did, newest first."""
        names = [name.strip() for name in only.split(",") if name.strip()]
        page = commands.audit.entries(before=before, limit=limit, commands=names or None)
        return Audit(items=[entry_of(entry) for entry in page.entries], next=page.next)


def entry_of(entry: audit.AuditEntry) -> AuditEntry:
    """Return an entry as the API shows it."""
    return AuditEntry(
        number=entry.number,
        at=known_instant(entry.at),
        who=entry.who,
        command=entry.command,
        target=entry.target,
        what=entry.what,
        why=entry.why,
        outcome=entry.outcome,
        text=entry.text,
        replies=[_reply(reply) for reply in entry.replies],
        answered_at=instant(entry.answered_at),
    )


def _reply(reply: audit.Reply) -> Reply:
    return Reply(worker=reply.worker, state=reply.state, text=reply.text)
