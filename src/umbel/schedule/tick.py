"""One look of the verdict clock: what is due is judged, and what follows is planned.

Each active entry has one run at its head, the next that is expected. Once that is due the one after it is planned; of
an interval only when its task came or was missed, because beat counts from when it sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from umbel.model.gaps import Gap, GapKind
from umbel.model.schedule_judge import Seen, doubled, with_task, without_task
from umbel.model.schedule_match import EARLY_S, Found, Send, doubles, find
from umbel.model.schedules import OPEN, Entry, Grace, RuleKind, Run, RunVerdict, Standing
from umbel.model.tasks import Task
from umbel.schedule.book import Book
from umbel.schedule.memory import Memory
from umbel.schedule.plan import run_after, skipping
from umbel.store.protocols import GapStore, MetricsReader, ScheduleStore, TaskReader

CATCH_UP_RUNS: Final = 60
"""After a time in which nobody looked, so many due times of an entry are judged, the newest."""
JUDGED_AT_ONCE: Final = 5_000
_BLINDING: Final = (GapKind.LINK, GapKind.STOPPED, GapKind.DROPPED)


class ClockStore(GapStore, MetricsReader, TaskReader, Protocol):
    """What of the store the clock uses."""

    @property
    def schedules(self) -> ScheduleStore:
        """Entries and runs."""


class Given(Struct, frozen=True, kw_only=True):
    """What a look works with. All that was sent before ``until`` (epoch seconds) and was heard is stored."""

    store: ClockStore
    book: Book
    memory: Memory
    grace: Grace
    now: float
    until: float


class Tick:
    """Judges the runs ``due`` and stores what came of it, in one transaction."""

    def __init__(self, given: Given, due: Sequence[Run]) -> None:
        self._given = given
        self._now = given.now
        self._memory = given.memory
        self._due = due
        self._entries = given.book.entries()
        self._told = given.book.told()
        self._judged: dict[tuple[str, float], Run] = {}
        self._gone: list[tuple[str, float]] = []
        self._stood: dict[str, Standing] = {}
        self._sends: dict[str, list[Send]] = {}
        self._tasks: dict[str, Task] = {}
        self._gaps: list[Gap] | None = None

    def judge(self) -> None:
        """Do it. Raises StoreError, and may then be done again."""
        self._read()
        for run in sorted(self._due, key=lambda one: one.due_at):
            entry = self._entries.get(run.entry_id)
            if entry is None:
                self._keep(replace(run, look_at=None))
            else:
                self._follow(entry, run)
        gone = [key for key in self._gone if key not in self._judged]
        self._given.store.schedules.keep_runs(list(self._judged.values()), list(self._stood.values()), gone)
        self._memory.standings.update(self._stood)

    def _read(self) -> None:
        places: dict[str, int] = {}
        for run in self._due:
            entry = self._entries.get(run.entry_id)
            if entry is not None and run.task_id is None:
                places[entry.task] = min(run.place, places.get(entry.task, run.place))
        ids = [run.task_id for run in self._due if run.task_id is not None]
        self._sends = self._given.store.schedules.sends(places) if places else {}
        self._tasks = {task.id: task for task in self._given.store.tasks_by_id(ids)} if ids else {}

    def _follow(self, entry: Entry, run: Run) -> None:
        """Judge a run, and those after it that are due by now as well."""
        for _ in range(CATCH_UP_RUNS + 2):
            judged, after = self._of(entry, run)
            self._keep(judged)
            self._stand(entry, judged, after)
            if after is None:
                return
            after = skipping(entry, judged, after, self._now, CATCH_UP_RUNS)
            if after.look_at is None or after.look_at > self._now or len(self._judged) > JUDGED_AT_ONCE:
                break
            run = after
        else:
            after = run
        self._keep(after)
        self._plan(entry, after.due_at)

    def _of(self, entry: Entry, run: Run) -> tuple[Run, Run | None]:
        """Return the run with its verdict, and the one that follows where it is at the head."""
        if run.task_id is not None:
            task = self._tasks.get(run.task_id)
            return (replace(run, look_at=None) if task is None else self._told_by(entry, run, task)), None
        is_head = self._is_head(entry, run)
        after = run_after(entry, run, run.place)
        found = find(
            entry,
            run,
            [one for one in self._sends.get(entry.task, ()) if not self._memory.is_claimed(one.task.id)],
            next_due=None if after is None else after.due_at,
            rivals=[one for one in self._given.book.of_task(entry.task) if one.id != entry.id],
            told=self._told,
        )
        if found is not None:
            return self._matched(entry, run, found, is_head=is_head)
        judged = self._silent(entry, run, after)
        is_still_open = judged.verdict is RunVerdict.WAITING and _counts_from_sending(entry)
        return judged, after if is_head and not is_still_open else None

    def _is_head(self, entry: Entry, run: Run) -> bool:
        planned = (self._stood.get(entry.id) or self._memory.standing(entry.id)).next_due_at
        return planned is None or planned <= run.due_at

    def _silent(self, entry: Entry, run: Run, after: Run | None) -> Run:
        next_due = None if after is None else after.due_at
        judged = without_task(entry, run, self._seen(entry, run), self._now, self._given.grace, next_due)
        if run.verdict is RunVerdict.UNKNOWN:  # what could not be told then is not told later from the same silence
            judged = replace(judged, verdict=run.verdict, reason=run.reason)
        if entry.is_active or judged.verdict is not RunVerdict.WAITING:
            return judged
        return replace(run, verdict=RunVerdict.UNKNOWN, look_at=None, reason="the entry ended or was paused meanwhile")

    def _matched(self, entry: Entry, run: Run, found: Found, *, is_head: bool) -> tuple[Run, Run | None]:
        memory, send = self._memory, found.send
        for one in (send, *found.more):
            memory.rhythm.note(entry, run, one)
        memory.tells_sending[entry.task] = send.task.sent_at is not None
        dated = self._dated(entry, run, found)
        judged = self._told_by(entry, dated, send.task)
        judged = replace(judged, how="agent" if found.told else "name and time", place=max(send.place, run.place))
        judged = self._with_doubles(entry, judged, found)
        if judged.reason is None:
            judged = replace(judged, reason=self._doubt(found))
        memory.claim(judged)
        if is_head:
            return judged, run_after(entry, judged, judged.place)
        return judged, self._shifted(entry, judged)

    def _dated(self, entry: Entry, run: Run, found: Found) -> Run:
        """An interval that came early shows that beat counts from another instant: it was due then."""
        came_early = _counts_from_sending(entry) and found.send.at < run.due_at - EARLY_S
        if not came_early or run.verdict is not RunVerdict.WAITING:
            return run
        self._gone.append((run.entry_id, run.due_at))
        return replace(run, due_at=found.send.at)

    def _shifted(self, entry: Entry, judged: Run) -> Run | None:
        """Where an interval came although it was given up, the next one counts from it; what was planned is gone."""
        planned = (self._stood.get(entry.id) or self._memory.standing(entry.id)).next_due_at
        after = run_after(entry, judged, judged.place)
        if not _counts_from_sending(entry) or after is None or planned is None or planned > after.due_at:
            return None
        self._gone.append((entry.id, planned))
        self._judged.pop((entry.id, planned), None)
        return after

    def _with_doubles(self, entry: Entry, judged: Run, found: Found) -> Run:
        others = doubles(entry.rule, judged, found, self._memory.rhythm.keeping_time())
        clients = tuple(dict.fromkeys(one.task.client for one in (found.send, *others) if one.task.client))
        return doubled(judged, found, tuple(one.task.id for one in others), clients)

    def _doubt(self, found: Found) -> str | None:
        if found.told:
            return None
        if found.unsure is not None:
            return f"found by name and time, and perhaps not for this entry: {found.unsure}"
        client, beats = found.send.task.client, self._memory.rhythm.keeping_time()
        if client is not None and beats and client not in beats:
            return f"sent by {client}, which was not seen before to send what is scheduled"
        return None

    def _told_by(self, entry: Entry, run: Run, task: Task) -> Run:
        judged = with_task(entry, run, task, self._seen(entry, run, task), self._now, self._given.grace)
        if run.others and judged.verdict in (RunVerdict.ON_TIME, RunVerdict.LATE, RunVerdict.RUNNING):
            return replace(judged, verdict=RunVerdict.DUPLICATE, reason=run.reason)
        return judged if judged.reason is not None or run.how is None else replace(judged, reason=_kept_doubt(run))

    def _seen(self, entry: Entry, run: Run, task: Task | None = None) -> Seen:
        grace_s = self._given.grace.of(entry.rule)
        needs_gaps = self._now >= run.due_at + grace_s and (task is None or task.received_at is None)
        is_new = task is None and self._memory.has_just_come(entry, run)
        return Seen(
            until=self._given.until,
            blind=self._blind(run.due_at - EARLY_S, run.due_at + grace_s) if needs_gaps else None,
            tells_sending=self._memory.sending_is_told(entry),
            beat_ran_at=entry.last_run_at,
            longest_s=self._memory.longest_s(entry.task, self._now),
            first_period="Umbel had only just learnt of this entry, so its silence proves nothing" if is_new else None,
        )

    def _blind(self, since: float, until: float) -> str | None:
        """Return why events of this time may have been missed, ``None`` where Umbel saw all of it."""
        if self._gaps is None:
            oldest = min(run.due_at for run in self._due) - EARLY_S
            self._gaps = self._given.store.gaps(oldest, self._now, kinds=_BLINDING)
        touching = (gap for gap in self._gaps if gap.since <= until and (gap.until is None or gap.until >= since))
        return next((gap.reason for gap in touching), None)

    def _keep(self, run: Run) -> None:
        self._judged[(run.entry_id, run.due_at)] = run

    def _plan(self, entry: Entry, due_at: float) -> None:
        self._stood[entry.id] = replace(self._stood[entry.id], next_due_at=due_at)

    def _stand(self, entry: Entry, run: Run, after: Run | None) -> None:
        known = self._stood.get(entry.id) or self._memory.standing(entry.id)
        if after is None and self._is_head(entry, run) and run.verdict is not RunVerdict.WAITING:
            known = replace(known, next_due_at=None)
        is_newest = known.last is None or run.due_at >= known.last.due_at
        if is_newest and (run.verdict not in OPEN or run.task_id is not None):
            known = standing_after(known, run)
        self._stood[entry.id] = known


def _counts_from_sending(entry: Entry) -> bool:
    return entry.rule.kind is RuleKind.INTERVAL and not entry.rule.relative


def _kept_doubt(run: Run) -> str | None:
    """A doubt about whose task it is stays when its state changes."""
    return run.reason if run.reason is not None and run.reason.startswith(("found by name", "sent by")) else None


def standing_after(known: Standing, run: Run) -> Standing:
    """Return how an entry stands after its newest run was judged, or judged anew."""
    if run.verdict in OPEN:
        return replace(known, last=run)
    is_again = known.last is not None and known.last.due_at == run.due_at and known.last.verdict not in OPEN
    if known.verdict is run.verdict:
        return replace(known, last=run, runs=max(1, known.runs if is_again else known.runs + 1))
    return replace(known, last=run, verdict=run.verdict, runs=1, since=run.due_at)
