"""Redis pub/sub under kombu: knowing when the subscription was lost.

redis-py connects and subscribes again on its own when the server hangs up, for instance on a slow subscriber
(``client-output-buffer-limit pubsub``), and kombu does when a socket is gone. Both are silent, and all that was
published meanwhile is lost. So the socket is watched, and its replacement is taken for what it is: a lost link.
"""

from typing import Any, Final

from umbel.ingest.errors import LinkLost

MAX_UNANSWERED_PINGS: Final = 2


class PubSubWatch:
    """Watches the pub/sub connection of one of kombu's Redis channels, once it has subscribed."""

    def __init__(self, pubsub: Any) -> None:  # noqa: ANN401 - redis-py's PubSub, or kombu's variant of it
        self._pubsub = pubsub
        self._connection = pubsub.connection
        self._was_replaced = False
        self._connection.register_connect_callback(self._on_connect)  # held weakly by redis-py

    def check(self) -> None:
        """Raise LinkLost where the subscription is not the one that it was."""
        if self._was_replaced or self._pubsub.connection is not self._connection:
            raise LinkLost("the server closed the subscription, and the client library opened a new one")

    def ping(self) -> None:
        """Ask the server for a sign of life when one is due; raises LinkLost where it owes too many."""
        if self._pubsub.health_check_response_counter >= MAX_UNANSWERED_PINGS:
            raise LinkLost(f"the server left {MAX_UNANSWERED_PINGS} pings unanswered")
        self._pubsub.check_health()

    def _on_connect(self, _connection: object) -> None:
        self._was_replaced = True
