"""When the first run of an entry is expected, and when the one after another."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from umbel.model.schedules import Entry, RuleKind, Run
from umbel.schedule.due import NeverDue, next_due

SETTLE_S: Final = 1.0
"""After its due time a run is looked for once it had so long to be sent, to arrive and to be stored."""


def first_run(entry: Entry, now: float, place: int) -> Run | None:
    """Return the first run that is expected of an entry that was read now, ``None`` where none is.

    What was due before is past: an interval goes on from when beat says that it ran last, else from now.
    """
    anchor = now
    last = entry.last_run_at
    if entry.rule.kind is RuleKind.INTERVAL and last is not None and last <= now < last + (entry.rule.every_s or 0.0):
        anchor = last
    due = _due_after(entry, anchor)
    return None if due is None else Run(entry_id=entry.id, due_at=due, look_at=due + SETTLE_S, place=place)


def run_after(entry: Entry, run: Run, place: int) -> Run | None:
    """Return the run that is expected after this one, ``None`` where it was the last."""
    if entry.one_off and run.task_id is not None:
        return None
    anchor = run.due_at
    if entry.rule.kind is RuleKind.INTERVAL and not entry.rule.relative and run.came_at is not None:
        anchor = run.came_at  # beat counts on from when it sent
    due = _due_after(entry, anchor)
    return None if due is None else Run(entry_id=entry.id, due_at=due, look_at=due + SETTLE_S, place=place)


def skipping(entry: Entry, before: Run, after: Run, now: float, runs: int) -> Run:
    """Return ``after``, or a later run where more than so many ``runs`` would follow one another until now."""
    period_s = after.due_at - before.due_at
    if period_s <= 0 or now - after.due_at <= runs * period_s:
        return after
    if entry.rule.kind is RuleKind.INTERVAL:
        due: float | None = after.due_at + ((now - after.due_at) // period_s - runs) * period_s
    else:
        due = _due_after(entry, now - runs * period_s)
    return after if due is None or due < after.due_at else replace(after, due_at=due, look_at=due + SETTLE_S)


def _due_after(entry: Entry, anchor: float) -> float | None:
    if not entry.is_active:
        return None
    try:
        if entry.starts_at is not None and entry.starts_at > anchor:
            # A microsecond before: a rule that is due at its very start is due then.
            return next_due(entry.rule, entry.starts_at - 1e-6)
        return next_due(entry.rule, anchor)
    except NeverDue:
        return None
