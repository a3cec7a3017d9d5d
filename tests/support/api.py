"""The API over any store, without a socket."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar.testing import TestClient

from tests.support.served import own_view, parts_over
from umbel.live.hub import Hub
from umbel.store.protocols import Store
from umbel.web import schemas
from umbel.web.app import Site, create_litestar
from umbel.web.health import HealthView, Identity
from umbel.web.self_schemas import SelfAccount, SelfTotals


@contextmanager
def api_over(store: Store) -> Iterator[TestClient[Any]]:
    """Answer the routes of the API from ``store`` for the time of the block."""
    health = HealthView(
        Identity(version="test", cluster="default", started_at=time.time()),
        store,
        link=lambda: schemas.BrokerHealth(url="test://", transport="test", state="connected"),
        collector=lambda: schemas.CollectorHealth(state="live"),
        clock=time.time,
    )
    hub = Hub(store, (), log=logging.getLogger("test"))
    account = SelfAccount(totals=SelfTotals(), window=SelfTotals(), window_s=300.0, step_s=5.0)
    own = own_view(health, lambda: account, clock=time.time)
    parts = parts_over(store, health=health, own=own, hub=hub, clock=time.time)
    with TestClient(create_litestar(Site(version="test"), parts)) as client:
        yield client
