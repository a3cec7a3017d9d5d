"""What pages ask a store: through the same views as the API's routes, without their caches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from benches._sample_tasks import FAMILY, NAMES, uuid
from umbel.model.health import Limits
from umbel.model.search_parser import parse
from umbel.store.protocols import Store
from umbel.web import schemas
from umbel.web.attention import Attention
from umbel.web.failures import failures
from umbel.web.routes.listing import SUMMARY_S
from umbel.web.task_types import TaskTypeViews
from umbel.web.views import Views

HOUR_S: Final = 3_600.0
WEEK_S: Final = 168 * HOUR_S
TYPES_AT_MOST: Final = 5_000
FAILURES_AT_MOST: Final = 200


def page_questions(store: Store, tasks: int, now: float, random: Random) -> dict[str, Callable[[], Any]]:
    """Return what pages ask, by what the table calls it."""
    views = Views(store, clock=lambda: now)
    types = TaskTypeViews(store, limits=Limits())

    def facets(text: str) -> Callable[[], Any]:
        return lambda: store.summaries.summarise(
            parse(text.format(k=random.randrange(1, 60)), now=now), within_s=SUMMARY_S
        )

    def family() -> Any:  # noqa: ANN401 - nobody reads it
        n = random.randrange(tasks)
        return store.families.family(uuid(n - n % FAMILY))

    def attention() -> Any:  # noqa: ANN401 - nobody reads it
        return Attention(
            store, limits=Limits(), health=lambda: _health(now), workers=views.workers, clock=lambda: now
        ).read()

    return {
        "page: attention": attention,
        "page: task types 1 h": lambda: types.read(now - HOUR_S, now, TYPES_AT_MOST),
        "page: task types 7 d": lambda: types.read(now - WEEK_S, now, TYPES_AT_MOST),
        "page: one task type 24 h": lambda: types.one(random.choice(NAMES), now - 24 * HOUR_S, now),
        "facets and histogram, all": facets(""),
        "facets and histogram, by name": facets("name:job_{k}"),
        "facets and histogram, last hour": facets("after:-1h"),
        "facets and histogram, text": facets("customer-12"),
        "page: failures": lambda: failures(views, None, FAILURES_AT_MOST),
        "workflow by root": family,
    }


def _health(now: float) -> schemas.Health:
    at = datetime.fromtimestamp(now, UTC)
    return schemas.Health(
        status="ok",
        text="",
        version="bench",
        cluster="default",
        now=at,
        started_at=at,
        demo=False,
        broker=schemas.BrokerHealth(url="redis://localhost", transport="redis", state="connected"),
        collector=schemas.CollectorHealth(state="live", events=1),
        store=schemas.StoreHealth(state="ok", url="sqlite://"),
    )
