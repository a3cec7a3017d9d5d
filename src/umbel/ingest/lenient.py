"""The long way from a parsed object to an event: takes what can be meant, refuses what cannot."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from umbel.ingest.agent_events import TYPES as AGENT_TYPES, events_of as agent_events_of
from umbel.ingest.coerce import (
    Refused,
    extra,
    hostname,
    instant,
    link,
    loads,
    moment,
    natural,
    seconds,
    task_id,
    text,
    timestamp,
    traceback,
    truth,
)
from umbel.ingest.tally import Reason
from umbel.model.events import (
    KIND_BY_TYPE,
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    WORKER_TYPES,
    Event,
    TaskEvent,
    WorkerEvent,
)
from umbel.model.texts import clean
from umbel.model.wire import ARGUMENTS, BEAT, CPU, PEAK_MEMORY, SENT_AT

_TASK: Final = "task-"

OnBeat = Callable[[Mapping[str, Any]], object]


class UnknownType(Exception):
    """It is an event of a type that Umbel does not use."""

    def __init__(self, type_: str) -> None:
        super().__init__(type_)
        self.type = type_


def events_of(item: object, on_beat: OnBeat) -> list[Event]:
    """Return the events that a parsed object stands for; raises Refused or UnknownType and nothing else.

    ``on_beat`` is given what the agent in beat says, which is no event of a task or a worker.
    """
    if not isinstance(item, Mapping):
        raise Refused(Reason.NOT_AN_OBJECT)
    type_ = _type_of(item)
    if type_ in WORKER_TYPES:
        return [_worker_event(type_, item)]
    if type_.startswith(_TASK) and len(type_) > len(_TASK):
        return [_task_event(type_, item)]
    if type_ == BEAT:
        on_beat(item)
        return []
    if type_ in AGENT_TYPES:
        return agent_events_of(type_, item)
    raise UnknownType(type_)


def _type_of(item: Mapping[str, Any]) -> str:
    type_ = item.get("type")
    if not isinstance(type_, str) or not type_:
        raise Refused(Reason.NO_TYPE)
    type_ = clean(type_)
    if len(type_) > MAX_NAME_LENGTH:
        raise Refused(Reason.LONG_ID)
    return type_


def _task_event(type_: str, item: Mapping[str, Any]) -> TaskEvent:
    return TaskEvent(
        type=type_,
        uuid=task_id(item.get("uuid")),
        hostname=hostname(item.get("hostname")),
        timestamp=timestamp(item.get("timestamp")),
        pid=natural(item.get("pid")) or 0,
        clock=natural(item.get("clock")) or 0,
        name=text(item.get("name"), MAX_NAME_LENGTH),
        args=text(item.get("args"), MAX_TEXT_LENGTH),
        kwargs=text(item.get("kwargs"), MAX_TEXT_LENGTH),
        root_id=link(item.get("root_id")),
        parent_id=link(item.get("parent_id")),
        retries=natural(item.get("retries")),
        eta=moment(item.get("eta")),
        expires=moment(item.get("expires")),
        queue=text(item.get("queue"), MAX_NAME_LENGTH),
        exchange=text(item.get("exchange"), MAX_NAME_LENGTH),
        routing_key=text(item.get("routing_key"), MAX_NAME_LENGTH),
        result=text(item.get("result"), MAX_TEXT_LENGTH),
        runtime=seconds(item.get("runtime")),
        exception=text(item.get("exception"), MAX_TEXT_LENGTH),
        traceback=traceback(item.get("traceback")),
        terminated=truth(item.get("terminated")),
        signum=text(item.get("signum"), MAX_NAME_LENGTH),
        expired=truth(item.get("expired")),
        requeue=truth(item.get("requeue")),
        extra=None if type_ in KIND_BY_TYPE else extra(item),
        sent_at=instant(item.get(SENT_AT)),
        arguments=text(item.get(ARGUMENTS), MAX_TEXT_LENGTH),
        cpu_s=seconds(item.get(CPU)),
        peak_memory_bytes=natural(item.get(PEAK_MEMORY)),
    )


def _worker_event(type_: str, item: Mapping[str, Any]) -> WorkerEvent:
    return WorkerEvent(
        type=type_,
        hostname=hostname(item.get("hostname")),
        timestamp=timestamp(item.get("timestamp")),
        pid=natural(item.get("pid")) or 0,
        clock=natural(item.get("clock")) or 0,
        freq=seconds(item.get("freq")),
        active=natural(item.get("active")),
        processed=natural(item.get("processed")),
        loadavg=loads(item.get("loadavg")),
        sw_ident=text(item.get("sw_ident"), MAX_NAME_LENGTH),
        sw_ver=text(item.get("sw_ver"), MAX_NAME_LENGTH),
        sw_sys=text(item.get("sw_sys"), MAX_NAME_LENGTH),
    )
