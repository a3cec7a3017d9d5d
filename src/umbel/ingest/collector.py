"""The collector: from a broker to the store, on two threads of its own.

One thread receives and decodes, the other one writes. Between them is a bounded buffer, so that a slow store never
slows the broker's side, and the web side never slows either. Only what a broker keeps until it is settled waits for it.
"""

import logging
import random as random_module
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import celery

from umbel.ingest.accounting import Account, Accounting
from umbel.ingest.batcher import DEFAULT_BATCH_EVENTS, DEFAULT_BATCH_S, DEFAULT_BUFFER_EVENTS, Batcher
from umbel.ingest.decode import EventDecoder, OnBeat, unheard
from umbel.ingest.enabler import EventEnabler
from umbel.ingest.feed import ResultFeed
from umbel.ingest.health import BrokerHealth, CollectorHealth, CollectorState, IngestHealth
from umbel.ingest.intake import Intake
from umbel.ingest.rate import Rate
from umbel.ingest.receivers.choice import ReceiverChoice, choose_receiver
from umbel.ingest.receivers.protocol import Received, Receiver
from umbel.ingest.series import Totals
from umbel.ingest.tally import Reason, Tally
from umbel.ingest.writer import EventStore, Writer
from umbel.model.events import Event, Learnt
from umbel.store.protocols import Arrival, Commit, Retention

RECEIVE_S: Final = 0.25
HELD_S: Final = 0.05
"""How long a look lasts while messages wait for room in the buffer."""
GIVE_UP_WITHIN_S: Final = 5.0


