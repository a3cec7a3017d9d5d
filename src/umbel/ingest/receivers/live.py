"""A receiver made of live subscriptions, one after another: it opens the next one when a link is lost."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

import celery

from umbel.ingest.backoff import CAP_S, Backoff
from umbel.ingest.errors import NotAllowed, NotSupported
from umbel.ingest.health import BrokerHealth
from umbel.ingest.receivers.link import LinkLog
from umbel.ingest.receivers.protocol import RawMessage, Received
from umbel.model.secrets import Masker, mask_url

STEADY_S: Final = 5.0
"""A link that held this long is healthy: the next loss starts with a short wait again."""


class Warned(NamedTuple):
    """A warning in words, ``None`` without one."""

    text: str | None = None
    is_losing: bool = False


class Live(Protocol):
    """One subscription, from its connection to its last message. One thread at a time.

    ``holds``: its broker keeps what is not settled (see ``Receiver``).
    """

    holds: bool

    def drain(self, timeout_s: float) -> None:
        """Gather what comes, waiting at most ``timeout_s`` for the first message and then only for what is there.

        Raises whatever its driver raises when the link is gone; what came before is still there for ``take``.
        """

    def take(self, token: int) -> Sequence[RawMessage]:
        """Return what was gathered; ``token`` names these messages to ``settle``."""

    def settle(self, token: int) -> None:
        """Acknowledge all messages up to ``token``, where the transport can."""

    def broadcast(self, command: str, destination: Sequence[str] | None) -> None:
        """Send a control command without waiting for answers.

        Raises NotAllowed where the broker refuses it, which leaves the link as it was.
        """

    def close(self, *, is_lost: bool = False) -> None:
        """Let go of everything. Where the link is lost, nobody waits for the broker's answer to it."""

    @property
    def heard_at(self) -> float:
        """Until when all that was sent has been heard, by ``time.monotonic``.

        That is the last sign of life of the broker, or when all that it had was read last, whichever is earlier.
        """

    @property
    def warning(self) -> Warned:
        """What will be lost soon, and whether it is being lost already."""

    @property
    def explanation(self) -> str | None:
        """What was found out, while it was opened, of why the one before it was lost."""


class Opener(Protocol):
    """Opens subscriptions; raises whatever its driver raises, and NotSupported where it never will."""

    def __call__(self) -> Live:
        """Return a subscription that receives from now on."""


