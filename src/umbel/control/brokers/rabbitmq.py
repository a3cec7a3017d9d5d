"""Looks at RabbitMQ: by its management API where that answers, else by passive declares, which change nothing.

The first tells nearly all; the second only how much is ready and how many consume, of queues whose names are known.
A message is never fetched to look at it: putting it back would mark it as redelivered, and on a quorum queue would
bring it nearer to being dropped.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from celery import Celery
from msgspec.structs import replace

from umbel.control.brokers.connection import Link
from umbel.control.brokers.management import Management, NoManagement, guessed
from umbel.control.brokers.protocol import Look, SentAt, Wanted, clean_name, count, is_internal
from umbel.model.queues import BrokerReading, QueueReading, Rates

RATES_OVER_S: Final = 300.0
RATES_LEAST_S: Final = 20.0
TRY_AGAIN_S: Final = 60.0
"""After which a management API that did not answer, and a queue that was not there, are asked again."""

DELAYED: Final = "celery_delayed_"
NO_PEEK: Final = "Messages of RabbitMQ cannot be looked at without marking them as redelivered, so Umbel does not"
NO_TIME: Final = (
    "The oldest message has no timestamp. Umbel's agent in the process that sends would write it "
    "(RabbitMQ tells it of classic queues)"
)
NO_API: Final = "Only the management API tells it"
SHARED_DELAY: Final = "RabbitMQ keeps what is delayed for all queues together: the whole is on the broker's page"


class RabbitProbe:
    """See ``Probe``. ``api`` is the address of the management API, ``None`` to try the usual one."""

    def __init__(
        self,
        app: Celery,
        *,
        url: str,
        transport: str,
        api: str | None,
        hidden: Sequence[str] = (),
        clock: Callable[[], float],
    ) -> None:
        self._link = Link(app)
        self._app = app
        self._url = url
        self._transport = transport
        self._api = api
        self._hidden = frozenset(hidden)
        self._clock = clock
        self._management: Management | None = None
        self._why_not: str | None = None
        self._ask_again_at = 0.0
        self._totals: dict[str, deque[tuple[float, int, int]]] = {}
        self._absent: dict[str, float] = {}

    def look(self, wanted: Sequence[Wanted], sent_at: SentAt) -> Look:  # noqa: ARG002 - no message is looked at
        """See ``Probe.look``."""
        now = self._clock()
        channel = self._link.channel()  # also where the management API tells all: events come over this link
        try:
            latency_s = _round_trip(channel)
            managed = self._managed(wanted, now)
            look = managed or self._declared(wanted, now)
            return replace(look, broker=replace(look.broker, latency_s=latency_s))
        finally:
            _close(channel)

    def close(self) -> None:
        """See ``Probe.close``."""
        self._link.close()

    def _managed(self, wanted: Sequence[Wanted], now: float) -> Look | None:
        if self._why_not is not None and now < self._ask_again_at:
            return None
        try:
            api = self._found_api()
            overview, nodes, listed = api.overview(), api.nodes(), api.queues()
        except NoManagement as error:
            self._why_not, self._ask_again_at = str(error), now + TRY_AGAIN_S
            return None
        self._why_not = None
        queues = [reading for one in listed if (reading := self._listed(one, wanted, now)) is not None]
        delayed = sum(count(one.get("messages_ready")) or 0 for one in listed if _is_delayed(one))
        if delayed == 0:
            queues = [
                replace(one, delayed=0, why={k: v for k, v in one.why.items() if k != "delayed"}) for one in queues
            ]
        names = {one.name for one in queues}
        missing = tuple(one.name for one in wanted if one.name not in names)
        return Look(broker=self._told(overview, nodes, queues, delayed, now), queues=tuple(queues), missing=missing)

    def _found_api(self) -> Management:
        if self._management is None:
            connection = self._link.connection
            at = self._api or guessed(connection.hostname, connection.userid, connection.password)
            self._management = Management(at, connection.virtual_host or "/")
        return self._management

    def _listed(self, one: Mapping[str, Any], wanted: Sequence[Wanted], now: float) -> QueueReading | None:
        name = clean_name(one.get("name"))
        if name is None or is_internal(name) or name in self._hidden:
            return None
        is_private = one.get("exclusive") is True or one.get("auto_delete") is True
        if is_private and name not in {known.name for known in wanted}:
            return None
        consumers, head = count(one.get("consumers")), one.get("head_message_timestamp")
        ready = count(one.get("messages_ready"))
        oldest_at = float(head) if ready and isinstance(head, int | float) and head > 0 else None
        why = {"mix": NO_PEEK, "delayed": SHARED_DELAY}
        if ready is None:
            why["ready"] = "The management API has no figures of it yet"
        if ready and oldest_at is None:
            why["oldest"] = NO_TIME
        return replace(
            QueueReading(
                name=name,
                kind=_word(one.get("type")),
                ready=ready,
                unacked=count(one.get("messages_unacknowledged")),
                consumers=consumers,
                oldest_at=oldest_at,
                memory_bytes=count(one.get("memory")),
                why=why,
            ),
            **self._rates(name, one.get("message_stats"), now),
        )

    def _rates(self, name: str, stats: object, now: float) -> dict[str, Any]:
        """Return arrivals and completions a minute, by how much the broker's own counts grew."""
        told = stats if isinstance(stats, Mapping) else {}
        came = count(told.get("publish")) or 0
        went = (count(told.get("ack")) or 0) + (count(told.get("deliver_no_ack")) or 0)
        marks = self._totals.setdefault(name, deque())
        if marks and (came < marks[-1][1] or went < marks[-1][2] or now < marks[-1][0]):
            marks.clear()  # counted anew
        marks.append((now, came, went))
        while len(marks) > 1 and marks[1][0] <= now - RATES_OVER_S:
            marks.popleft()
        over_s = now - marks[0][0]
        if over_s < RATES_LEAST_S:
            return {}
        return {
            "arrived_per_min": round((came - marks[0][1]) * 60.0 / over_s, 2),
            "ended_per_min": round((went - marks[0][2]) * 60.0 / over_s, 2),
            "rates_from": Rates.BROKER,
        }

    def _told(
        self,
        overview: Mapping[str, Any],
        nodes: Sequence[Mapping[str, Any]],
        queues: Sequence[QueueReading],
        delayed: int,
        now: float,
    ) -> BrokerReading:
        totals = overview.get("object_totals")
        totals = totals if isinstance(totals, Mapping) else {}
        limits = [count(one.get("mem_limit")) for one in nodes]
        return BrokerReading(
            at=now,
            read_at=now,
            url=self._url,
            transport=self._transport,
            reached=True,
            source="the management API",
            product="RabbitMQ",
            version=_word(overview.get("rabbitmq_version")),
            connections=count(totals.get("connections")),
            memory_bytes=_sum([count(one.get("mem_used")) for one in nodes]),
            memory_limit_bytes=_sum(limits),
            unacked=_sum([one.unacked for one in queues]),
            delayed=delayed,
            facts=("1 node" if len(nodes) == 1 else f"{len(nodes)} nodes",),
            alarms=tuple(_alarms(nodes)),
        )

    def _declared(self, wanted: Sequence[Wanted], now: float) -> Look:
        """Ask for each queue by its name. One that is not there costs its channel, so it is not asked for each time."""
        queues, missing = [], []
        channel = self._link.channel()
        for one in wanted:
            if now < self._absent.get(one.name, 0.0):
                missing.append(one.name)
                continue
            try:
                found = channel.queue_declare(queue=one.name, passive=True)
            except channel.connection.channel_errors as error:
                _close(channel)
                channel = self._link.channel()
                if getattr(error, "reply_code", None) == 404:  # noqa: PLR2004 - AMQP's "not found"
                    missing.append(one.name)
                    self._absent[one.name] = now + TRY_AGAIN_S
                else:
                    queues.append(_unknown(one.name, str(getattr(error, "reply_text", error))))
                continue
            queues.append(_passive(one.name, found))
        _close(channel)
        return Look(broker=self._bare(now), queues=tuple(queues), missing=tuple(missing))

    def _bare(self, now: float) -> BrokerReading:
        transport = getattr(self._link.connection, "connection", None)
        told = getattr(transport, "server_properties", None) or {}
        return BrokerReading(
            at=now,
            read_at=now,
            url=self._url,
            transport=self._transport,
            reached=True,
            source="passive declares",
            product=_word(told.get("product")) or "RabbitMQ",
            version=_word(told.get("version")),
            notes=(self._why_not,) if self._why_not else (),
        )