class Collector:
    """Receives all events of one deployment and commits them. ``start`` once, ``stop`` once.

    ``enable_events`` asks workers to send task events (see ``EventEnabler``). ``durable_queue`` names a queue on an
    AMQP broker that keeps events while no collector runs. ``clock`` gives epoch seconds. ``receiver`` is one, or says
    which to take; WrongReceiver is raised where the broker does not have it. ``result_feed`` listens to the result
    backend as well, where that is Redis. ``on_beat`` is given what the agent in beat says (see
    ``EventDecoder``), by the receiving thread.
    """

    def __init__(  # noqa: PLR0913 - its settings, each with a default
        self,
        app: "celery.Celery",
        store: EventStore,
        *,
        on_commit: Callable[[Commit], None] = lambda _commit: None,
        retention: Retention | None = None,
        enable_events: bool = True,
        durable_queue: str | None = None,
        batch_events: int = DEFAULT_BATCH_EVENTS,
        batch_s: float = DEFAULT_BATCH_S,
        buffer_events: int = DEFAULT_BUFFER_EVENTS,
        receiver: Receiver | ReceiverChoice = "auto",
        result_feed: bool = False,
        on_beat: OnBeat = unheard,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random_module.random,
        logger: logging.Logger | None = None,
    ) -> None:
        self._logger = logger or logging.getLogger("umbel.ingest")
        self._clock = clock
        self._receiver = (
            choose_receiver(app, receiver, clock=clock, random=random, logger=self._logger, durable_queue=durable_queue)
            if isinstance(receiver, str)
            else receiver
        )
        self._tally = Tally(clock)
        self._enabler = EventEnabler(self._receiver, clock) if enable_events else None
        feed = ResultFeed(app, self.learn, clock=clock, random=random, logger=self._logger)
        self._feed = feed if result_feed else None
        self._rate = Rate(clock)
        self._last_event_at: float | None = None
        self._batcher = Batcher(clock=clock, batch_events=batch_events, batch_s=batch_s, limit=buffer_events)
        self._intake = Intake(self._batcher, EventDecoder(self._tally, on_beat).decode)
        self._accounting = Accounting(clock, self._totals)
        self._writer = Writer(
            store,
            self._batcher,
            self._tally,
            retention=retention or Retention(),
            on_commit=on_commit,
            on_stored=self._receiver.settle,
            note=self._accounting.note_commit,
            clock=clock,
            random=random,
            logger=self._logger,
        )
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._receive, name="umbel-receive", daemon=True),
            threading.Thread(target=self._writer.run, name="umbel-write", daemon=True),
        ]

    def start(self) -> None:
        """Begin to receive and to write. Returns at once, whether the broker is there or not."""
        for thread in self._threads:
            thread.start()
        if self._feed is not None:
            self._feed.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop receiving, store what is buffered, and return; after ``timeout_s`` what is not stored is given up."""
        receiving, writing = self._threads
        deadline = time.monotonic() + timeout_s
        self._stopping.set()
        self._receiver.wake()
        if self._feed is not None:
            self._feed.stop()
        _join(receiving, deadline - time.monotonic())
        self._writer.stop()
        _join(writing, deadline - time.monotonic())
        if writing.is_alive():
            self._logger.error("Gave up %d events that the store did not take", self._waiting())
            self._writer.give_up()
            _join(writing, GIVE_UP_WITHIN_S)
        if self._receiver.health().durable_queue is None:  # which brings again what was not settled
            self._batcher.give_up(self._writer.let_go())

    def learn(self, facts: Sequence[Learnt]) -> None:
        """Commit facts that did not come as events, with the events and in their turn. Any thread may call it."""
        now = self._clock()
        self._batcher.push([Arrival(fact, now) for fact in facts])

    def health(self) -> IngestHealth:
        """Return how the link and the collector are now. Any thread may call it."""
        broker = self._receiver.health()
        results = None if self._feed is None else self._feed.health()
        return IngestHealth(broker=broker, collector=self._collector_health(broker), results=results)

    def account(self) -> Account:
        """Return what was lost, how far behind the store is, and the last minutes. Any thread may call it."""
        return self._accounting.read()

    def _totals(self) -> Totals:
        counts = self._tally.read()
        return Totals(
            events=counts.events,
            committed=self._writer.committed,
            dropped=sum(self._batcher.dropped().values()),
            malformed=sum(counts.malformed.values()),
            buffered=self._waiting(),
        )

    def _collector_health(self, broker: BrokerHealth) -> CollectorHealth:
        counts, writer = self._tally.read(), self._writer
        dropped, overflows = self._batcher.drops()
        return CollectorHealth(
            state=self._state(broker),
            lag_s=writer.lag_s,
            last_event_at=self._last_event_at,
            last_commit_at=writer.last_commit_at,
            last_error=writer.last_error,
            events=counts.events,
            events_per_s=self._rate.per_s(),
            committed=writer.committed,
            commits=writer.commits,
            malformed=sum(counts.malformed.values()),
            unknown=sum(counts.unknown.values()),
            dropped=sum(dropped.values()),
            buffered=self._waiting(),
            buffer_limit=self._batcher.limit,
            pruned_tasks=writer.pruned_tasks,
            malformed_by_reason=counts.malformed,
            unknown_by_type=counts.unknown,
            dropped_by_type=dropped,
            overflows=overflows,
            samples=counts.samples,
        )

    def _state(self, broker: BrokerHealth) -> CollectorState:
        if self._stopping.is_set():
            return "stopped"
        if self._writer.is_stalled:
            return "stalled"
        if broker.state != "connected":
            return "blind"
        return "waiting" if self._last_event_at is None else "live"

    def _waiting(self) -> int:
        return self._batcher.size + self._writer.in_hand

    def _receive(self) -> None:
        while not self._stopping.is_set():
            try:
                self._receive_once()
            except Exception:
                self._logger.exception("A fault while receiving; going on")
                self._tally.add_malformed(Reason.FAULT, "see the log")
                self._stopping.wait(RECEIVE_S)
        if self._receiver.health().durable_queue is None:  # which brings again what was not settled
            self._intake.put(Received((), 0), self._clock(), may_wait=False)
        self._receiver.close()

    def _receive_once(self) -> None:
        received = self._receiver.receive(HELD_S if self._intake.held else RECEIVE_S)
        events: list[Event] = []
        for let_in, at in self._intake.put(received, self._clock(), may_wait=self._receiver.holds):
            self._take_note(let_in, at)
            events += let_in
        if self._enabler is not None:
            self._enabler.look(events)
        if self._feed is not None:
            self._feed.see(events)

    def _take_note(self, events: list[Event], at: float) -> None:
        if events:
            self._last_event_at = at
            self._rate.add(len(events))
            self._accounting.note_received(events, at)


def _join(thread: threading.Thread, timeout_s: float) -> None:
    if thread.is_alive():
        thread.join(max(0.0, timeout_s))
