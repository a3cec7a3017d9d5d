"""Schedules, as they were stored, in the shapes of the API."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from umbel.control.commands.errors import CannotDo
from umbel.model.commands import SendTask
from umbel.model.gaps import GapKind
from umbel.model.schedule_beat import beat_of
from umbel.model.schedules import Entry, Run, Standing
from umbel.model.secrets import MASK
from umbel.store.protocols import GapStore, ScheduleStore, StoreError
from umbel.web import gaps, schedule_schemas as shapes
from umbel.web.convert import instant, known_instant
from umbel.web.errors import NotFound
from umbel.web.schedule_shapes import beat_shape, by_word, counts_of, entry_of, mark_of, run_of, source_of

DAY_S: Final = 86_400.0
STRIP: Final = 60
KEPT_S: Final = 3.0
SHARE: Final = 50
"""A summary serves so many times as long as it took, with thousands of entries some seconds: pages wait for the CPU."""
STALE_S: Final = 30.0
PAGE_AT_MOST: Final = 200
UPCOMING: Final = 8
ROWS_AT_MOST: Final = 24
MARKS_AT_MOST: Final = 120
"""Runs of one row of the timeline; more are told as dense."""
TIMES_COUNTED: Final = 10_000
COLLISIONS: Final = 20
COLLISION_FROM: Final = 3
TIMELINE_KEPT_S: Final = 60.0
_BLINDING: Final = (GapKind.LINK, GapKind.STOPPED, GapKind.DROPPED)

DueTimes = Callable[[Entry, float, float, int], Sequence[float]]
"""Returns when an entry is due after an instant and until another, at most so many times."""


class SchedulePageStore(GapStore, Protocol):
    """What of the store is read here."""

    @property
    def schedules(self) -> ScheduleStore:
        """Entries and runs."""


class ScheduleViews:
    """What the pages of schedules show. Safe to use from several threads."""

    def __init__(self, store: SchedulePageStore, *, due_times: DueTimes, clock: Callable[[], float]) -> None:
        self._store = store
        self._schedules = store.schedules
        self._due_times = due_times
        self._clock = clock
        self._lock = threading.Lock()
        self._summary: tuple[float, shapes.ScheduleSummary] | None = None
        self._is_reading = False
        self._took_s = 0.0
        self._counting = threading.Lock()
        self._counted: tuple[float, list[shapes.Collision], bool] | None = None

    def summary(self) -> shapes.ScheduleSummary:
        """Return beat, sources and counts. Many ask at once: they get the last reading while a new one is made."""
        with self._lock:
            known, now = self._summary, self._clock()
            age_s = float("inf") if known is None else now - known[0]
            if known is None or not 0 <= age_s < STALE_S:
                known = self._summary = (now, self._read_summary(now))
            elif age_s >= max(KEPT_S, SHARE * self._took_s) and not self._is_reading:
                self._is_reading = True
                threading.Thread(target=self._read_anew, name="umbel-schedule-summary", daemon=True).start()
            return known[1]

    def _read_anew(self) -> None:
        now = self._clock()
        try:
            self._summary = (now, self._read_summary(now))
        except StoreError:
            return  # the old one is shown until it is too old; then the error is
        finally:
            self._is_reading = False

    def page(  # noqa: PLR0913 - what a list can be asked
        self,
        *,
        text: str,
        archived: bool,
        troubled: bool,
        by: str,
        limit: int,
        offset: int,
        since: float | None,
    ) -> shapes.Schedules:
        """Return a page of entries with their strips; troubles are counted since an instant, by default of a day."""
        now = self._clock()
        start = now - DAY_S if since is None else since
        found = self._schedules.page(
            text=text, archived=archived, troubled=troubled, by=by, limit=min(limit, PAGE_AT_MOST), offset=offset
        )
        strips = self._schedules.strips([entry.id for entry, _ in found.items], now, STRIP)
        read_at = self._read_at()
        return shapes.Schedules(
            items=[entry_of(entry, stands, strips.get(entry.id, []), read_at) for entry, stands in found.items],
            total=found.total,
            summary=self.summary(),
            since=known_instant(start),
            troubles=by_word(self._schedules.troubles(start, now)),
            now=known_instant(now),
        )

    def detail(self, entry_id: str, limit: int) -> shapes.ScheduleDetail:
        """Return one entry with its newest runs. Raises NotFound."""
        now = self._clock()
        entry, standing = self._entry(entry_id)
        history = self._schedules.runs(entry_id, limit=limit, until=now)
        oldest = history[-1].due_at if history else now - DAY_S
        strip = history[:STRIP][::-1]
        return shapes.ScheduleDetail(
            entry=entry_of(entry, standing, strip, self._read_at()),
            history=[run_of(run) for run in history],
            next=instant(history[-1].due_at) if len(history) == limit else None,
            upcoming=[known_instant(at) for at in self._upcoming(entry, standing, now)],
            gaps=[gaps.gap(one) for one in self._store.gaps(oldest, now, 100, kinds=_BLINDING)],
            beat=self.summary().beat,
            now=known_instant(now),
        )

    def runs(self, entry_id: str, limit: int, before: float | None) -> shapes.ScheduleRuns:
        """Return more runs of an entry. Raises NotFound."""
        self._entry(entry_id)
        found = self._schedules.runs(entry_id, limit=limit, before=before, until=self._clock())
        more = instant(found[-1].due_at) if len(found) == limit else None
        return shapes.ScheduleRuns(items=[run_of(run) for run in found], next=more)

    def timeline(self, since: float | None, until: float | None) -> shapes.Timeline:
        """Return what was due and what will be, by default from 12 hours ago until 24 hours from now."""
        now = self._clock()
        start = now - DAY_S / 2 if since is None else max(since, now - 2 * DAY_S)
        end = now + DAY_S if until is None else min(until, now + 2 * DAY_S)
        found = self._schedules.page(by="trouble", limit=ROWS_AT_MOST)
        strips = self._schedules.strips([entry.id for entry, _ in found.items], now, MARKS_AT_MOST)
        collisions, cut = self._collisions(now)
        return shapes.Timeline(
            since=known_instant(start),
            until=known_instant(end),
            now=known_instant(now),
            rows=[self._row(entry, stands, strips.get(entry.id, []), start, end) for entry, stands in found.items],
            left_out=max(0, found.total - len(found.items)),
            collisions=collisions,
            cut=cut,
            gaps=[gaps.gap(one) for one in self._store.gaps(start, now, 100, kinds=_BLINDING)],
        )

    def call_of(self, entry_id: str) -> shapes.RunNowPreview:
        """Return the call that running an entry now would send, or why it cannot be sent. Raises NotFound."""
        entry, _ = self._entry(entry_id)
        try:
            args, kwargs = _values(entry)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            refused = "its arguments are not all known here: they are masked, cut, or no plain values"
            return shapes.RunNowPreview(name=entry.task, queue=entry.queue, refused=refused)
        return shapes.RunNowPreview(name=entry.task, args=args, kwargs=kwargs, queue=entry.queue)

    def command_of(self, entry_id: str) -> SendTask:
        """Return the command that runs an entry now. Raises NotFound and CannotDo."""
        call = self.call_of(entry_id)
        if call.refused is not None:
            raise CannotDo(f"{call.name} cannot be run from here: {call.refused}")
        return SendTask(name=call.name, args=call.args, kwargs=call.kwargs, queue=call.queue)

    def _entry(self, entry_id: str) -> tuple[Entry, Standing]:
        found = self._schedules.entry(entry_id)
        if found is None:
            raise NotFound(
                f"there is no entry {entry_id[:100]!r}; entries have the ids that the list of schedules tells"
            )
        return found

    def _read_at(self) -> dict[tuple[str, str], float]:
        return {(one.kind.value, one.place): one.read_at for one in self._schedules.sources() if one.read_at}

    def _read_summary(self, now: float) -> shapes.ScheduleSummary:
        began = time.thread_time()
        pairs = self._schedules.all_standing()
        blind = next((gap.reason for gap in self._store.gaps(now, now, 10, kinds=_BLINDING) if not gap.is_over), None)
        to_come = [stands.next_due_at for entry, stands in pairs if entry.is_active and stands.next_due_at is not None]
        summary = shapes.ScheduleSummary(
            beat=beat_shape(beat_of(pairs, self._schedules.beats(), now, blind)),
            counts=counts_of(pairs),
            troubles=by_word(self._schedules.troubles(now - DAY_S, now)),
            sources=[source_of(one) for one in self._schedules.sources()],
            next_due_at=instant(min(to_come, default=None)),
        )
        self._took_s = time.thread_time() - began
        return summary

    def _upcoming(self, entry: Entry, standing: Standing, now: float) -> Sequence[float]:
        if not entry.is_active or standing.next_due_at is None:
            return []
        first = standing.next_due_at
        if entry.one_off:
            return [first]
        return [first, *self._due_times(entry, first, now + 400 * DAY_S, UPCOMING - 1)]

    def _row(
        self, entry: Entry, standing: Standing, strip: Sequence[Run], start: float, end: float
    ) -> shapes.TimelineRow:
        shown = [run for run in strip if run.due_at >= start]
        next_at = standing.next_due_at if entry.is_active else None
        to_come: list[float] = []
        if next_at is not None and next_at <= end:
            to_come = [next_at, *([] if entry.one_off else self._due_times(entry, next_at, end, MARKS_AT_MOST))]
        dense = len(to_come) > MARKS_AT_MOST or (len(strip) == MARKS_AT_MOST and len(shown) == MARKS_AT_MOST)
        return shapes.TimelineRow(
            id=entry.id,
            name=entry.name,
            task=entry.task,
            runs=[mark_of(run) for run in shown],
            to_come=[known_instant(at) for at in to_come[:MARKS_AT_MOST]],
            dense=dense,
        )

    def _collisions(self, now: float) -> tuple[list[shapes.Collision], bool]:
        with self._counting:
            if self._counted is None or not 0 <= now - self._counted[0] < TIMELINE_KEPT_S:
                self._counted = (now, *self._count_collisions(now))
            return self._counted[1], self._counted[2]

    def _count_collisions(self, now: float) -> tuple[list[shapes.Collision], bool]:
        """Count the entries of each minute of the next 24 hours; those that come each few minutes meet everything."""
        left = TIMES_COUNTED
        minutes: dict[int, list[str]] = {}
        for entry, standing in sorted(self._schedules.all_standing(), key=lambda one: one[0].name):
            next_at = standing.next_due_at
            if left <= 0:
                break
            if not entry.is_active or next_at is None or (entry.rule.every_s or DAY_S) < 900:  # noqa: PLR2004 - a quarter of an hour
                continue
            times = [next_at, *self._due_times(entry, next_at, now + DAY_S, min(left, 97))]
            left -= len(times)
            if len(times) > 96:  # noqa: PLR2004 - a quarter of an hour again
                continue
            for minute in {int(at // 60) for at in times if at <= now + DAY_S}:
                minutes.setdefault(minute, []).append(entry.name)
        crowded = sorted(minutes.items(), key=lambda one: (-len(one[1]), one[0]))[:COLLISIONS]
        found = [
            shapes.Collision(at=known_instant(minute * 60.0), entries=len(names), names=names[:5])
            for minute, names in crowded
            if len(names) >= COLLISION_FROM
        ]
        return sorted(found, key=lambda one: one.at), left <= 0


def _values(entry: Entry) -> tuple[list[object], dict[str, object]]:
    """Return the arguments of an entry from their texts. Raises ValueError and SyntaxError."""
    texts = (entry.args or "[]", entry.kwargs or "{}")
    if any(MASK in text or text.endswith("...") for text in texts):
        raise ValueError("masked or cut")
    args, kwargs = (ast.literal_eval(text) for text in texts)
    if (
        not isinstance(args, (list, tuple))
        or not isinstance(kwargs, dict)
        or not all(isinstance(k, str) for k in kwargs)
    ):
        raise ValueError("no arguments")
    return list(args), kwargs
