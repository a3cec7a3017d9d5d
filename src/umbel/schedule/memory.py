"""What the verdict clock remembers between two ticks. All of it can be read anew from the store."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from umbel.model.metrics import By
from umbel.model.schedules import Entry, Grace, Run, RunVerdict, Standing
from umbel.schedule.rhythm import Rhythm
from umbel.store.protocols import MetricsReader, ScheduleStore

CLAIMS_KEPT: Final = 50_000
TYPICAL_EVERY_S: Final = 300.0
TYPICAL_OF_S: Final = 7 * 86_400.0
SHORTEST_LIMIT_S: Final = 1.0


class Memory:
    """How entries stand, who keeps time, whose run a task is, and how long runs may take. For one thread."""

    def __init__(self, schedules: ScheduleStore, metrics: MetricsReader, grace: Grace) -> None:
        """Read what is stored. Raises StoreError."""
        self._metrics = metrics
        self._grace = grace
        self.rhythm = Rhythm(schedules.beats())
        self.standings = schedules.standings()
        self.tells_sending: dict[str, bool] = {}
        self._claimed: OrderedDict[str, None] = OrderedDict()
        self._longest_s: dict[str, float] = {}
        self._read_at = float("-inf")
        for standing in self.standings.values():
            if standing.last is not None:
                self.claim(standing.last)

    def standing(self, entry_id: str) -> Standing:
        """Return how an entry stands."""
        return self.standings.get(entry_id) or Standing(entry_id=entry_id)

    def claim(self, run: Run) -> None:
        """Remember that the tasks of this run are of no other."""
        for task_id in (run.task_id, *run.others):
            if task_id is not None:
                self._claimed[task_id] = None
        while len(self._claimed) > CLAIMS_KEPT:
            self._claimed.popitem(last=False)

    def is_claimed(self, task_id: str) -> bool:
        """Whether it is known of which run this task is."""
        return task_id in self._claimed

    def sending_is_told(self, entry: Entry) -> bool:
        """Whether tasks of this entry say when they are sent, as far as was seen."""
        return self.tells_sending.get(entry.task, self.rhythm.has_beats)

    def longest_s(self, task: str, now: float) -> float | None:
        """Return how long a run of this task may take; the figures are read anew every five minutes."""
        if not 0 <= now - self._read_at < TYPICAL_EVERY_S:
            self._longest_s = longest_runs(self._metrics, self._grace, now)
            self._read_at = now
        return self._longest_s.get(task)

    def has_just_come(self, entry: Entry, run: Run) -> bool:
        """Whether nothing can be concluded yet from the silence about ``run``.

        From where on beat counts an interval is not known before it sent once, or the entry says when it ran; and what
        is due as soon as an entry appears may have been due before beat had it.
        """
        standing = self.standing(entry.id)
        last = standing.last
        if last is not None and (last.task_id is not None or last.verdict is RunVerdict.MISSED):
            return False
        if last is not None and last.due_at < run.due_at:
            return False
        if entry.rule.every_s is not None:
            return entry.last_run_at is None
        return run.due_at - entry.first_seen_at < self._grace.of(entry.rule)


def longest_runs(metrics: MetricsReader, grace: Grace, now: float) -> dict[str, float]:
    """Return how long a run of each task may take, in seconds, for those of which enough runs are known."""
    found: dict[str, float] = {}
    for one in metrics.totals(By.NAME, now - TYPICAL_OF_S, now).sums:
        run = one.figures.run
        if one.key.text is not None and run.n >= grace.known_runs and run.p95_s is not None:
            found[one.key.text] = max(SHORTEST_LIMIT_S, run.p95_s * grace.longest)
    return found
