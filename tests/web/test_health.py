"""The health in one sentence: what is wrong, and why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from umbel.store.protocols import Store
from umbel.store.registry import open_store
from umbel.web import schemas
from umbel.web.health import HealthView, Identity

LINK = schemas.BrokerHealth(url="redis://x", transport="redis", state="connected")
LOST = schemas.BrokerHealth(url="redis://x", transport="redis", state="reconnecting")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(str(tmp_path / "umbel.db"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("link", "collector", "status", "text"),
    [
        (LINK, schemas.CollectorHealth(state="waiting"), "waiting", "no event came yet"),
        (LINK, schemas.CollectorHealth(state="live", events=1), "ok", "Events come and are stored"),
        (LOST, schemas.CollectorHealth(state="blind", events=1), "blind", "redis://x is out of reach"),
        (
            LINK,
            schemas.CollectorHealth(state="stalled", events=9, last_error="StoreUnavailable: the disk is full"),
            "degraded",
            "held in memory and not stored: StoreUnavailable: the disk is full",
        ),
        (LINK, schemas.CollectorHealth(state="live", events=9, lag_s=40), "degraded", "stored 40 s after"),
        (LINK, schemas.CollectorHealth(state="live", events=9, dropped=3), "degraded", "3 events were dropped"),
    ],
)
def test_one_sentence(
    store: Store, link: schemas.BrokerHealth, collector: schemas.CollectorHealth, status: str, text: str
) -> None:
    """The worst first."""
    identity = Identity(version="test", cluster="default", started_at=time.time())
    view = HealthView(identity, store, link=lambda: link, collector=lambda: collector, clock=time.time)
    health = view.read()
    assert (health.status, text in health.text) == (status, True), health.text
