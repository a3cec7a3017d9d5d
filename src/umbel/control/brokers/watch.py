"""Looks at the broker every few seconds, and stores what it saw."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from umbel.control.brokers.consumers import Consumers, consumers_of
from umbel.control.brokers.names import Names
from umbel.control.brokers.protocol import Look, Probe
from umbel.control.brokers.rates import Flow
from umbel.model.queues import BrokerReading, Consuming, QueueReading
from umbel.store.protocols import (
    InspectionStore,
    MetricsReader,
    QueueStore,
    StoreError,
    TaskReader,
    WorkerStore,
)

POLL_S: Final = 5.0
MOST_S: Final = 20.0
"""The longest wait between two tries at a broker that is out of reach."""
SETTLED_S: Final = 10.0
"""So long after the start workers may not have been asked yet which queues they consume."""
IDS_AT_ONCE: Final = 1_000
NOT_ASKED: Final = "Workers were not asked yet which queues they consume"


class WatchStore(TaskReader, MetricsReader, WorkerStore, Protocol):
    """What of the store is used."""

    @property
    def queues(self) -> QueueStore:
        """Where it goes."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers said."""


class Target(Struct, frozen=True, kw_only=True):
    """The broker that is looked at. ``url`` is masked, and ``clean`` takes passwords out of what a driver says.

    ``make_probe`` is called in the thread that looks, and may raise anything.
    """

    url: str
    transport: str
    make_probe: Callable[[], Probe]
    clean: Callable[[str], str]


class BrokerWatch:
    """A thread that looks. ``start`` once, ``stop`` once."""

    def __init__(
        self,
        store: WatchStore,
        names: Names,
        target: Target,
        *,
        clock: Callable[[], float],
        logger: logging.Logger,
        poll_s: float = POLL_S,
    ) -> None:
        self._store = store
        self._names = names
        self._target = target
        self._flow = Flow(store, clock=clock)
        self._clock = clock
        self._logger = logger
        self._poll_s = poll_s
        self._probe: Probe | None = None
        self._failures = 0
        self._began_at = clock()
        self._last = BrokerReading(at=clock(), url=target.url, transport=target.transport, reached=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-brokers", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_s: float = POLL_S) -> None:
        """Stop; an answer that is being waited for is given up after ``timeout_s``."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def look(self) -> None:
        """Look once, and store it. A broker out of reach is stored as such; raises StoreError."""
        consumers = self._consumers()
        try:
            found = self._found(consumers)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise what they like; all of it means "not now"
            self._lost(error)
            return
        self._failures = 0
        self._keep(found, consumers)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StoreError as error:
                self._logger.warning("What was read of queues could not be stored: %s", error)
            except Exception:  # a thread that dies would look no more
                self._logger.exception("A fault while looking at the broker; going on")
                self._failures += 1
            self._stopping.wait(min(MOST_S, self._poll_s * 2.0 ** min(self._failures, 6)))
        self._let_go()

    def _found(self, consumers: Consumers) -> Look:
        if self._probe is None:
            self._probe = self._target.make_probe()
        return self._probe.look(self._names.wanted(consumers.by_queue), self._sent_at)

    def _keep(self, found: Look, consumers: Consumers) -> None:
        self._last = found.broker
        self._flow.begin(frozenset(one.name for one in found.queues))
        readings = [self._flow.add(self._consumed(one, consumers), consumers) for one in found.queues]
        shown, idle = self._names.sort(readings)
        self._names.forget(found.missing)
        self._store.queues.keep(found.broker, shown, gone=[*idle, *found.missing])

    def _consumed(self, one: QueueReading, consumers: Consumers) -> QueueReading:
        """Return a reading with who consumes it, and with what its workers hold until its ETA."""
        workers = consumers.by_queue.get(one.name, ())
        consuming, reason = consumers.of(one.name, one.consumers)
        if consuming is Consuming.NO and one.consumers is None and self._clock() - self._began_at < SETTLED_S:
            consuming, reason = Consuming.UNKNOWN, NOT_ASKED
        why = {**one.why, "consumers": reason} if reason else dict(one.why)
        number = len(workers) if one.consumers is None and consuming is not Consuming.UNKNOWN else one.consumers
        held = one.held
        if held is None and not consumers.untold and all(name in consumers.only for name in workers):
            held = sum(consumers.held.get(name, 0) for name in workers)
        if held is not None:
            why.pop("held", None)
        else:
            why.setdefault("held", "Its workers consume other queues as well, and what they hold is not known by queue")
        return replace(one, workers=workers, consuming=consuming, consumers=number, held=held, why=why)

    def _consumers(self) -> Consumers:
        return consumers_of(self._store.workers(), self._store.inspection.summaries(), self._clock())

    def _sent_at(self, task_ids: Sequence[str]) -> Mapping[str, float]:
        found = self._store.tasks_by_id(task_ids[:IDS_AT_ONCE]) if task_ids else []
        return {one.id: one.sent_at for one in found if one.sent_at is not None}

    def _lost(self, error: Exception) -> None:
        self._let_go()
        self._failures += 1
        text = " ".join(str(error).split()) or "no reason given"
        told = self._target.clean(f"{type(error).__name__}: {text}")[:300]
        self._logger.debug("The broker cannot be looked at: %s", told)
        self._last = replace(self._last, at=self._clock(), reached=False, error=told)
        self._store.queues.keep(self._last, [])

    def _let_go(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.close()
