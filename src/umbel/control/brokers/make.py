"""Puts together what looks at an application's broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from celery import Celery

from umbel.control.brokers.choice import broker_url, make_probe
from umbel.control.brokers.names import Names
from umbel.control.brokers.watch import BrokerWatch, Target, WatchStore
from umbel.model.secrets import Masker, mask_text


def make_watch(  # noqa: PLR0913 - the settings that it depends on
    app: Celery,
    store: WatchStore,
    *,
    masker: Masker,
    is_own_app: bool,
    api: str | None = None,
    asked: Sequence[str] = (),
    hidden: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> BrokerWatch:
    """Return the watch of ``app``'s broker, to be started.

    ``is_own_app`` says that the application was loaded, so that its queues are real; ``api`` is where RabbitMQ's
    management API is, ``asked`` are queues to look at besides those that are found, and ``hidden`` are Umbel's own.
    """
    apis = Masker(api or "")
    target = Target(
        url=broker_url(app),
        transport=str(app.connection_for_read(app.conf.broker_read_url).transport_cls),
        make_probe=lambda: make_probe(app, api=api, hidden=hidden, clock=clock),
        clean=lambda text: apis.clean(masker.clean(mask_text(text))),
    )
    names = Names(app, store, asked=asked, hidden=hidden, is_own_app=is_own_app, clock=clock)
    return BrokerWatch(store, names, target, clock=clock, logger=logging.getLogger("umbel.control"))
