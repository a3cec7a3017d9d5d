"""A collector that repairs what it missed, with little patience."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.support.collecting import Collecting
from tests.support.inspecting import an_inspector
from umbel.control.evidence import Grace
from umbel.control.patience import Patience
from umbel.control.reconcile import Reconciler
from umbel.control.results import Results
from umbel.ingest.app import make_app
from umbel.model.secrets import Masker


@contextmanager
def repairing(collected: Collecting, broker: str, backend: str | None, *, grace_s: float = 1.0) -> Iterator[Reconciler]:
    """Repair what ``collected`` missed, round after round, for the length of a block."""
    with ExitStack() as parts:
        reconciler = Reconciler(
            collected.store,
            inspector=parts.enter_context(an_inspector(broker)),
            results=Results(make_app(broker, result_backend=backend), masker=Masker(broker, backend or "")),
            learn=collected.collector.learn,
            seeing_since=lambda: collected.link.since if collected.link.state == "connected" else None,
            clock=time.time,
            logger=logging.getLogger("test"),
            patience=Patience(quiet_s=0.0, again_s=0.2, sure_s=0.5),
            grace=Grace(running_s=grace_s, held_s=grace_s),
            every_s=0.2,
        )
        reconciler.start()
        parts.callback(reconciler.stop)
        yield reconciler
