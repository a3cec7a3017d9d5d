"""Reads Redis pub/sub on the connection that kombu has opened and subscribed.

kombu would parse each envelope slowly and build an object a message; and redis-py connects and subscribes again on
its own when the server hangs up, for instance on a slow subscriber (``client-output-buffer-limit pubsub``). That is
silent, and all that was published meanwhile is lost. So the socket is watched here, and its replacement is taken for
what it is: a lost link.
"""

import time
from typing import Any, Final

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.envelopes import Envelopes
from umbel.ingest.receivers.reading import MAX_DRAIN_S, MAX_MESSAGES, Inbox

MAX_UNANSWERED_PINGS: Final = 2
_MESSAGE_TYPES: Final = frozenset({b"pmessage", b"message", "pmessage", "message"})


class PubSubReader:
    """Reads one of kombu's subscriptions, once Redis has confirmed it. ``pubsub`` is redis-py's, or kombu's variant."""

    def __init__(self, pubsub: Any) -> None:  # noqa: ANN401 - kombu's variant is made at run time
        self._pubsub = pubsub
        self._connection = pubsub.connection
        self._was_replaced = False
        self._open = Envelopes().open
        self._connection.register_connect_callback(self._on_connect)  # held weakly by redis-py

    def read(self, timeout_s: float, inbox: Inbox) -> bool:
        """See ``Reader``. Raises LinkLost, or what redis-py raises, when the link is gone."""
        owed = self._pubsub.health_check_response_counter
        messages, next_response = inbox.messages, self._pubsub.parse_response
        response = next_response(block=False, timeout=timeout_s)
        is_heard = response is not None or self._pubsub.health_check_response_counter < owed
        must_stop_at = time.monotonic() + MAX_DRAIN_S
        while response is not None:
            if response[0] in _MESSAGE_TYPES:
                messages.append(self._open(response[-1]))
            if len(messages) >= MAX_MESSAGES or time.monotonic() > must_stop_at:
                break
            response = next_response(block=False, timeout=0)
        self._check()
        return is_heard

    def keep_alive(self) -> None:
        """Ask the server for a sign of life when one is due; raises LinkLost where it owes too many."""
        if self._pubsub.health_check_response_counter >= MAX_UNANSWERED_PINGS:
            raise LinkLost(f"the server left {MAX_UNANSWERED_PINGS} pings unanswered")
        self._pubsub.check_health()

    def _check(self) -> None:
        if self._was_replaced or self._pubsub.connection is not self._connection:
            raise LinkLost("the server closed the subscription, and the client library opened a new one")

    def _on_connect(self, _connection: object) -> None:
        self._was_replaced = True