def _passive(name: str, found: Any) -> QueueReading:  # noqa: ANN401 - the driver's
    ready = count(found.message_count)
    why = dict.fromkeys(("unacked", "delayed", "memory"), NO_API) | {"mix": NO_PEEK}
    if ready:
        why["oldest"] = NO_API
    return QueueReading(name=name, ready=ready, consumers=count(found.consumer_count), why=why)


def _unknown(name: str, reason: str) -> QueueReading:
    return QueueReading(name=name, why={"ready": f"RabbitMQ does not tell: {reason[:200]}"})


def _is_delayed(one: Mapping[str, Any]) -> bool:
    return str(one.get("name", "")).startswith(DELAYED)


def _alarms(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    alarms = []
    for one in nodes:
        name = str(one.get("name"))[:100]
        if one.get("running") is False:
            alarms.append(f"{name} does not run")
        if one.get("mem_alarm") is True:
            alarms.append(f"{name} is short of memory, so RabbitMQ takes no message from anybody")
        if one.get("disk_free_alarm") is True:
            alarms.append(f"{name} is short of disk, so RabbitMQ takes no message from anybody")
    return alarms


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _word(value: object) -> str | None:
    return str(value)[:100] if value not in (None, "") else None


def _round_trip(channel: Any) -> float:  # noqa: ANN401 - the driver's
    """Return how long an answer takes: of a quality of service for this channel alone, which has no consumer."""
    began = time.perf_counter()
    channel.basic_qos(0, 0, False)
    return time.perf_counter() - began


def _close(channel: Any) -> None:  # noqa: ANN401 - the driver's
    with contextlib.suppress(Exception):  # it is closed already
        channel.close()
