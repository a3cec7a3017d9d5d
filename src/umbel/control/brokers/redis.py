"""Looks at Redis as kombu uses it: a list for each queue and priority step, and a hash of what was given out.

Where and how to connect (TLS, sockets, sentinels), the names of keys and the priority steps are kombu's own, taken from
its channel (kombu 5.3 to 5.7). No key is looked for: there is no ``KEYS`` and no ``SCAN``. A look is a handful of round
trips, whatever the number of queues.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import redis
from celery import Celery

from umbel.control.brokers.connection import Link
from umbel.control.brokers.messages import Message, parse, parse_unacked
from umbel.control.brokers.protocol import Look, SentAt, Wanted, clean_name, count, is_internal
from umbel.control.brokers.redis_info import of_info
from umbel.control.brokers.redis_keys import Keys
from umbel.control.brokers.redis_parts import NOT_ALLOWED, Tail, Unacked
from umbel.model.queues import BrokerReading, Mix, QueueReading, mixed

PEEK: Final = 100
"""The oldest messages of a queue that are looked at for the mix of tasks."""
PEEK_EVERY_S: Final = 30.0
PEEKS_AT_ONCE: Final = 20
"""Queues whose mix is read in one look; the others have their turn in the next ones."""
UNACKED_LOOKED_AT: Final = 1_000
UNACKED_BYTES: Final = 2_097_152
BINDINGS_EVERY_S: Final = 60.0
BINDINGS_LOOKED_AT: Final = 1_000

MANY_UNACKED: Final = (
    "Redis keeps what was given out of all queues in one place, and it is more than "
    f"{UNACKED_LOOKED_AT:,} messages or 2 MiB now: the whole is on the broker's page"
)


class RedisProbe:
    """See ``Probe``."""

    def __init__(self, app: Celery, *, url: str, transport: str, clock: Callable[[], float]) -> None:
        self._link = Link(app)
        self._url = url
        self._transport = transport
        self._clock = clock
        self._keys: Keys | None = None
        self._client: Any = None
        self._mixes: dict[str, Mix] = {}
        self._queue_of: dict[tuple[str, str], str] = {}
        self._bound: dict[str, str] = {}
        self._bindings_at = float("-inf")
        self._refused: dict[str, redis.ResponseError] = {}

    def look(self, wanted: Sequence[Wanted], sent_at: SentAt) -> Look:
        """See ``Probe.look``."""
        keys, client = self._opened()
        now = self._clock()
        latency_s = _timed(client.ping)
        self._read_bindings(client, keys, wanted, now)
        names = list(dict.fromkeys([*(one.name for one in wanted), *self._bound.values()]))
        lengths, whole = self._lengths(client, keys, names)
        unacked = self._unacked(client, keys, whole, now)
        depths = {name: by for name, by in lengths.items() if by is not None}
        tails = self._tails(client, keys, depths, now, sent_at)
        queues = tuple(self._queue(name, lengths[name], tails.get(name), unacked) for name in names)
        return Look(broker=self._broker(now, latency_s, whole, keys), queues=queues)

    def close(self) -> None:
        """See ``Probe.close``."""
        self._client = None
        self._refused.clear()
        self._link.close()

    def _opened(self) -> tuple[Keys, Any]:
        if self._client is None or self._keys is None:
            channel = self._link.channel()
            self._keys = Keys(channel)
            self._client = redis.Redis(connection_pool=channel.client.connection_pool)
        return self._keys, self._client

    def _allowed(self, client: Any, *command: str) -> Any:  # noqa: ANN401 - redis-py's
        """Return the answer to what not every server or user may be asked, or the refusal, which is remembered.

        Asked by itself, and the connection is given up after a refusal: there are servers that hang up after an error.
        """
        if command[0] in self._refused:
            return self._refused[command[0]]
        try:
            return client.execute_command(*command)
        except redis.ResponseError as error:
            self._refused[command[0]] = error
            client.connection_pool.disconnect(inuse_connections=False)
            return error

    def _read_bindings(self, client: Any, keys: Keys, wanted: Sequence[Wanted], now: float) -> None:  # noqa: ANN401 - redis-py's
        """Find queues that are bound to the exchanges of those that are known: also such as nobody consumes.

        Once in a while; and what Redis refused is asked for again then.
        """
        if 0 <= now - self._bindings_at < BINDINGS_EVERY_S:
            return
        self._bindings_at = now
        self._refused.clear()
        exchanges = {one.exchange for one in wanted if one.exchange} | {one.name for one in wanted}
        named = [exchange for exchange in exchanges if not is_internal(exchange)]
        pipe = client.pipeline(transaction=False)
        for exchange in named:
            pipe.execute_command("SRANDMEMBER", keys.bindings(exchange), BINDINGS_LOOKED_AT)
        found: dict[str, str] = {}
        for exchange, members in zip(named, pipe.execute(raise_on_error=False), strict=True):
            for member in members if isinstance(members, list | set) else ():
                parts = member.split(keys.separator)
                name = clean_name(parts[-1])
                if name is not None and not is_internal(name):
                    found[name] = name
                    self._queue_of[exchange, parts[0].decode("utf-8", "replace")] = name
        self._bound = found

    def _lengths(
        self,
        client: Any,  # noqa: ANN401 - redis-py's
        keys: Keys,
        names: Sequence[str],
    ) -> tuple[dict[str, dict[int, int] | None], list[Any]]:
        """Return the length of each priority step of each queue, and what Redis says of the whole."""
        info, size = self._allowed(client, "INFO"), self._allowed(client, "MEMORY", "USAGE", keys.unacked)
        pipe = client.pipeline(transaction=False)
        pipe.execute_command("HLEN", keys.unacked)
        pipe.execute_command("ZRANGE", keys.unacked_index, 0, 0, "WITHSCORES")
        for name in names:
            for step in keys.steps:
                pipe.execute_command("LLEN", keys.queue(name, step))
        whole_and_lengths = pipe.execute(raise_on_error=False)
        whole, answers = [info, *whole_and_lengths[:2], size], iter(whole_and_lengths[2:])
        found: dict[str, dict[int, int] | None] = {}
        for name in names:
            by = {step: next(answers) for step in keys.steps}
            known = all(isinstance(n, int) for n in by.values())
            found[name] = {step: n for step, n in by.items() if n} if known else None
        return found, whole

    def _unacked(self, client: Any, keys: Keys, whole: Sequence[Any], now: float) -> Unacked | None:  # noqa: ANN401 - redis-py's
        """Return what was given out, by queue, where it is little enough to be looked at."""
        total, size = count(whole[1]), count(whole[3])
        if total == 0:
            return Unacked()
        if total is None or total > UNACKED_LOOKED_AT or (size or 0) > UNACKED_BYTES:
            return None
        values = self._allowed(client, "HVALS", keys.unacked)
        if isinstance(values, Exception):
            return None
        return Unacked(map(parse_unacked, values), self._queue_of, now)

    def _tails(
        self,
        client: Any,  # noqa: ANN401 - redis-py's
        keys: Keys,
        depths: Mapping[str, Mapping[int, int]],
        now: float,
        sent_at: SentAt,
    ) -> dict[str, Tail]:
        """Return what the oldest messages of each queue tell, and what the queue takes of memory."""
        lists = [(name, step, n) for name, by in depths.items() for step, n in by.items()]
        pipe = client.pipeline(transaction=False)
        for name, step, _ in () if "MEMORY" in self._refused else lists:
            pipe.execute_command("MEMORY", "USAGE", keys.queue(name, step))
        sizes = pipe.execute(raise_on_error=False) or [None] * len(lists)
        tails = {name: Tail() for name in depths}
        for (name, _, n), size in zip(lists, sizes, strict=True):
            tails[name].weigh(count(size), n)
        self._peek(client, keys, [one for one in lists if not tails[one[0]].is_large], tails, now)
        told = sent_at([task_id for tail in tails.values() for task_id in tail.to_ask])
        for tail in tails.values():
            tail.settle(told)
        return tails

    def _peek(
        self,
        client: Any,  # noqa: ANN401 - redis-py's
        keys: Keys,
        lists: Sequence[tuple[str, int, int]],
        tails: Mapping[str, Tail],
        now: float,
    ) -> None:
        names = {name for name, _, _ in lists}
        self._mixes = {name: mix for name, mix in self._mixes.items() if name in names}
        due = sorted(names, key=lambda name: self._mixes[name].at if name in self._mixes else 0.0)
        due = [name for name in due if name not in self._mixes or now - self._mixes[name].at >= PEEK_EVERY_S]
        whole = set(due[:PEEKS_AT_ONCE])
        pipe = client.pipeline(transaction=False)
        for name, step, _ in lists:
            pipe.execute_command("LRANGE", keys.queue(name, step), -PEEK if name in whole else -1, -1)
        peeked: dict[str, list[Message]] = {name: [] for name in whole}
        for (name, _, _), raw in zip(lists, pipe.execute(raise_on_error=False), strict=True):
            messages = [parse(one) for one in reversed(raw)] if isinstance(raw, list) else []
            if messages:
                tails[name].note(messages[0])
            if name in whole:
                peeked[name] += messages
        for name, messages in peeked.items():
            self._mixes[name] = mixed([one.task for one in messages[: PEEK * len(keys.steps)]], now)

    def _queue(
        self, name: str, lengths: Mapping[int, int] | None, tail: Tail | None, unacked: Unacked | None
    ) -> QueueReading:
        why: dict[str, str] = {}
        if lengths is None:
            why["ready"] = NOT_ALLOWED
        if unacked is None:
            why["unacked"] = why["held"] = MANY_UNACKED
        if tail is not None:
            why |= tail.why
        return QueueReading(
            name=name,
            ready=None if lengths is None else sum(lengths.values()),
            unacked=None if unacked is None else unacked.by_queue.get(name, 0),
            held=None if unacked is None else unacked.held.get(name, 0),
            delayed=0,
            oldest_at=tail.oldest_at if tail else None,
            memory_bytes=(tail.memory_bytes if tail else None) if lengths else 0 if lengths is not None else None,
            by_priority=tuple(sorted(lengths.items())) if lengths else (),
            mix=self._mixes.get(name),
            why=why,
        )

    def _broker(self, now: float, latency_s: float, whole: Sequence[Any], keys: Keys) -> BrokerReading:
        info, unacked, oldest = whole[0], whole[1], whole[2]
        is_told = isinstance(info, Mapping)
        return BrokerReading(
            at=now,
            read_at=now,
            url=self._url,
            transport=self._transport,
            reached=True,
            source="Redis itself",
            latency_s=latency_s,
            unacked=count(unacked),
            unacked_at=_score(oldest),
            visibility_timeout_s=keys.visibility_timeout_s,
            notes=()
            if is_told
            else ("INFO, which would tell memory and connections, is refused to the user of the broker's URL",),
            **(of_info(info) if is_told else {}),
        )


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _score(found: object) -> float | None:
    """Return the score of the first of ``ZRANGE ... WITHSCORES``: when the oldest was given out."""
    first = found[0] if isinstance(found, list | tuple) and found else None
    if isinstance(first, list | tuple):  # redis-py pairs them in some versions
        first = first[1] if len(first) > 1 else None
    elif isinstance(found, list | tuple) and len(found) > 1:
        first = found[1]
    try:
        return float(first) if first is not None else None
    except (TypeError, ValueError):
        return None
