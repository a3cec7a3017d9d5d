"""Asks RabbitMQ's management API, and reads its answers without trust. Requests are GET only, with short time-outs.

Its figures are some seconds old: the server gathers them every five.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from umbel.model.errors import UmbelError

PORT: Final = 15_672
WITHIN_S: Final = 4.0
ANSWER_BYTES: Final = 33_554_432
_QUEUE_COLUMNS: Final = (
    "name,type,state,durable,auto_delete,exclusive,arguments,messages_ready,messages_unacknowledged,consumers,memory,"
    "head_message_timestamp,message_stats.publish,message_stats.ack,message_stats.deliver_no_ack"
)
_NODE_COLUMNS: Final = "name,running,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,disk_free_alarm"


class NoManagement(UmbelError):
    """The management API did not tell. The message is a sentence that says what to do, without a password."""


class Management:
    """One server's management API, for one virtual host."""

    def __init__(self, url: str, vhost: str) -> None:
        """``url`` is as a person writes it: ``http://user:password@host:15672``, with ``/api`` after it or not."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        path = parts.path.rstrip("/")
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "localhost"
        port = f":{parts.port}" if parts.port else ""
        self.shown = f"{parts.scheme}://{host}{port}"
        self._base = f"{self.shown}{path if path.endswith('/api') else path + '/api'}"
        user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._user = user
        self._headers = {"Authorization": f"Basic {token}", "Accept": "application/json"}
        self._vhost = quote(vhost, safe="")
        self._open = build_opener(
            ProxyHandler({}), _NoRedirect(), HTTPSHandler(context=ssl.create_default_context())
        ).open

    def overview(self) -> Mapping[str, Any]:
        """Return versions and totals. Raises NoManagement."""
        found = self._get("/overview")
        return found if isinstance(found, Mapping) else {}

    def nodes(self) -> Sequence[Mapping[str, Any]]:
        """Return the nodes with their memory and alarms. Raises NoManagement."""
        return _list(self._get(f"/nodes?columns={_NODE_COLUMNS}"))

    def queues(self) -> Sequence[Mapping[str, Any]]:
        """Return all queues of the virtual host. Raises NoManagement."""
        return _list(self._get(f"/queues/{self._vhost}?columns={_QUEUE_COLUMNS}"))

    def _get(self, path: str) -> Any:  # noqa: ANN401 - what JSON holds
        request = Request(self._base + path, headers=self._headers)  # noqa: S310 - http and https only, see __init__
        try:
            with self._open(request, timeout=WITHIN_S) as answer:
                body = answer.read(ANSWER_BYTES + 1)
        except HTTPError as error:
            error.close()
            raise NoManagement(self._refusal(error.code)) from None
        except (URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            told = f"The management API does not answer at {self.shown} ({reason}); --broker-api says where it is"
            raise NoManagement(told) from None
        if len(body) > ANSWER_BYTES:
            raise NoManagement(f"An answer of the management API at {self.shown} is larger than 32 MiB")
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise NoManagement(f"What answers at {self.shown} is no management API of RabbitMQ") from None

    def _refusal(self, status: int) -> str:
        if status in {401, 403}:
            return (
                f"The management API at {self.shown} refuses the user {self._user!r}: it needs the tag monitoring; "
                "--broker-api may name another user"
            )
        return f"The management API at {self.shown} answered {status}"


class _NoRedirect(HTTPRedirectHandler):
    """Credentials go to the server that was named, and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def guessed(broker_url_host: str | None, user: str | None, password: str | None) -> str:
    """Return where the management API of a broker most likely is: its host, the usual port, the same user."""
    host = broker_url_host or "localhost"
    host = f"[{host}]" if ":" in host else host
    return f"http://{quote(user or 'guest', safe='')}:{quote(password or 'guest', safe='')}@{host}:{PORT}"


def _list(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
