"""A real server around a real store, without a broker: for tests of the API."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from tests.support.inspecting import idle_dispatcher
from umbel.live.hub import Hub, Topic
from umbel.model.events import Event
from umbel.model.health import Limits
from umbel.schedule.due import due_after
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store
from umbel.web import schemas
from umbel.web.app import Site, create_app, create_litestar
from umbel.web.attention import Attention
from umbel.web.health import HealthView, Identity
from umbel.web.parts import Parts
from umbel.web.process import ProcessProbe
from umbel.web.queues import QueueViews
from umbel.web.schedules import ScheduleViews
from umbel.web.self_schemas import SelfAccount, SelfIngest, SelfLive, SelfTotals
from umbel.web.self_view import SelfView
from umbel.web.task_types import TaskTypeViews
from umbel.web.trust import Trust
from umbel.web.views import Views
from umbel.web.worker_page import WorkerPages
from umbel.web.workflows import Workflows


class Served:
    """Umbel's serving half on a free loopback port. ``commit`` writes as the collector does."""

    def __init__(self, folder: Path, site: Site, clock: Callable[[], float] = time.time) -> None:
        self.store: Store = open_store(str(folder / "umbel.db"))
        self.link = schemas.BrokerHealth(url="redis://:***@broker:6379/0", transport="redis", state="connected")
        self.account = SelfAccount(totals=SelfTotals(), window=SelfTotals(), window_s=300.0, step_s=5.0)
        identity = Identity(version=site.version, cluster="default", started_at=clock())
        health = HealthView(
            identity,
            self.store,
            link=lambda: self.link,
            collector=lambda: schemas.CollectorHealth(state="live", events=1),
            doubts=Trust(account=lambda: self.account, clock=clock).doubts,
            clock=clock,
        )
        own = own_view(health, lambda: self.account, clock=clock)
        idle = Hub(self.store, (), log=logging.getLogger("test"))
        self.routes = create_litestar(site, parts_over(self.store, health=health, own=own, hub=idle, clock=clock))
        topics = [Topic(name="health", read=health.read, every_s=0.2), Topic(name="self", read=own.read, every_s=0.2)]
        self.hub = Hub(self.store, topics, log=logging.getLogger("test"))
        config = uvicorn.Config(
            create_app(site, parts_over(self.store, health=health, own=own, hub=self.hub, clock=clock)),
            port=0,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def commit(self, *events: Event) -> int:
        """Store events as if they had just arrived, wake the live tail, and return the journal position."""
        commit = self.store.commit([Arrival(event, time.time()) for event in events])
        self.hub.wake()
        return commit.seq

    def start(self) -> None:
        """Start and wait until it answers."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """End the open streams, the server and the store."""
        self._server.should_exit = True
        self.hub.close()
        self._thread.join(10)
        self.store.close()


def parts_over(
    store: Store, *, health: HealthView, own: SelfView, hub: Hub, clock: Callable[[], float] = time.time
) -> Parts:
    """Return what the routes are given, over a store alone: no broker, no worker and nobody to ask."""
    views = Views(store, clock=clock)
    return Parts(
        views=views,
        health=health,
        own=own,
        hub=hub,
        queues=QueueViews(store, clock=clock),
        attention=Attention(store, limits=Limits(), health=health.read, workers=views.workers, clock=clock),
        task_types=TaskTypeViews(store, limits=Limits()),
        commands=idle_dispatcher(store, clock),
        workflows=Workflows(views),
        schedules=ScheduleViews(store, due_times=due_after, clock=clock),
        workers=WorkerPages(store, views.fleet, clock=clock),
    )


def own_view(health: HealthView, account: Callable[[], SelfAccount], *, clock: Callable[[], float]) -> SelfView:
    """Return the view of Umbel itself over an account, with nothing else to tell."""
    return SelfView(
        health,
        Trust(account=account, clock=clock),
        ingest=SelfIngest,
        live=SelfLive,
        process=ProcessProbe().read,
        clock=clock,
        kept_s=0.0,
    )


@contextmanager
def served(folder: Path, site: Site | None = None, clock: Callable[[], float] = time.time) -> Iterator[Served]:
    """Serve a new store in ``folder`` for the time of the block."""
    server = Served(folder, site or Site(version="test"), clock)
    server.start()
    try:
        yield server
    finally:
        server.stop()
