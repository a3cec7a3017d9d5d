"""The one loop that asks workers how they are; what they say is stored with its age, and pages read the store.

Every worker is asked in one pass: each ten seconds while somebody looks, each thirty else. What changes rarely is asked
of new processes and every ten minutes. A worker that falls silent is asked at once, and again: two questions without an
answer, beside heartbeats that stay away, are what tells a dead one from a late one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Protocol

from umbel.control.evidence import Held, held_in
from umbel.control.inspect import Answers, CannotAsk, Command, Inspector
from umbel.control.inspection_answers import TASK_INFO
from umbel.control.inspection_looks import Told, look_of
from umbel.model.inspection import Look, Part, Summary, heard_of
from umbel.model.workers import LAG_MARGIN_S, MISSED_HEARTBEATS, Worker, WorkerState, heartbeats_due_s, liveness
from umbel.store.protocols import InspectionStore, StoreError

WATCHED_EVERY_S: Final = 10.0
IDLE_EVERY_S: Final = 30.0
SETUP_EVERY_S: Final = 600.0
WATCHED_FOR_S: Final = 45.0
"""For so long after a page was read somebody is taken to look."""
TICK_S: Final = 1.0
ANSWER_WITHIN_S: Final = 3.0
SUSPECT_WITHIN_S: Final = 1.5
SUSPECT_EVERY_S: Final = 3.0
REFRESH_EVERY_S: Final = 1.0
TURN_WITHIN_S: Final = 5.0
"""Who waits longer for its turn to ask is shown what is known."""
TRIES: Final = 3
"""A new process that does not answer is asked again at once so often, and then with all others."""
HELD_AT_MOST: Final = 10_000
"""Where workers hold more tasks than this, the lists are not kept in memory for others that ask for them."""
FORGOTTEN_S: Final = 3_600.0

_ALWAYS: Final = (
    Command(name=Part.SCHEDULED),
    Command(name=Part.RESERVED),
    Command(name=Part.ACTIVE),
    Command(name=Part.STATS),
    Command(name=Part.QUEUES),
)
"""Lists in the order in which a task goes through them: one that moves on meanwhile is seen twice, and never missed."""
_LISTS: Final = 3
_RARELY: Final = (
    Command(name=Part.REGISTERED, arguments={"taskinfoitems": list(TASK_INFO)}),
    Command(name=Part.REVOKED),
    Command(name=Part.CONF),
)

Process = tuple[str, int | None]
OnRegistered = Callable[[Process, object], None]


class WorkersAndInspection(Protocol):
    """What of the store is used here."""

    @property
    def inspection(self) -> InspectionStore:
        """Where answers go."""

    def workers(self) -> list[Worker]:
        """Return all known workers."""


class Inspection:
    """A thread that asks. ``start`` once, ``stop`` once; the other methods may be called from any thread.

    ``clean`` takes secrets out of texts. ``seeing_since`` says since when events are seen (epoch seconds), ``None``
    while they are not: nobody is asked then. ``clock`` gives epoch seconds. ``on_registered`` is told which tasks a
    process has registered, as it answered.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        inspector: Inspector,
        store: WorkersAndInspection,
        *,
        clean: Callable[[str], str],
        seeing_since: Callable[[], float | None],
        clock: Callable[[], float],
        logger: logging.Logger,
        on_registered: OnRegistered | None = None,
    ) -> None:
        self._inspector = inspector
        self._store = store
        self._clean = clean
        self._seeing_since = seeing_since
        self._clock = clock
        self._logger = logger
        self._known: dict[str, Summary] = {}
        self._asked: dict[Process, tuple[int, float]] = {}
        self._held: tuple[float, Held] | None = None
        self._looked_at = float("-inf")
        self._next_at = float("-inf")
        self._passed_at = float("-inf")
        self._refreshed: dict[str, float] = {}
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="umbel-inspection", daemon=True)
        self._on_registered = on_registered

    def start(self) -> None:
        """Begin to ask, with what the store remembers."""
        self._thread.start()

    def stop(self, timeout_s: float = ANSWER_WITHIN_S) -> None:
        """Stop; an answer that is being waited for is given up after ``timeout_s``."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def note_reader(self) -> None:
        """Somebody looks at workers now: ask more often for a while."""
        now = self._clock()
        if now - self._looked_at > WATCHED_FOR_S:
            self._next_at = min(self._next_at, self._passed_at + WATCHED_EVERY_S)
        self._looked_at = now

    def held(self, not_before: float) -> Held | None:
        """Return what workers hold by a pass that began after this instant; ``None`` where there was none."""
        held = self._held
        return held[1] if held is not None and held[0] >= not_before else None

    def refresh(self, worker: str) -> Summary | None:
        """Ask one worker for everything, unless it was asked so within the last second; return what is known of it.

        Blocks for some seconds where it does not answer. Raises CannotAsk, StoreError.
        """
        if not self._turn.acquire(timeout=TURN_WITHIN_S):  # or pages of busy workers would stand in a row behind it
            return self._known.get(worker)
        try:
            now = self._clock()
            if not 0 <= now - self._refreshed.get(worker, float("-inf")) < REFRESH_EVERY_S:
                self._refreshed = {name: at for name, at in self._refreshed.items() if now - at < REFRESH_EVERY_S}
                self._refreshed[worker] = now
                workers = {one.name: one for one in self._store.workers()}
                self._ask({worker}, workers, within_s=ANSWER_WITHIN_S, rarely={worker})
            return self._known.get(worker)
        finally:
            self._turn.release()

    def _run(self) -> None:
        while not self._stopping.wait(TICK_S):
            try:
                self.tick()
            except (CannotAsk, StoreError) as error:  # the broker or the store is away; the health says so
                self._logger.debug("Workers were not asked: %s", error)
            except Exception:  # a thread that dies would ask nobody any more
                self._logger.exception("A fault while asking workers; going on")

    def tick(self) -> None:
        """Ask whom it is time to ask. Raises CannotAsk, StoreError."""
        if self._seeing_since() is None:
            return
        with self._turn:
            if not self._known:
                self._known = dict(self._store.inspection.summaries())
            workers = {one.name: one for one in self._store.workers()}
            now = self._clock()
            if now >= self._next_at:
                self._pass(workers, now)
            else:
                self._ask_some(workers, now)

    def _pass(self, workers: Mapping[str, Worker], now: float) -> None:
        is_watched = now - self._looked_at <= WATCHED_FOR_S
        self._passed_at = now
        self._next_at = now + (WATCHED_EVERY_S if is_watched else IDLE_EVERY_S)
        self._forget(now)
        alive = {name for name, one in workers.items() if self._state(one, now) is not WorkerState.OFFLINE}
        self._ask(alive, workers, within_s=ANSWER_WITHIN_S, to_all=True)

    def _ask_some(self, workers: Mapping[str, Worker], now: float) -> None:
        """Ask those that are new, and those of which nothing comes any more."""
        new = {name for name, one in workers.items() if self._is_new(one, now)}
        suspects = {name for name, one in workers.items() if self._is_suspect(one, now)}
        if new | suspects:
            within_s = SUSPECT_WITHIN_S if suspects else ANSWER_WITHIN_S
            self._ask(new | suspects, workers, within_s=within_s)

    def _is_new(self, worker: Worker, now: float) -> bool:
        process = (worker.name, worker.pid)
        known = self._known.get(worker.name)
        if known is not None and known.answered_at is not None and known.pid == worker.pid:
            return False
        tries, at = self._asked.get(process, (0, float("-inf")))
        return tries < TRIES and now - at >= tries * SUSPECT_EVERY_S and self._state(worker, now) is WorkerState.ONLINE

    def _is_suspect(self, worker: Worker, now: float) -> bool:
        """Whether its heartbeats are late, and it was not asked just now."""
        known = self._known.get(worker.name)
        if known is None or known.answered_at is None or worker.last_heartbeat_at is None:
            return False
        silent_s = now - max(worker.last_seen_at, self._seeing_since() or now)
        late_s = (MISSED_HEARTBEATS - 1) * (worker.freq_s or 2.0) + LAG_MARGIN_S / 2
        is_late = late_s < silent_s < 2 * heartbeats_due_s(worker) + ANSWER_WITHIN_S
        return is_late and now - known.asked_at >= SUSPECT_EVERY_S - TICK_S and worker.offline_at is None

    def _state(self, worker: Worker, now: float) -> WorkerState:
        heard = heard_of(worker, self._known.get(worker.name))
        return liveness(worker, now, seeing_since=self._seeing_since() or now, heard=heard)[0]

    def _ask(
        self,
        names: Collection[str],
        workers: Mapping[str, Worker],
        *,
        within_s: float,
        to_all: bool = False,
        rarely: Collection[str] = (),
    ) -> None:
        asked_at = self._clock()
        if not names and not to_all:
            return
        answers = self._inspector.ask(_ALWAYS, names, to_all=to_all, within_s=within_s)
        told = _by_worker(_ALWAYS, answers)
        due = {name for name in told if name in rarely or self._is_setup_due(name, told[name], asked_at)}
        if due:
            more = _by_worker(_RARELY, self._inspector.ask(_RARELY, due, within_s=within_s))
            for name, parts in more.items():
                told.setdefault(name, {}).update(parts)
        twice = {name for answer in answers for name in answer.twice}
        self._keep(set(names) | set(told), told, workers, twice, asked_at)
        if to_all:
            held = held_in(answers[:_LISTS])
            self._held = (asked_at, held) if len(held.tasks) <= HELD_AT_MOST else None

    def _is_setup_due(self, name: str, parts: Mapping[str, Any], now: float) -> bool:
        known = self._known.get(name)
        stats = parts.get(Part.STATS)
        pid = stats.get("pid") if isinstance(stats, Mapping) else None
        if known is None or known.pid != pid:
            return True
        return now - known.told_at.get(Part.REGISTERED, float("-inf")) >= SETUP_EVERY_S

    def _keep(
        self,
        names: Iterable[str],
        told: Mapping[str, Mapping[str, Any]],
        workers: Mapping[str, Worker],
        twice: Collection[str],
        asked_at: float,
    ) -> None:
        now = self._clock()
        looks: list[Look] = []
        for name in sorted(names):
            worker = workers.get(name)
            known = self._known.get(name)
            if name not in told and known is None:
                self._note_try(worker, asked_at)
                continue
            found = Told(parts=told.get(name, {}), worker=worker, asked_at=asked_at, at=now, twice=name in twice)
            looks.append(look_of(name, known, found, self._clean))
            self._note_try(worker, asked_at)
        self._store.inspection.keep(looks, now)
        for look in looks:
            name = look.summary.name
            self._known[name] = look.summary
            if self._on_registered is not None and Part.REGISTERED in told.get(name, {}):
                self._on_registered((name, look.summary.pid), told[name][Part.REGISTERED])

    def _note_try(self, worker: Worker | None, now: float) -> None:
        if worker is not None:
            process = (worker.name, worker.pid)
            self._asked[process] = (self._asked.get(process, (0, 0.0))[0] + 1, now)

    def _forget(self, now: float) -> None:
        self._asked = {process: one for process, one in self._asked.items() if now - one[1] < FORGOTTEN_S}


def _by_worker(commands: Collection[Command], answers: Collection[Answers]) -> dict[str, dict[str, Any]]:
    """Return the answers by worker and part."""
    told: dict[str, dict[str, Any]] = {}
    for command, answer in zip(commands, answers, strict=True):
        for name, one in answer.told.items():
            told.setdefault(name, {})[command.name] = one
    return told
