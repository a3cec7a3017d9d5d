"""Tasks that send no events (``send_events = False``), which a worker counts all the same.

Without this they would look like lost events. Which tasks are such is in a worker's answer to ``registered``; how often
each ran is in ``stats``, under ``total``, and is asked of those workers only that have such tasks.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from umbel.control.inspect import Command, Inspector

ASK_EVERY_S: Final = 5.0
WINDOW_S: Final = 300.0
MAX_PROCESSES: Final = 10_000
"""Those of before stay, because what was lost of them does; the oldest ones give way."""

_STATS: Final = Command(name="stats")
_MUTE: Final = re.compile(r"(?P<name>.+?) \[(?:[^\[\]]* )?send_events=False(?: [^\[\]]*)?\]", re.DOTALL)

Process = tuple[str, int | None]


class Muted(Struct, frozen=True, kw_only=True):
    """What of a worker's count is known to send no events: how many runs, and what is surely lost without them.

    ``lost_before`` was already lost when the window began, ``None`` where that is not known.
    """

    ran: int
    lost: int
    lost_before: int | None = None


class _Growth:
    """What was surely lost of one worker, and since when; it begins anew where its loss is counted anew."""

    def __init__(self) -> None:
        self._total = 0
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, total: int, ran: int, now: float, window_s: float) -> None:
        """Take what is missing in all, and what of it ran without events. A run may be told of before it is missed."""
        marks = self._marks
        if marks and (total < self._total or now < marks[-1][0]):
            marks.clear()
        self._total = total
        surely = max(0, total - ran)
        if not marks or surely > marks[-1][1]:
            marks.append((now, surely))
        while len(marks) > 1 and marks[1][0] <= now - window_s:
            marks.popleft()

    def told(self, ran: int, since: float) -> Muted:
        """Return it, with what was lost up to ``since``."""
        before = [lost for at, lost in self._marks if at <= since]
        return Muted(ran=ran, lost=self._marks[-1][1], lost_before=before[-1] if before else None)


class MuteTasks:
    """Asks and keeps the answers. One thread calls ``learn`` and ``look``; any may call ``known``.

    ``lost`` tells by worker how many events are missing so far. Losses are told apart by whether they are of the last
    ``window_s`` seconds.
    """

    def __init__(
        self,
        inspector: Inspector,
        lost: Callable[[], Mapping[str, int]],
        clock: Callable[[], float],
        *,
        window_s: float = WINDOW_S,
    ) -> None:
        self._inspector = inspector
        self._lost = lost
        self._clock = clock
        self._window_s = window_s
        self._lock = threading.Lock()
        self._names: dict[Process, frozenset[str]] = {}
        self._ran: dict[Process, int] = {}
        self._known: dict[str, tuple[int, _Growth]] = {}
        self._next_at = 0.0

    def learn(self, process: Process, told: object) -> None:
        """Take what a worker process said that it has registered."""
        names = frozenset(mute_tasks_in(told))
        if names:
            self._names[process] = names
        while len(self._names) > MAX_PROCESSES:
            gone = next(iter(self._names))
            del self._names[gone]
            self._ran.pop(gone, None)

    def look(self, online: Collection[Process]) -> None:
        """Ask those that have such tasks how often they ran, when it is time. Raises CannotAsk."""
        now = self._clock()
        to_ask = {name: (name, pid) for name, pid in self._names if (name, pid) in online}
        if not to_ask or 0 < self._next_at - now <= ASK_EVERY_S:
            return
        self._next_at = now + ASK_EVERY_S
        lost = self._lost()  # before the question: what is lost by now was counted by then
        answers = self._inspector.ask([_STATS], set(to_ask))[0].told
        for name, told in answers.items():
            process = to_ask.get(name)
            if process is not None:
                self._ran[process] = runs_in(told, self._names[process])
        self._keep(lost, answers)

    def known(self) -> dict[str, Muted]:
        """Return what is known, by worker, of those that have such tasks."""
        since = self._clock() - self._window_s
        with self._lock:
            return {name: growth.told(ran, since) for name, (ran, growth) in self._known.items()}

    def _keep(self, lost: Mapping[str, int], answered: Iterable[str]) -> None:
        ran: dict[str, int] = {}
        for (name, _), number in self._ran.items():
            ran[name] = ran.get(name, 0) + number
        now = self._clock()
        with self._lock:
            for name in answered:
                if name in ran:
                    _, growth = self._known.get(name) or (0, _Growth())
                    growth.note(lost.get(name, 0), ran[name], now, self._window_s)
                    self._known[name] = ran[name], growth


def mute_tasks_in(told: object) -> Iterable[str]:
    """Yield the names of tasks without events in an answer to ``registered`` that tells ``send_events``."""
    for text in told if isinstance(told, list) else ():
        match = _MUTE.fullmatch(text) if isinstance(text, str) else None
        if match is not None:
            yield match.group("name")


def runs_in(told: object, names: Collection[str]) -> int:
    """Return how often these tasks ran by an answer to ``stats``; what is no number counts as none."""
    total: Any = told.get("total") if isinstance(told, dict) else None
    if not isinstance(total, dict):
        return 0
    return sum(number for name in names if isinstance(number := total.get(name), int) and number > 0)
