"""The parts of schedules, put together: what reads them, what judges them, and when they start and stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from celery import Celery
from msgspec import Struct

from umbel.control.inspect import Command, Inspector
from umbel.model.schedules import Grace
from umbel.model.workers import WorkerState, liveness
from umbel.schedule.book import Book
from umbel.schedule.clock import VerdictClock
from umbel.schedule.keeper import ScheduleKeeper
from umbel.schedule.sources.agent import AgentSource
from umbel.schedule.sources.conf import AppSource, ConfSource
from umbel.schedule.sources.django import DjangoSource
from umbel.schedule.sources.learnt import LearntSource
from umbel.schedule.sources.redbeat import DEFAULT_PREFIX, RedBeatSource
from umbel.schedule.sources.shelve import ShelveSource
from umbel.schedule.sources.source import Source
from umbel.schedule.tick import ClockStore
from umbel.store.protocols import StoreError, WorkerStore

_CONF: Final = Command(name="conf", arguments={"with_defaults": False})
_REDIS: Final = ("redis://", "rediss://", "unix://")


class Places(Struct, frozen=True, kw_only=True):
    """Where schedules are kept, as the user says. ``app`` is the name of a loaded application."""

    app: str | None = None
    file: str | None = None
    database: str | None = None
    redbeat: str | None = None


class ScheduleStoreAndWorkers(ClockStore, WorkerStore, Protocol):
    """What of the store all of it uses."""


class Schedules:
    """What runs: a thread that reads sources, and one that judges runs."""

    def __init__(self, keeper: ScheduleKeeper, clock: VerdictClock, agent: AgentSource) -> None:
        self._keeper = keeper
        self._clock = clock
        self.agent = agent

    def start(self) -> None:
        """Begin to read and to judge."""
        self._keeper.start()
        self._clock.start()

    def stop(self) -> None:
        """Stop both."""
        self._clock.stop()
        self._keeper.stop()


def make_schedules(  # noqa: PLR0913 - the parts that it joins
    app: Celery,
    inspector: Inspector,
    store: ScheduleStoreAndWorkers,
    *,
    places: Places,
    grace: Grace,
    sees_until: Callable[[], float],
    kept_s: float | None = None,
) -> Schedules:
    """Return the parts over a store; ``kept_s`` is how long runs are kept. ``start`` once, ``stop`` once."""
    logger = logging.getLogger("umbel.schedule")
    book = Book()
    agent = AgentSource(clock=time.time, on_runs=book.tell)
    keeper = ScheduleKeeper(
        store.schedules,
        book,
        _sources(app, inspector, store, places),
        learnt=LearntSource(store.schedules),
        agent=agent,
        clock=time.time,
        logger=logger,
    )
    clock = VerdictClock(store, book, grace=grace, sees_until=sees_until, clock=time.time, logger=logger, kept_s=kept_s)
    return Schedules(keeper, clock, agent)


def _sources(app: Celery, inspector: Inspector, store: WorkerStore, places: Places) -> Sequence[Source]:
    sources: list[Source] = [ConfSource(lambda at_most: confs(inspector, store, at_most))]
    if places.app is not None:
        sources.insert(0, AppSource(app, places.app))
    if places.file is not None:
        sources.append(ShelveSource(Path(places.file)))
    if places.database is not None:
        sources.append(DjangoSource(places.database))
    redbeat = places.redbeat or _own_redis(app)
    if redbeat is not None:
        conf: Any = app.conf
        prefix = conf.get("redbeat_key_prefix") or conf.get("REDBEAT_KEY_PREFIX") or DEFAULT_PREFIX
        zone = str(conf.timezone) if conf.timezone else None
        sources.append(RedBeatSource(redbeat, prefix=str(prefix), zone=zone))
    return sources


def _own_redis(app: Celery) -> str | None:
    """Return where RedBeat would be by default: in the Redis of the broker."""
    conf: Any = app.conf
    url = str(conf.get("redbeat_redis_url") or conf.get("REDBEAT_REDIS_URL") or conf.broker_url or "")
    return url if url.startswith(_REDIS) and ";" not in url else None


def confs(inspector: Inspector, store: WorkerStore, at_most: int) -> Mapping[str, object]:
    """Return the configurations of so many workers that are online, by name. Raises CannotAsk and StoreError."""
    try:
        now = time.time()
        online = [one.name for one in store.workers() if liveness(one, now)[0] is WorkerState.ONLINE]
    except StoreError:
        return {}
    chosen = sorted(online)[:at_most]
    return inspector.ask([_CONF], chosen)[0].told if chosen else {}