class LiveReceiver:
    """See ``Receiver`` for what the methods promise.

    ``name`` is what the health calls it. ``clock`` gives epoch seconds, ``random`` numbers from 0 to 1. Where
    ``opener`` turns out to be NotSupported, ``fallback`` takes its place for good, and the health says why.
    """

    def __init__(  # noqa: PLR0913 - its parts
        self,
        app: "celery.Celery",
        opener: Opener,
        *,
        name: str,
        clock: Callable[[], float],
        random: Callable[[], float],
        logger: logging.Logger,
        note: str | None = None,
        fallback: Opener | None = None,
        durable_queue: str | None = None,
    ) -> None:
        url = broker_url(app)
        self._opener = opener
        self._fallback = fallback
        self._clock = clock
        self._logger = logger
        self._masker = Masker(url)
        self._backoff = Backoff(random)
        self._link = LinkLog(
            BrokerHealth(
                url=mask_url(url),
                transport=url.partition(":")[0],
                state="connecting",
                since=clock(),
                receiver=name,
                receiver_note=note,
                durable_queue=durable_queue,
            ),
            clock,
        )
        self._live: Live | None = None
        self._warned = Warned()
        self.holds = False
        self._may_ask = True
        self._woken = threading.Event()
        self._next_try_at = 0.0
        self._connected_at = 0.0
        self._token = 0
        self._settled = 0

    def receive(self, timeout_s: float) -> Received:
        """Return what has come; connects where there is no link."""
        if self._live is None and not self._connect(timeout_s):
            return Received((), self._token)
        return self._receive(timeout_s)

    def _receive(self, timeout_s: float) -> Received:
        live = self._live
        if live is None:
            return Received((), self._token)
        self._token += 1
        try:
            live.settle(self._settled)
            live.drain(timeout_s)
            self._warn(live)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like when a link breaks
            messages = live.take(self._token)
            self._lose(error)
        else:
            messages = live.take(self._token)
        return Received(messages, self._token)

    def settle(self, token: int) -> None:
        """Say that all messages up to ``token`` are stored."""
        self._settled = max(self._settled, token)

    def enable_events(self, workers: Sequence[str] | None = None) -> None:
        """Ask these workers, or all, to send task events."""
        if self._live is None or not self._may_ask:
            return
        try:
            self._live.broadcast("enable_events", workers)
        except NotAllowed as refusal:
            self._may_ask = False
            told = (
                f"workers cannot be asked for task events, since the broker refuses it; start them with -E ({refusal})"
            )
            self._link.noted(self._masker.clean(told))
            self._logger.warning("%s: %s", self._link.health().url, self._masker.clean(told))
        except Exception as error:  # noqa: BLE001 - drivers raise what they like when a link breaks
            self._lose(error)

    def health(self) -> BrokerHealth:
        """Return how the link is now."""
        return self._link.health()

    def wake(self) -> None:
        """End the waiting between two tries to connect, and all waiting after it."""
        self._woken.set()

    def close(self) -> None:
        """Let go of the link for good."""
        live, self._live = self._live, None
        if live is not None:
            live.close()
        self._link.stopped()

    def _connect(self, timeout_s: float) -> bool:
        wait_s = min(CAP_S, self._next_try_at - self._clock())  # also where the clock was set back
        if wait_s > 0:
            self._woken.wait(min(wait_s, timeout_s))
            if wait_s > timeout_s or self._woken.is_set():
                return False
        try:
            self._live = live = self._open()
        except Exception as error:  # noqa: BLE001 - drivers raise what they like; all of it means "not now"
            self._put_off(error)
            return False
        self.holds, self._may_ask = live.holds, True
        self._connected_at = self._clock()
        self._link.connected(live.explanation)
        self._logger.info("Receiving events from %s", self._link.health().url)
        return True

    def _warn(self, live: Live) -> None:
        warned, before = live.warning, self._warned
        if warned == before:
            return
        self._warned = warned
        if warned.text and (not before.text or warned.is_losing > before.is_losing):
            self._logger.warning("%s: %s", self._link.health().url, warned.text)
        losing_since = self._clock() - (time.monotonic() - live.heard_at) if warned.is_losing else None
        self._link.warned(warned.text, losing_since)

    def _open(self) -> Live:
        try:
            return self._opener()
        except NotSupported as reason:
            if self._fallback is None:
                raise
            self._opener, self._fallback = self._fallback, None
            self._link.receives_by("kombu", f"the fast receiver cannot be used: {reason}")
            self._logger.warning("Events are received by kombu, which takes more work: %s", reason)
            return self._opener()

    def _put_off(self, error: Exception) -> None:
        wait_s = self._backoff.next_s()
        self._next_try_at = self._clock() + wait_s
        told = self._told(error)
        self._link.failed(told, wait_s)
        self._logger.warning("No link to %s: %s; next try in %.1f s", self._link.health().url, told, wait_s)

    def _lose(self, error: Exception) -> None:
        live, self._live, self._warned = self._live, None, Warned()
        silent_s = time.monotonic() - live.heard_at if live is not None else 0.0
        if self._clock() - self._connected_at >= STEADY_S:
            self._backoff.reset()
        wait_s, told = self._backoff.next_s(), self._told(error)
        self._next_try_at = self._clock() + wait_s
        self._link.lost(told, since=self._clock() - silent_s, wait_s=wait_s)
        self._logger.warning("Lost the link to %s: %s", self._link.health().url, told)
        if live is not None:
            live.close(is_lost=True)

    def _told(self, error: Exception) -> str:
        text = " ".join(str(error).split()) or "no reason given"
        return self._masker.clean(f"{type(error).__name__}: {text}")[:500]


def broker_url(app: "celery.Celery") -> str:
    """Return the URL that events are read from, with its password."""
    urls: str | Sequence[str] | None = app.conf.broker_read_url
    return ";".join([urls] if isinstance(urls, str) else urls or ["amqp://"])
