"""Which task was sent for which due time.

No event of Celery names the entry that a task was sent for. Where the agent in beat tells, it is known; else a task
belongs to a due time by its name, its arguments and the time, and that is said. Beat stamps what it sends by its own
clock, by which it also knows what is due: so a wrong clock of beat makes no run early or late here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from umbel.model.schedules import Entry, Rule, RuleKind, Run
from umbel.model.tasks import Task

EARLY_S: Final = 1.0
"""Beat wakes a little before a whole second (``Scheduler.adjust``)."""
TOGETHER_S: Final = 5.0
"""Two beats that work after one crontab send within so long of each other."""
_CUT: Final = ("...", "…")


class Send(Struct, frozen=True, kw_only=True):
    """A task that may have been sent for an entry. ``place`` counts the tasks of the store, ``arrived_at`` is ours."""

    place: int
    arrived_at: float
    task: Task

    @property
    def at(self) -> float:
        """When it was sent, or first heard of, by the clock of who sent it."""
        return next(at for at in (self.task.sent_at, self.task.received_at, self.arrived_at) if at is not None)

    @property
    def has_no_parent(self) -> bool:
        """Whether no other task started it, as is so of what beat sends."""
        return self.task.parent_id is None


class Found(Struct, frozen=True, kw_only=True):
    """What was found for one run. ``more`` may be for the same due time, ``unsure`` says why it may be another."""

    send: Send
    more: tuple[Send, ...] = ()
    unsure: str | None = None
    told: bool = False
    """Whether the agent in beat named it."""


def find(
    entry: Entry,
    run: Run,
    sends: Sequence[Send],
    *,
    next_due: float | None,
    rivals: Collection[Entry] = (),
    told: Mapping[str, str] | None = None,
) -> Found | None:
    """Return the task of ``run`` among ``sends`` of its task's name, those that nobody took yet; ``None`` for none.

    ``rivals`` are other entries of the same task. ``told`` are the entries' names by task id, as the agent said.
    """
    named = {task_id for task_id, name in (told or {}).items() if name == entry.name}
    of_others = {task_id for task_id in told or {} if task_id not in named}
    timely = [one for one in sends if _is_timely(entry.rule, run, one, next_due) and one.task.id not in of_others]
    if by_name := [one for one in timely if one.task.id in named]:
        return Found(send=by_name[0], more=tuple(by_name[1:]), told=True)
    fitting = [one for one in timely if one.has_no_parent and same_call(entry, one.task)]
    unsure = None
    if not fitting and not rivals:
        fitting = [one for one in timely if one.has_no_parent]
        unsure = "its arguments are not those of the entry" if fitting else None
    if not fitting:
        return None
    chosen = _nearest(entry.rule, run, fitting)
    alike = [one for one in rivals if (one.args, one.kwargs) == (entry.args, entry.kwargs)]
    if alike:
        unsure = f"{len(alike)} more {'entry calls' if len(alike) == 1 else 'entries call'} the same"
    return Found(send=chosen, more=tuple(one for one in fitting if one is not chosen), unsure=unsure)


def _is_timely(rule: Rule, run: Run, send: Send, next_due: float | None) -> bool:
    earliest = run.due_at - EARLY_S
    if rule.kind is RuleKind.INTERVAL and rule.every_s is not None and not rule.relative:
        earliest = run.due_at - rule.every_s + min(EARLY_S, rule.every_s / 4)  # beat may count from another start
    return send.at >= earliest and (next_due is None or send.at < next_due - min(EARLY_S, (next_due - run.due_at) / 4))


def _nearest(rule: Rule, run: Run, sends: Sequence[Send]) -> Send:
    """Of a crontab the first; of an interval the nearest, for what came early shows where beat counts from."""
    if rule.kind is RuleKind.INTERVAL:
        return min(sends, key=lambda one: (abs(one.at - run.due_at), one.at, one.place))
    return min(sends, key=lambda one: (one.at, one.place))


def doubles(rule: Rule, run: Run, found: Found, keeping_time: Collection[str]) -> tuple[Send, ...]:
    """Return those of ``found.more`` that another beat sent for the same due time.

    ``keeping_time`` are the clients that were seen to send in this entry's rhythm before: a person who sends the same
    task once is no beat. Where no client is known, only what came together with a run of a crontab counts.
    """
    own = found.send.task.client
    if found.told:
        return found.more
    if own is None:
        near = abs(found.send.at - run.due_at) <= TOGETHER_S and rule.kind is not RuleKind.INTERVAL
        return tuple(one for one in found.more if near and one.at - run.due_at <= TOGETHER_S)
    others = [one for one in found.more if one.task.client not in (None, own)]
    return tuple(one for one in others if one.task.client in keeping_time and own in keeping_time)


def keeps_time(rule: Rule, run: Run, send: Send, before: float | None) -> bool:
    """Whether a client that sent this, and ``before`` that sent for the same entry, works after its rule."""
    if rule.kind is RuleKind.INTERVAL and rule.every_s is not None:
        return before is not None and abs(send.at - before - rule.every_s) <= max(EARLY_S, 0.1 * rule.every_s)
    return 0 <= send.at - run.due_at + EARLY_S <= TOGETHER_S


def same_call(entry: Entry, task: Task) -> bool:
    """Whether the arguments are the same as far as both are known. Beat sends lists where others send tuples."""
    return _alike(entry.args, task.args) and _alike(entry.kwargs, task.kwargs)


def _alike(expected: str | None, seen: str | None) -> bool:
    if expected is None or seen is None:
        return True
    wanted, told = _bare(expected), _bare(seen)
    cut = next((told.removesuffix(mark) for mark in _CUT if told.endswith(mark)), None)
    return wanted.startswith(cut) if cut is not None else wanted == told


def _bare(text: str) -> str:
    """Return the items without the brackets, which are a list's or a tuple's, and without its last comma."""
    inner = text.strip()
    inner = inner[1:-1] if inner[:1] in "([{" and inner[-1:] in ")]}" else inner
    return inner.strip().removesuffix(",").strip()


def rivals_of(entry: Entry, entries: Iterable[Entry]) -> list[Entry]:
    """Return the other active entries of the same task."""
    return [one for one in entries if one.task == entry.task and one.id != entry.id and one.is_active]
