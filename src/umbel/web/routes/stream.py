"""``/api/v1/stream``: server-sent events (WHATWG HTML, section 9.2).

Subscribe, then send what was missed, then drop what was sent twice: so nothing falls between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec.structs import replace

from umbel.live.changes import Change, Gap, LineChanges, Snapshot, TaskChanges
from umbel.live.hub import LINES, Hub
from umbel.model.search import MAX_LENGTH, Query, matches
from umbel.web import convert, schemas
from umbel.web.attention_schemas import Attention
from umbel.web.auth.access import ROLE, Role
from umbel.web.errors import problems
from umbel.web.line_schemas import EventLine, StreamLines
from umbel.web.queue_schemas import Queues
from umbel.web.routes.tasks import query_of
from umbel.web.schedule_schemas import ScheduleSummary
from umbel.web.self_schemas import SelfReport
from umbel.web.views import Views

PING_S: Final = 10.0
RETRY_MS: Final = 1_000

Message = (
    schemas.StreamHello
    | schemas.StreamTasks
    | StreamLines
    | schemas.StreamGap
    | schemas.Workers
    | schemas.Overview
    | schemas.Health
    | Attention
    | SelfReport
    | Queues
    | ScheduleSummary
)
RESPONSES: Final = {
    **problems(400, 503),
    200: ResponseSpec(
        Message,
        description="The data of the events hello, tasks, gap, workers, overview, health, attention, self, queues, "
        "schedules.",
        media_type="text/event-stream",
        generate_examples=False,
    ),
}

Topics = Annotated[
    str,
    QueryParameter(max_length=200, description="Comma list of those events but hello and gap."),
]
Search = Annotated[str, QueryParameter(max_length=MAX_LENGTH * 2, description="Only tasks that match are sent.")]
After = Annotated[int | None, QueryParameter(ge=0, description="Journal position to go on from; else from now.")]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID", max_length=40)]


class StreamRoutes(Controller):
    """The live stream."""

    path = "/api/v1"
    tags = ("live",)
    opt = {ROLE: Role.VIEWER}  # noqa: RUF012  # Litestar reads it as a class attribute

    @get("/stream", sync_to_thread=False, summary="Live changes", responses=RESPONSES)
    def stream(  # Litestar hands over by name; these are the parameters of one route
        self,
        views: NamedDependency[Views],
        hub: NamedDependency[Hub],
        topics: Topics = "tasks",
        search: Search = "",
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> ServerSentEvent:
        """Send changes as they are committed: hello, gap, tasks, and what the other topics tell."""
        query = query_of(views, search)
        hub.must_have_room()
        resume = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
        wanted = [topic.strip() for topic in topics.split(",")]
        return ServerSentEvent(
            _messages(hub, views, query, wanted, resume),
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )


async def _messages(
    hub: Hub, views: Views, query: Query, topics: list[str], resume: int | None
) -> AsyncIterator[ServerSentEventMessage]:
    subscription = await hub.subscribe(topics)
    try:
        sent = hub.seq if resume is None else resume
        yield _message("hello", sent, schemas.StreamHello(seq=sent, now=convert.known_instant(views.now())))
        if resume is not None:
            async for change in hub.changes_after(resume):
                sent = change.seq
                yield await asyncio.to_thread(_of, change, views, query)
        told = 0
        if LINES in subscription.topics and (recent := await asyncio.to_thread(hub.lines.recent)):
            told = recent.seq
            yield await asyncio.to_thread(_of, replace(recent, recent=True), views, query)
        while True:
            try:
                next_change = await subscription.next(PING_S)
            except StopAsyncIteration:
                return
            if next_change is None:
                yield ServerSentEventMessage(comment="ping")
            elif isinstance(next_change, LineChanges):
                if next_change.seq > told:
                    yield await asyncio.to_thread(_of, _after(next_change, told), views, query)
            elif not isinstance(next_change, TaskChanges) or next_change.seq > sent:
                yield await asyncio.to_thread(_of, next_change, views, query)
    finally:
        hub.unsubscribe(subscription)


def _of(change: Change, views: Views, query: Query) -> ServerSentEventMessage:
    match change:
        case TaskChanges():
            return _message("tasks", change.seq, _tasks(change, views, query))
        case LineChanges():
            return _message("lines", change.seq, _lines(change, query))
        case Snapshot():
            return _message(change.topic, change.seq, change.value)
        case Gap():
            return _message("gap", change.seq, schemas.StreamGap(seq=change.seq, reason=change.reason))


def _tasks(change: TaskChanges, views: Views, query: Query) -> schemas.StreamTasks:
    found = [task for task in change.tasks if matches(query, task)]
    kept = {task.id for task in found}
    return schemas.StreamTasks(
        seq=change.seq,
        items=views.rows(found),
        gone=[task.id for task in change.tasks if task.id not in kept],
        changed=change.changed,
        sampled=change.sampled,
    )


def _after(change: LineChanges, seq: int) -> LineChanges:
    """Leave out lines that were told already."""
    return replace(change, lines=tuple(one for one in change.lines if one.seq > seq))


def _lines(change: LineChanges, query: Query) -> StreamLines:
    items = [one.line for one in change.lines if query.text == "" or (one.task and matches(query, one.task))]
    return StreamLines(
        seq=change.seq,
        items=[
            EventLine(
                at=convert.known_instant(line.at),
                kind=line.kind,
                worker=line.worker,
                task_id=line.task_id,
                name=line.name,
                verb=line.verb,
                rest=line.rest,
            )
            for line in items
        ],
        by_kind=dict(change.by_kind),
        looked_at=change.looked_at,
        events=change.events,
        sampled=change.looked_at < change.events or sum(change.by_kind.values()) > len(change.lines),
        recent=change.recent,
    )


def _message(event: str, seq: int, body: schemas.Schema) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(body).decode(), event=event, id=str(seq), retry=RETRY_MS)
