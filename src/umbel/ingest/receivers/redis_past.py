"""What Redis does to slow subscribers: that it will hang up, and afterwards that it has."""

import re
import time
from typing import Any, Final

import redis

from umbel.ingest.receivers.live import Warned

BEHIND_BYTES: Final = 256 * 1024
"""Who owes less than this when the link is lost was not too slow."""

BEHIND_S: Final = 1.0
LOOK_EVERY_S: Final = 2.0
MUCH_MIB: Final = 1.0

_MIB: Final = 2**20
_LIMIT: Final = "client-output-buffer-limit"
_OF_SUBSCRIBERS: Final = re.compile(r"pubsub (\d+) (\d+) (\d+)")


class RedisPast:
    """What is remembered from one link to the next. ``owed_bytes`` came and were not read when the link ended."""

    def __init__(self) -> None:
        self.owed_bytes = 0
        self._run_id: object = None

    def look(self, client: Any) -> str | None:  # noqa: ANN401 - kombu's client is made at run time
        """Return why the link before this one was lost, as far as it can be told; ``None`` for the first one.

        Raises redis.RedisError where the server is not there.
        """
        before, self._run_id = self._run_id, _run_id(client)
        if before is None or self._run_id is None:
            return None
        if before != self._run_id:
            return "another Redis answers now: it was restarted, or replaced"
        if self.owed_bytes < BEHIND_BYTES:
            return "the same Redis answers, so the connection was closed by somebody, or on the way"
        owed = f"{self.owed_bytes / _MIB:.1f} MiB came faster than they were read"
        return f"the same Redis answers, and {owed}: it has closed a subscriber that was too slow ({_limit(client)})"


class BacklogWatch:
    """Looks how much Redis holds for the connection ``client_id`` while that is behind, and says when it is much.

    ``client`` is another connection to the same Redis.
    """

    def __init__(self, client: Any, client_id: int | None) -> None:  # noqa: ANN401 - kombu's client is made at run time
        self._client = client
        self._client_id = client_id
        self._looked_at = 0.0
        self._warned = Warned()

    def look(self, dry_at: float) -> Warned:
        """Return the warning; ``dry_at`` is when all that had come was read last, by ``time.monotonic``."""
        now = time.monotonic()
        if now - dry_at < BEHIND_S:
            self._warned = Warned()
        elif self._client_id is not None and now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._warned = self._look(self._client_id)
        return self._warned

    def _look(self, client_id: int) -> Warned:
        try:
            listed = self._client.client_list(client_id=[client_id])
        except redis.ResponseError:  # the user may not ask for it
            self._client_id = None
            return Warned()
        except redis.RedisError:  # whether the link holds is for the link to say
            return Warned()
        held = sum(int(client.get("omem", 0)) for client in listed) / _MIB
        if held < MUCH_MIB:
            return Warned()
        return Warned(
            f"Redis holds {held:.1f} MiB that were not read yet, and hangs up on slow readers: {_limit(self._client)}"
        )


def _run_id(client: Any) -> object:  # noqa: ANN401 - kombu's client is made at run time
    try:
        return client.info("server").get("run_id")
    except redis.ResponseError:  # the user may not ask for it, or it is not quite a Redis
        return None


def _limit(client: Any) -> str:  # noqa: ANN401 - kombu's client is made at run time
    try:
        told = str(client.config_get(_LIMIT).get(_LIMIT, ""))
    except redis.ResponseError:
        told = ""
    found = _OF_SUBSCRIBERS.search(told)
    if found is None:
        return f"see {_LIMIT} pubsub in its configuration, which may not be read"
    hard, soft, seconds = (int(number) for number in found.groups())
    return f"{_LIMIT} pubsub allows {hard / _MIB:.1f} MiB, or {soft / _MIB:.1f} MiB for {seconds} s"
