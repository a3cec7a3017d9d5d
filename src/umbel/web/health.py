"""One look at Umbel itself, put together from the link, the collector and the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from umbel.store.protocols import StoreError
from umbel.web import convert, gaps, schemas
from umbel.web.views import Reader, by_state_of

STALLED_LAG_S: Final = 30.0


Doubting = Callable[[schemas.BrokerHealth, schemas.CollectorHealth, schemas.StoreHealth], list[schemas.Doubt]]


class Identity(Struct, frozen=True, kw_only=True):
    """What does not change while Umbel runs. ``started_at`` in epoch seconds."""

    version: str
    cluster: str
    started_at: float
    title: str | None = None
    demo: bool = False
    warnings: Sequence[str] = ()


class HealthView:
    """Reads the health. ``link`` and ``collector`` return the state of the collecting half, ``doubts`` judges it.

    ``repair`` returns what was done about events that were missed.
    """

    def __init__(  # noqa: PLR0913 - what it puts together
        self,
        identity: Identity,
        store: Reader,
        *,
        link: Callable[[], schemas.BrokerHealth],
        collector: Callable[[], schemas.CollectorHealth],
        repair: Callable[[], schemas.Repair] = schemas.Repair,
        results: Callable[[], schemas.ResultFeed | None] = lambda: None,
        doubts: Doubting = lambda _broker, _collector, _store: [],
        clock: Callable[[], float],
    ) -> None:
        self._identity = identity
        self._store = store
        self._link = link
        self._collector = collector
        self._repair = repair
        self._results = results
        self._doubts = doubts
        self._clock = clock

    def read(self) -> schemas.Health:
        """Return the health now. A failing store is part of the answer, not an error."""
        broker, collector, store = self._link(), self._collector(), self._store_health()
        status, text = _verdict(broker, collector, store)
        return schemas.Health(
            status=status,
            text=text,
            version=self._identity.version,
            cluster=self._identity.cluster,
            title=self._identity.title,
            now=convert.known_instant(self._clock()),
            started_at=convert.known_instant(self._identity.started_at),
            demo=self._identity.demo,
            broker=broker,
            collector=collector,
            store=store,
            warnings=list(self._identity.warnings),
            doubts=self._doubts(broker, collector, store),
            blind=self._blind(),
            repair=self._repair(),
            results=self._results(),
        )

    def _blind(self) -> list[schemas.Gap]:
        try:
            return gaps.open_now(self._store, self._clock())
        except StoreError:
            return []

    def _store_health(self) -> schemas.StoreHealth:
        try:
            return schemas.StoreHealth(
                state="ok",
                url=self._store.masked_url,
                seq=self._store.journal_span().newest,
                tasks=sum(by_state_of(self._store.counts()).values()),
                size_bytes=self._store.size_bytes(),
                counts_too_old={period.name.lower(): n for period, n in self._store.counts_too_old().items()},
            )
        except StoreError as error:
            return schemas.StoreHealth(state="failing", url=self._store.masked_url, last_error=str(error))


def _verdict(
    broker: schemas.BrokerHealth, collector: schemas.CollectorHealth, store: schemas.StoreHealth
) -> tuple[schemas.HealthStatus, str]:
    if store.state == "failing":
        return "degraded", f"The store does not answer: {store.last_error}"
    if collector.state == "stalled":
        return "degraded", f"Events are held in memory and not stored: {collector.last_error}"
    if broker.state != "connected":
        return "blind", f"{broker.url} is out of reach; what happens now is not seen"
    return _flow(collector)


def _flow(collector: schemas.CollectorHealth) -> tuple[schemas.HealthStatus, str]:
    if collector.events == 0:
        return "waiting", "Connected; no event came yet"
    if collector.lag_s is not None and collector.lag_s > STALLED_LAG_S:
        return "degraded", f"Events are stored {collector.lag_s:.0f} s after they happened"
    if collector.dropped:
        return "degraded", f"{collector.dropped:,} events were dropped since the start"
    return "ok", "Events come and are stored"
