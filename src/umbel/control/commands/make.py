"""Puts the dispatcher together."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from celery import Celery

from umbel.control.commands.dispatcher import Dispatcher, Store
from umbel.control.commands.queues import Purges
from umbel.control.commands.roster import Roster
from umbel.control.commands.tasks import Tasks
from umbel.control.inspect import Inspector
from umbel.model.secrets import Masker
from umbel.store.protocols import WorkerStore


class WholeStore(Store, WorkerStore, Protocol):
    """What of the store all of it uses."""


def make_dispatcher(  # noqa: PLR0913 - the parts that it joins
    app: Celery,
    inspector: Inspector,
    store: WholeStore,
    *,
    masker: Masker,
    folder: Path,
    seeing_since: Callable[[], float | None],
    clock: Callable[[], float] = time.time,
    read_only: bool = False,
    keeps_events_on: bool = False,
    knows_routes: bool = False,
) -> Dispatcher:
    """Return a dispatcher; ``folder`` is where exports go. ``close`` it at the end."""
    return Dispatcher(
        inspector,
        store,
        roster=Roster(store, seeing_since=seeing_since, clock=clock),
        tasks=Tasks(app, inspector, masker=masker, knows_routes=knows_routes),
        purges=Purges(app, folder, masker=masker),
        clock=clock,
        pause=time.sleep,
        read_only=read_only,
        keeps_events_on=keeps_events_on,
    )
