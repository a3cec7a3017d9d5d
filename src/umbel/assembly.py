"""From settings to parts: what there is, and how it hangs together."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from typing import Any, Final, Protocol, TypeVar

import msgspec
from celery import Celery
from msgspec import Struct
from msgspec.structs import replace

from umbel import __version__
from umbel.control.brokers.make import make_watch
from umbel.control.brokers.watch import POLL_S
from umbel.control.catalogue import Catalogue
from umbel.control.commands.make import make_dispatcher
from umbel.control.groups import GroupFinder
from umbel.control.inspect import Inspector
from umbel.control.inspection import Inspection
from umbel.control.mute import MuteTasks
from umbel.control.reconcile import Reconciler
from umbel.control.results import Results
from umbel.ingest.accounting import WINDOW_S
from umbel.ingest.collector import Collector
from umbel.ingest.gaps import GapKeeper
from umbel.ingest.health import seen_until
from umbel.ingest.receivers.queues import DURABLE_TTL_S
from umbel.live.hub import Hub, Topic
from umbel.model.health import limit_of
from umbel.model.secrets import Masker, mask_text
from umbel.retention import retention_of
from umbel.schedule.due import due_after
from umbel.schedule.make import make_schedules
from umbel.scheduling import grace_of, places_of
from umbel.settings import Settings
from umbel.store.protocols import Store
from umbel.store.registry import folder_beside, free_bytes
from umbel.web import schemas
from umbel.web.agents import AgentUses
from umbel.web.attention import KEPT_S as ATTENTION_S, Attention
from umbel.web.convert import instant
from umbel.web.fleet import Fleet, rules_of
from umbel.web.health import HealthView, Identity
from umbel.web.in_force import InForce
from umbel.web.links import Links
from umbel.web.parts import Parts
from umbel.web.process import ProcessProbe
from umbel.web.queues import QueueViews
from umbel.web.schedules import ScheduleViews
from umbel.web.self_schemas import SelfAccount, SelfIngest, SelfLive
from umbel.web.self_view import SelfView, without_mute
from umbel.web.sight import Sight
from umbel.web.task_types import TaskTypeViews
from umbel.web.trust import Trust
from umbel.web.views import Views
from umbel.web.worker_page import WorkerPages
from umbel.web.workflows import Workflows

STOP_TIMEOUT_S: Final = 5.0
EXCERPT_SHOWN: Final = 500


class _Working(Protocol):
    """A part with a thread of its own."""

    def start(self) -> object: ...
    def stop(self) -> object: ...


class Assembly:
    """The running parts and how they hang together."""

    def __init__(self, settings: Settings, store: Store, app: Celery, *, knows_routes: bool) -> None:
        self._settings = settings
        self.collector = Collector(
            app,
            store,
            enable_events=settings.enable_events,
            receiver=settings.receiver,
            durable_queue=settings.durable_queue,
            result_feed=settings.result_feed,
            retention=retention_of(settings),
            on_commit=lambda _: self.hub.wake(),
            on_beat=lambda *report: self.schedules.agent.take(*report),  # noqa: PLW0108 - it is made below
            clock=time.time,
        )
        control_log = logging.getLogger("umbel.control")
        self.inspector = Inspector(app, logger=control_log)
        self.mute = MuteTasks(self.inspector, self._lost, clock=time.time, window_s=WINDOW_S)
        self.catalogue = Catalogue(None, store, mute=self.mute, clock=time.time, logger=control_log)
        self._masker = _masker(app, settings)
        self.inspection = Inspection(
            self.inspector,
            store,
            clean=self._masker.clean,
            seeing_since=self._seeing_since,
            clock=time.time,
            logger=control_log,
            on_registered=self.catalogue.take,
        )
        self._groups = GroupFinder(app, masker=self._masker)
        self.repair = Reconciler(
            store,
            inspector=self.inspector,
            results=Results(app, masker=self._masker),
            learn=self.collector.learn,
            seeing_since=self._seeing_since,
            recent=self.inspection.held,
            clock=time.time,
            logger=control_log,
        )
        self.gaps = GapKeeper(
            store,
            health=self.collector.health,
            losses=lambda: {one.name: one.lost for one in self._account().workers},
            on_change=self.repair.note_gap,
            kept_s=DURABLE_TTL_S if settings.durable_queue else 0.0,
            clock=time.time,
        )
        self.fleet = Fleet(
            store,
            clock=time.time,
            sight=self._sight,
            rules=rules_of(settings.expected_workers, settings.hide_offline_after, settings.limits),
            on_read=self.inspection.note_reader,
            agents=AgentUses(store, clock=time.time),
        )
        self.commands = make_dispatcher(
            app,
            self.inspector,
            store,
            masker=self._masker,
            folder=folder_beside(settings.store_location, "purged"),
            seeing_since=self._seeing_since,
            read_only=settings.read_only,
            keeps_events_on=settings.enable_events,
            knows_routes=knows_routes,
        )
        self.brokers = make_watch(
            app,
            store,
            masker=self._masker,
            is_own_app=knows_routes,
            api=settings.broker_api,
            asked=settings.watch_queues,
            hidden=[settings.durable_queue] if settings.durable_queue else [],
        )
        self.queues = QueueViews(store, limits=settings.limits, clock=time.time)
        self.schedules = make_schedules(
            app,
            self.inspector,
            store,
            places=places_of(settings, str(app.main) if knows_routes else None),
            grace=grace_of(settings),
            sees_until=lambda: seen_until(self.collector.health(), time.time()),
            kept_s=retention_of(settings).max_age_s,
        )
        self.schedule_views = ScheduleViews(store, due_times=due_after, clock=time.time)
        self.views = Views(store, clock=time.time, fleet=self.fleet)
        trust = Trust(account=self._account, free_bytes=lambda: free_bytes(settings.store_location), clock=time.time)
        self.health = HealthView(
            _identity(settings),
            store,
            link=self._link,
            collector=self._collecting,
            repair=lambda: _same_fields(schemas.Repair, self.repair.health()),
            results=self._results,
            doubts=trust.doubts,
            clock=time.time,
        )
        self.own = SelfView(
            self.health,
            trust,
            ingest=self._ingest,
            live=lambda: _shaped(SelfLive, self.hub.state()),
            process=ProcessProbe().read,
            clock=time.time,
        )
        self.attention = Attention(
            store,
            limits=settings.limits,
            health=self.health.read,
            workers=self.views.workers,
            clock=time.time,
        )
        topics = (
            Topic(name="workers", read=self.views.workers, every_s=2.0, if_changed=True),
            Topic(name="overview", read=self.views.overview, every_s=1.0),
            Topic(name="health", read=self.health.read, every_s=1.0),
            Topic(name="attention", read=self.attention.read, every_s=ATTENTION_S),
            Topic(name="self", read=self.own.read, every_s=1.0),
            Topic(name="schedules", read=self.schedule_views.summary, every_s=5.0),
            Topic(name="queues", read=self.queues.read, every_s=POLL_S),
        )
        self.hub = Hub(store, topics, log=logging.getLogger("umbel.live"))

    def start(self, stack: ExitStack) -> None:
        """Start what works by itself, each to be stopped by ``stack`` after those that were started after it."""
        stack.callback(self.commands.close)
        self._begin(stack, self.gaps)
        stack.callback(self.collector.stop, STOP_TIMEOUT_S)
        self.collector.start()
        for part in (self.inspector, self.inspection, self.catalogue, self.brokers, self.repair, self.schedules):
            self._begin(stack, part)

    @staticmethod
    def _begin(stack: ExitStack, part: _Working) -> None:
        stack.callback(part.stop)
        part.start()

    def served(self) -> Parts:
        """Return what the routes are given."""
        workflows = Workflows(self.views, groups=self._groups.look_up, why_none=self._groups.why_none)
        links = Links(self._settings.link)
        return Parts(
            views=self.views,
            health=self.health,
            own=self.own,
            hub=self.hub,
            commands=self.commands,
            workflows=workflows,
            queues=self.queues,
            attention=self.attention,
            task_types=TaskTypeViews(self.views.store, limits=self._settings.limits),
            links=links,
            in_force=InForce(
                retention=retention_of(self._settings),
                own=tuple(map(limit_of, self._settings.threshold)),
                read_only=self._settings.read_only,
            ),
            schedules=self.schedule_views,
            workers=self._worker_pages(),
        )

    def _worker_pages(self) -> WorkerPages:
        return WorkerPages(
            self.views.store,
            self.fleet,
            clock=time.time,
            refresh=self.inspection.refresh,
            losses=lambda: self._account().workers,
        )

    def _sight(self) -> Sight:
        broker = self.collector.health().broker
        if broker.state == "connected":
            return Sight(seeing_since=broker.since)
        return Sight(blind_since=broker.blind[-1].since if broker.blind else broker.since)

    def _seeing_since(self) -> float | None:
        broker = self.collector.health().broker
        return broker.since if broker.state == "connected" else None

    def _link(self) -> schemas.BrokerHealth:
        return _same_fields(schemas.BrokerHealth, self.collector.health().broker)

    def _collecting(self) -> schemas.CollectorHealth:
        return _same_fields(schemas.CollectorHealth, self.collector.health().collector)

    def _results(self) -> schemas.ResultFeed | None:
        results = self.collector.health().results
        return None if results is None else _same_fields(schemas.ResultFeed, results)

    def _account(self) -> SelfAccount:
        account = _shaped(SelfAccount, self.collector.account())
        muted = self.mute.known()
        return replace(account, workers=[without_mute(one, muted.get(one.name)) for one in account.workers])

    def _lost(self) -> dict[str, int]:
        return {one.name: one.lost for one in self.collector.account().workers}

    def _ingest(self) -> SelfIngest:
        ingest = _shaped(SelfIngest, self.collector.health().collector)
        return replace(ingest, samples=[replace(one, excerpt=self._shown(one.excerpt)) for one in ingest.samples])

    def _shown(self, excerpt: str) -> str:
        """Return the beginning of a message without passwords: masked first and cut then, or a piece of one stays."""
        return self._masker.clean(mask_text(excerpt))[:EXCERPT_SHOWN]


S = TypeVar("S", bound=schemas.Schema)


def _same_fields(shape: type[S], source: Struct) -> S:
    """Return ``source`` in the shape of the API: fields of the same name, epoch seconds as instants."""
    values = {name: getattr(source, name) for name in shape.__struct_fields__}
    for name in _INSTANTS & values.keys():
        values[name] = instant(values[name])
    return shape(**values)


def _shaped(shape: type[S], source: Struct) -> S:
    """Return ``source`` with all that is in it in the shape of the API."""
    return msgspec.convert(source, shape, from_attributes=True, strict=False)


_INSTANTS: Final = frozenset({"since", "last_event_at", "last_at"})


def _masker(app: Celery, settings: Settings) -> Masker:
    read_and_write: list[Any] = [app.conf.broker_read_url, app.conf.broker_write_url]  # each may be a list of them
    broker_urls = [one for url in read_and_write if url for one in ([url] if isinstance(url, str) else url)]
    return Masker(*broker_urls, str(app.conf.result_backend or ""), settings.store_location)


def _identity(settings: Settings) -> Identity:
    return Identity(
        version=__version__,
        cluster=settings.cluster,
        title=settings.title,
        started_at=time.time(),
        demo=settings.demo,
        warnings=settings.warnings,
    )
