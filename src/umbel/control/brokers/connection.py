"""A connection of kombu for looking: short time-outs, made at the first use and anew after it broke."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Final

from celery import Celery

CONNECT_WITHIN_S: Final = 4
ANSWER_WITHIN_S: Final = 5

_OPTIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "redis": {
        "socket_connect_timeout": CONNECT_WITHIN_S,
        "socket_timeout": ANSWER_WITHIN_S,
        "socket_keepalive": True,
        "health_check_interval": 5,
    },
    "amqp": {"read_timeout": ANSWER_WITHIN_S, "write_timeout": ANSWER_WITHIN_S},
}
"""What keeps a silent broker from holding a look up, by the kind of driver; what the user has set counts more."""


class Link:
    """Opens channels on a connection of its own. For one thread; raises what kombu and its driver raise."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Any = None

    def channel(self) -> Any:  # noqa: ANN401 - each transport has a class of its own
        """Return a new channel; connects where there is no connection yet."""
        if self._connection is None:
            connection = unconnected(self._app)
            try:
                tries = max(1, len(connection.alt or ()))
                connection.ensure_connection(
                    max_retries=tries, interval_start=0, interval_step=0, interval_max=0, timeout=CONNECT_WITHIN_S
                )
            except BaseException:
                _release(connection)
                raise
            self._connection = connection
        return self._connection.channel()

    @property
    def connection(self) -> Any:  # noqa: ANN401 - kombu's
        """The connection; ``None`` before the first channel."""
        return self._connection

    def close(self) -> None:
        """Let go of the connection, without waiting for the broker."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _release(connection)


def unconnected(app: Celery, *, writes: bool = False) -> Any:  # noqa: ANN401 - kombu's
    """Return a connection that is not made yet, and that waits for no answer for longer than some seconds."""
    make: Any = app.connection_for_write if writes else app.connection_for_read
    url = app.conf.broker_write_url if writes else app.conf.broker_read_url
    kind = str(make(url).get_transport_cls().driver_type)
    set_by_user: Mapping[str, object] = app.conf.broker_transport_options or {}
    added = {name: value for name, value in _OPTIONS.get(kind, {}).items() if name not in set_by_user}
    return make(url, connect_timeout=CONNECT_WITHIN_S, transport_options=added)


def _release(connection: Any) -> None:  # noqa: ANN401 - kombu's
    with contextlib.suppress(Exception):  # it is not needed any more, whatever it says
        connection.collect(socket_timeout=0.1)
