"""An inspector of real workers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from umbel.control.inspect import Inspector
from umbel.ingest.app import make_app


@contextmanager
def an_inspector(broker: str) -> Iterator[Inspector]:
    """Ask through this broker for the length of a block."""
    inspector = Inspector(make_app(broker), logger=logging.getLogger("test"))
    inspector.start()
    try:
        yield inspector
    finally:
        inspector.stop()
