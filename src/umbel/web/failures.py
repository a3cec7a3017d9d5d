"""From groups of failures to the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from umbel.model import failures as model
from umbel.model.audit import AuditEntry
from umbel.model.failures import HOUR_S, WINDOWS, Decision, FailureGroup
from umbel.model.metrics import By
from umbel.web import failure_schemas as schemas
from umbel.web.convert import instant, known_instant
from umbel.web.views import Reader, Views

COMMAND: Final = "failures.decide"
_VERBS: Final = {Decision.OPEN: "Reopen", Decision.RESOLVED: "Resolve", Decision.IGNORED: "Ignore"}


def failures(views: Views, decision: Decision | None, limit: int) -> schemas.Failures:
    """Return the groups of which this was decided, all without one; what is out of the ordinary first."""
    now = views.now()
    groups = views.store.failures.groups(now)
    chosen = [group for group in groups if decision is None or _is(group, decision)]
    chosen.sort(key=lambda group: model.urgency(group, now))
    return schemas.Failures(
        now=known_instant(now),
        windows=_windows(now),
        hours_from=_hours_from(now, model.DAY_S),
        items=[_group(group, now) for group in chosen[:limit]],
        totals=[sum(group.counts[window] for group in groups) for window in WINDOWS],
        ended_in_hour=_ended(views.store, now),
        by_decision={one.value: n for one, n in views.store.failures.by_decision().items()},
        cut=len(chosen) > limit,
    )


def detail(views: Views, group_id: str) -> schemas.FailureDetail | None:
    """Return one group, ``None`` where there is none."""
    now = views.now()
    found = views.store.failures.group(group_id, now)
    if found is None:
        return None
    sample = next((task for task in found.tasks if task.traceback and task.failure == group_id), None)
    return schemas.FailureDetail(
        group=_group(found.group, now),
        windows=_windows(now),
        tasks=views.rows(found.tasks),
        names=[schemas.FailureShare(text=one.text, tasks=one.tasks) for one in found.names],
        workers=[schemas.FailureShare(text=one.text, tasks=one.tasks) for one in found.workers],
        looked_at=found.looked_at,
        hours_from=_hours_from(now, WINDOWS[-1]),
        by_hour=list(found.by_hour),
        traceback=sample.traceback if sample else found.group.traceback,
        sample=sample.id if sample else None,
    )


def decide(views: Views, group_id: str, said: schemas.DecideFailure, who: str) -> bool:
    """Store and note what a person decided; return whether there is such a group."""
    decision, now = Decision(said.decision), views.now()
    entry = AuditEntry(
        at=now, who=who, command=COMMAND, target=group_id, what=f"{_VERBS[decision]} failures {group_id}", why=said.note
    )
    return _noted(
        views.store,
        entry,
        lambda: views.store.failures.decide(group_id, decision, at=now, by=who, note=said.note or None),
        views.now,
    )


def _noted(store: Reader, entry: AuditEntry, act: Callable[[], bool], now: Callable[[], float]) -> bool:
    """Note who does what before it is done, and what came of it."""
    entry = replace(entry, number=store.audit.ask(entry))
    try:
        done = act()
    except Exception as error:
        store.audit.answer(replace(entry, outcome="failed", text=str(error), answered_at=now()))
        raise
    text = "" if done else "there is no such group"
    store.audit.answer(replace(entry, outcome="done" if done else "refused", text=text, answered_at=now()))
    return done


def _is(group: FailureGroup, decision: Decision) -> bool:
    return group.is_open if decision is Decision.OPEN else group.decision is decision and not group.is_open


def _group(group: FailureGroup, now: float) -> schemas.FailureGroup:
    usual = model.usual_per_hour(group, now)
    same: dict[str, Any] = {name: getattr(group, name) for name in _SAME}
    return schemas.FailureGroup(
        **same,
        names=list(group.names),
        first_at=known_instant(group.first_at),
        last_at=known_instant(group.last_at),
        counts=[group.counts[window] for window in WINDOWS],
        by_hour=list(group.by_hour),
        usual_per_hour=None if usual is None else round(usual, 3),
        trend=model.trend_of(group, now).value,
        decision=group.decision.value,
        decided_at=instant(group.decided_at),
    )


_SAME: Final = ("id", "type", "message", "place", "exception", "names_cut", "total", "decided_by", "note")


def _windows(now: float) -> list[schemas.FailureWindow]:
    return [schemas.FailureWindow(seconds=one, since=known_instant(model.window_start(one, now))) for one in WINDOWS]


def _hours_from(now: float, span_s: int) -> datetime:
    return known_instant(int(now) // HOUR_S * HOUR_S - span_s + HOUR_S)


def _ended(store: Reader, now: float) -> int:
    return sum(one.figures.ended for one in store.totals(By.TOTAL, now - HOUR_S, now, spreads=0).sums)
