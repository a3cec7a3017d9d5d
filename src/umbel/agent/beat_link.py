"""Beat's way to the broker for events: beat itself has none."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from celery.utils.nodenames import gethostname, nodename

from umbel.model.wire import BEAT

NAME: Final = "celerybeat"
"""What Celery 5.7 calls beat's node (``celery.beat.NODENAME_DEFAULT``)."""


class BeatLink:
    """A connection of its own, opened at the first event and anew after an error. One thread."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - a Celery application
        self._app = app
        self._dispatcher: Any = None

    def send(self, fields: dict[str, Any]) -> None:
        """Send one event; raises what the transport raises."""
        try:
            if self._dispatcher is None:
                self._dispatcher = self._app.events.Dispatcher(
                    self._app.connection_for_write(),
                    hostname=nodename(NAME, gethostname()),
                    buffer_while_offline=False,
                )
            self._dispatcher.send(BEAT, **fields)
        except Exception:
            self._close()
            raise

    def _close(self) -> None:
        dispatcher, self._dispatcher = self._dispatcher, None
        with suppress(Exception):
            dispatcher.connection.close()
