"""The verdict on one expected run: from its due time, its task, and what Umbel could see."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from umbel.model.schedule_match import Found
from umbel.model.schedules import Entry, Grace, Run, RunVerdict
from umbel.model.tasks import OVER_STATES, State, Task

LOOK_SOON_S: Final = 1.0
"""How soon a run that is due and did not come yet is looked at again; from then on the waits double."""
LOOK_AGAIN_S: Final = 5.0
"""The same for one that came, or that is judged already."""
LOOKED_FOR_S: Final = 7 * 86_400.0
"""For so long after it was due a run may still be bettered."""
WAIT_AT_MOST_S: Final = 3_600.0


class Seen(Struct, frozen=True, kw_only=True):
    """What may be concluded from silence about a run.

    ``until``: whatever was sent before this instant and was heard is stored. ``blind`` says why Umbel may have missed
    something around the due time. ``tells_sending``: tasks of this name tell when they were sent. ``beat_ran_at`` is
    when beat itself says that it last sent this entry. ``longest_s`` is how long it may run, ``None`` while not known.
    """

    until: float
    blind: str | None = None
    tells_sending: bool = True
    beat_ran_at: float | None = None
    longest_s: float | None = None
    first_period: str | None = None
    no_worker: str | None = None


def without_task(entry: Entry, run: Run, seen: Seen, now: float, grace: Grace, next_due: float | None) -> Run:
    """Return ``run``, for which no task was found, with what its silence means."""
    late_at = run.due_at + grace.of(entry.rule)
    is_late = now >= late_at
    if not is_late or (seen.until < late_at and seen.blind is None):
        soon = now + max(LOOK_SOON_S, now - run.due_at)
        return replace(run, look_at=now + LOOK_SOON_S if is_late else min(late_at, soon))
    verdict, reason = _silence(run, seen)
    again = now + min(WAIT_AT_MOST_S, max(LOOK_AGAIN_S, now - run.due_at))
    # A beat that comes back sends at once what was due last: so this run may still come, until the next is due.
    is_over = next_due is not None and now >= next_due + grace.of(entry.rule)
    look_at = None if is_over or now - run.due_at >= LOOKED_FOR_S else again
    return replace(run, verdict=verdict, reason=reason, look_at=look_at)


def _silence(run: Run, seen: Seen) -> tuple[RunVerdict, str]:
    if seen.blind is not None:
        return RunVerdict.UNKNOWN, f"Umbel could not see whether it ran: {seen.blind}"
    if seen.first_period is not None:
        return RunVerdict.UNKNOWN, seen.first_period
    if seen.beat_ran_at is not None and seen.beat_ran_at >= run.due_at - 1.0:
        return RunVerdict.NOT_PICKED_UP, "beat says that it sent it, and no worker received it"
    if not seen.tells_sending:
        return RunVerdict.MISSED, (
            "no worker received it; whether beat sent it is not known, because nothing tells when this task is sent "
            "(task_send_sent_event in beat's configuration)"
        )
    return RunVerdict.MISSED, "beat did not send it"


def with_task(entry: Entry, run: Run, task: Task, seen: Seen, now: float, grace: Grace) -> Run:
    """Return ``run`` with what its task says."""
    told = replace(
        run,
        task_id=task.id,
        client=task.client,
        worker=task.worker,
        state=task.state,
        sent_at=task.sent_at,
        received_at=task.received_at,
        started_at=task.started_at,
        ended_at=task.finished_at,
    )
    verdict, reason = _of_task(entry, told, task, seen, now, grace)
    is_open = task.state not in OVER_STATES
    waited_s = max(0.0, now - (told.came_at or now))
    look_at = now + min(WAIT_AT_MOST_S, max(LOOK_AGAIN_S, waited_s / 2)) if is_open else None
    if verdict is RunVerdict.WAITING and told.came_at is not None:
        look_at = max(now + 1.0, min(look_at or now, told.came_at + grace.of(entry.rule)))
    look_at = look_at if now - run.due_at < LOOKED_FOR_S else None
    return replace(told, verdict=verdict, reason=reason, look_at=look_at)


def doubled(run: Run, found: Found, others: tuple[str, ...], clients: tuple[str, ...]) -> Run:
    """Return ``run`` as one that was sent more than once. A failure weighs more."""
    if not others:
        return run
    who = " and ".join(clients) if len(clients) > 1 else "two senders that do not say who they are"
    times = len(others) + 1
    reason = f"it was sent {'twice' if times == 2 else f'{times} times'}, by {who}: more than one beat runs"  # noqa: PLR2004 - a word
    verdict = run.verdict if run.verdict is RunVerdict.FAILED else RunVerdict.DUPLICATE
    return replace(run, verdict=verdict, reason=reason, others=others, how="agent" if found.told else run.how)


def _of_task(entry: Entry, run: Run, task: Task, seen: Seen, now: float, grace: Grace) -> tuple[RunVerdict, str | None]:
    if any(attempt.expired for attempt in task.attempts) and task.started_at is None:
        return RunVerdict.EXPIRED, "it expired before a worker could start it"
    if task.state in (State.FAILURE, State.REJECTED, State.REVOKED, State.LOST):
        return RunVerdict.FAILED, _failure(task)
    ran_s = (task.finished_at or now) - task.started_at if task.started_at is not None else None
    if ran_s is not None and seen.longest_s is not None and ran_s > seen.longest_s:
        verb = "ran" if task.is_finished else "runs for"
        return RunVerdict.TOO_LONG, f"it {verb} {_spent(ran_s)}; {_spent(seen.longest_s)} is what it may take"
    if task.received_at is None and task.started_at is None and not task.is_finished:
        return _not_taken(run, seen, now, grace.of(entry.rule))
    return _under_way(run, task, grace.of(entry.rule))


def _under_way(run: Run, task: Task, grace_s: float) -> tuple[RunVerdict, str | None]:
    if not task.is_finished:
        return RunVerdict.RUNNING, f"attempt {task.retries + 1}" if task.retries else None
    late_s = (run.came_at or run.due_at) - run.due_at
    if late_s > grace_s:
        return RunVerdict.LATE, f"it was sent {_spent(late_s)} after it was due"
    return RunVerdict.ON_TIME, None


def _not_taken(run: Run, seen: Seen, now: float, grace_s: float) -> tuple[RunVerdict, str | None]:
    sent_at = run.sent_at if run.sent_at is not None else run.due_at
    if min(now, seen.until) < max(sent_at, run.due_at) + grace_s:
        return RunVerdict.WAITING, None
    if seen.blind is not None:
        return RunVerdict.UNKNOWN, f"it was sent; Umbel could not see whether it ran: {seen.blind}"
    return RunVerdict.NOT_PICKED_UP, seen.no_worker or "beat sent it, and no worker received it"


def _failure(task: Task) -> str:
    if task.state == State.LOST:
        return f"it is lost: {task.lost_because}" if task.lost_because else "it is lost"
    if task.state == State.REVOKED:
        return "it was revoked"
    return task.exception or ("it was rejected" if task.state == State.REJECTED else "it failed")


def _spent(seconds: float) -> str:
    if seconds < 100:  # noqa: PLR2004 - a word
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - the same
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"  # noqa: PLR2004 - the same
