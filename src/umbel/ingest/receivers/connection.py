"""A kombu connection as receivers use it: opened once, with short time-outs, and never behind their back."""

import contextlib
import copy
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import celery
import kombu
from kombu.exceptions import OperationalError

from umbel.ingest.errors import NotAllowed

HEARTBEAT_S: Final = 10
PING_EVERY_S: Final = 5

_REDIS_OPTIONS: Final = {
    "socket_connect_timeout": 5,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": PING_EVERY_S,
}


class Connection:
    """Connects at once; raises what kombu and its driver raise. One thread at a time.

    From then on the transport is used directly, since kombu's own connection would silently connect again.
    """

    def __init__(self, app: "celery.Celery", heartbeat_s: int = HEARTBEAT_S) -> None:
        self._app = app
        self.kombu = _unconnected(app, heartbeat_s)
        self.driver = str(self.kombu.transport.driver_type)
        self._control_channel: Any = None
        try:
            self._connect()
        except BaseException:
            self.close(is_lost=True)
            raise

    def _connect(self) -> None:
        tries = max(1, len(self.kombu.alt or ()))
        self.kombu.ensure_connection(max_retries=tries, interval_start=0, interval_step=0, interval_max=0)
        self.transport = self.kombu.transport
        self.link = self.kombu.connection

    def channel(self) -> Any:  # noqa: ANN401 - each transport has a class of its own
        """Return a new channel."""
        return self.transport.create_channel(self.link)

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers; raises NotAllowed where the broker refuses it."""
        try:
            self._broadcast(command, destination)
        except Exception as error:
            if not self._is_refusal(error):
                raise
            self._control_channel = None  # which the broker may have closed
            raise NotAllowed(str(error)) from error

    def _is_refusal(self, error: BaseException) -> bool:
        """Whether the broker has answered, and the link is as it was."""
        told = error.__cause__ if isinstance(error, OperationalError) else error  # as which kombu raises both kinds
        transport = self.transport
        return isinstance(told, transport.channel_errors) and not isinstance(told, transport.connection_errors)

    def _broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        if self._control_channel is None:
            self._control_channel = self.channel()
        control: Any = self._app.control
        mailbox = copy.copy(control.mailbox)
        mailbox._producer_pool = None  # noqa: SLF001 - the pool has connections of its own that wait for ever
        names = None if destination is None else list(destination)
        mailbox(self.kombu)._broadcast(command, destination=names, channel=self._control_channel)  # noqa: SLF001

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of it. Where the link is lost, nobody waits for the broker's answer to it."""
        if not is_lost:
            self._release()
        elif self.driver == "amqp":
            with contextlib.suppress(Exception):  # it is not needed any more, whatever it says
                self.kombu.collect()
        else:  # which cleans up behind itself on the broker, and may wait long for one that is silent
            threading.Thread(target=self._release, name="umbel-release", daemon=True).start()

    def _release(self) -> None:
        with contextlib.suppress(Exception):  # it is not needed any more, whatever it says
            self.kombu.release()


def transport_of(app: "celery.Celery") -> type[Any]:
    """Return kombu's class of the transport; nothing is connected for it."""
    found: type[Any] = app.connection_for_read(app.conf.broker_read_url).get_transport_cls()
    return found


def _unconnected(app: "celery.Celery", heartbeat_s: int) -> kombu.Connection:
    is_redis = transport_of(app).driver_type == "redis"
    set_by_user: Mapping[str, object] = app.conf.broker_transport_options or {}
    added = {name: value for name, value in _REDIS_OPTIONS.items() if is_redis and name not in set_by_user}
    return app.connection_for_read(app.conf.broker_read_url, heartbeat=heartbeat_s, transport_options=added)
