"""The receiver for every transport that Celery supports, and the reference for all others.

It reads raw messages: ``celery.events.Receiver`` would shift stamps between time zones and decode one by one.
"""

import logging
from collections.abc import Callable

import celery

from umbel.ingest.receivers.live import LiveReceiver
from umbel.ingest.receivers.subscription import Subscription


class KombuReceiver(LiveReceiver):
    """Receives through ``app``'s read connection. ``note`` says why no faster receiver was taken."""

    def __init__(
        self,
        app: "celery.Celery",
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
        note: str | None = None,
    ) -> None:
        super().__init__(
            app, lambda: Subscription(app), name="kombu", clock=clock, random=random, logger=logger, note=note
        )
