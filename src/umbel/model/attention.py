"""What needs attention: figures, workers, queues and what Umbel sees, judged, each in a sentence with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.health import Limits, Metric, judge_mean, judge_success
from umbel.model.metrics import Figures, KeyKind, Sum
from umbel.model.queues import Bounds, Health, QueueReading, judge as judge_queue
from umbel.model.schedules import BAD, OPEN, Entry, RunVerdict, Standing

WINDOW_S: Final = 3_600.0
"""What rates and means are of."""
NAMED: Final = 3
"""Task types that a sentence names."""
RANK: Final = {Health.CRITICAL: 0, Health.WARNING: 1, Health.UNKNOWN: 2, Health.HEALTHY: 3}


class About(StrEnum):
    """What a check is about, which is the page that its evidence is on."""

    TASKS = "tasks"
    TASK_TYPE = "task_type"
    WORKER = "worker"
    QUEUE = "queue"
    SCHEDULE = "schedule"
    BROKER = "broker"
    UMBEL = "umbel"


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at. ``code`` is stable; ``subject`` is the name of what it is about.

    ``title`` says what is wrong and ``text`` why, both empty where nothing is. ``since`` is in epoch seconds.
    """

    code: str
    about: About
    health: Health
    subject: str | None = None
    title: str = ""
    text: str = ""
    since: float | None = None

    @property
    def is_concern(self) -> bool:
        """Whether somebody should look."""
        return self.health in {Health.WARNING, Health.CRITICAL}


def worst(checks: Iterable[Check]) -> Health:
    """Return the worst judgement, unknown where nothing could be judged."""
    known = [check.health for check in checks if check.health is not Health.UNKNOWN]
    return min(known, key=RANK.__getitem__, default=Health.UNKNOWN)


def ordered(checks: Iterable[Check]) -> list[Check]:
    """Return those that somebody should look at, the worst first, else in their order."""
    return sorted((check for check in checks if check.is_concern), key=lambda check: RANK[check.health])


def of_types(sums: Sequence[Sum], limits: Limits, why: Callable[[str], str | None]) -> list[Check]:
    """Return how well each task type did. ``why`` says of one what most of its failures were.

    Their times are judged where a limit of their own was set: one task type may well take longer than the mean.
    """
    found = []
    for one in sums:
        name = one.key.text
        if one.key.kind is KeyKind.ONE and name is not None:
            found.append(_success(name, one.figures, limits, why))
            if limits.own(Metric.AVG, name) is not None:
                found.append(_mean(name, one.figures, limits))
    return found


def of_all(total: Figures, sums: Sequence[Sum], limits: Limits) -> list[Check]:
    """Return how all tasks did together, with the task types that count most."""
    limit = limits.of(Metric.SUCCESS)
    health = judge_success(total.succeeded, total.failed, limit)
    failing = sorted(sums, key=lambda one: -one.figures.failed)
    success = Check(
        code="success",
        about=About.TASKS,
        health=health,
        title=f"{percent(total.success_rate)} of all tasks succeed",
        text=f"{total.failed:,} of {total.succeeded + total.failed:,} failed in the last hour; most of them: "
        + ", ".join(f"{_name(one)} {one.figures.failed:,}" for one in failing[:NAMED] if one.figures.failed),
    )
    slow = sorted(sums, key=lambda one: -(one.figures.run.mean_s or 0.0) * one.figures.run.n)
    average = Check(
        code="avg",
        about=About.TASKS,
        health=judge_mean(total.run.n, total.run.mean_s, limits.of(Metric.AVG)),
        title=f"Runs take {seconds(total.run.mean_s)} on average",
        text=", ".join(f"{_name(one)} {seconds(one.figures.run.mean_s)}" for one in slow[:NAMED] if one.figures.run.n),
    )
    return [success, average]


def of_queues(queues: Iterable[QueueReading], limits: Limits) -> list[Check]:
    """Return how each queue is: its length, whether it grows, and whether somebody consumes it."""
    found = []
    for queue in queues:
        limit = limits.of(Metric.QUEUE, queue.name)
        bounds = Bounds(warning=_int(limit.warning), critical=_int(limit.critical))
        judgement = judge_queue(queue, bounds)
        waiting = (
            f"{queue.ready:,} {'waits' if queue.ready == 1 else 'wait'} in {queue.name}"
            if queue.ready is not None
            else queue.name
        )
        found.append(
            Check(
                code="queue",
                about=About.QUEUE,
                subject=queue.name,
                health=judgement.health,
                title=waiting,
                text=_sentence("; ".join(judgement.reasons)),
            )
        )
    return found


def of_schedules(entries: Iterable[tuple[Entry, Standing]]) -> list[Check]:
    """Return how the newest run of each entry went that was judged."""
    return [
        Check(
            code="schedule",
            about=About.SCHEDULE,
            subject=entry.name,
            health=_health_of(standing.verdict),
            title=f"{entry.name} {_RUN_WORDS.get(standing.verdict, '')}",
            text=_evidence(standing),
            since=standing.since,
        )
        for entry, standing in entries
        if entry.enabled and standing.verdict not in OPEN
    ]


def _evidence(standing: Standing) -> str:
    reason = _sentence(standing.last.reason or "") if standing.last else ""
    in_a_row = f"The same of {standing.runs:,} runs in a row." if standing.runs > 1 else ""
    return f"{reason} {in_a_row}".strip()


_RUN_WORDS: Final = {
    RunVerdict.MISSED: "was due and not sent",
    RunVerdict.NOT_PICKED_UP: "was sent, and no worker took it",
    RunVerdict.TOO_LONG: "runs for too long",
    RunVerdict.FAILED: "failed",
    RunVerdict.EXPIRED: "expired before it ran",
    RunVerdict.DUPLICATE: "was sent twice",
}
_NOT_RUN: Final = frozenset({RunVerdict.MISSED, RunVerdict.NOT_PICKED_UP})


def _health_of(verdict: RunVerdict) -> Health:
    if verdict is RunVerdict.UNKNOWN:
        return Health.UNKNOWN
    if verdict in _NOT_RUN:
        return Health.CRITICAL
    return Health.WARNING if verdict in BAD else Health.HEALTHY


def _success(name: str, figures: Figures, limits: Limits, why: Callable[[str], str | None]) -> Check:
    health = judge_success(figures.succeeded, figures.failed, limits.of(Metric.SUCCESS, name))
    check = Check(code="failing", about=About.TASK_TYPE, subject=name, health=health)
    if not check.is_concern:
        return check
    ended = figures.succeeded + figures.failed
    reason = why(name)
    return Check(
        code=check.code,
        about=check.about,
        subject=name,
        health=health,
        title=f"{short(name)} fails {percent(figures.failed / ended)}",
        text=f"{figures.failed:,} of {ended:,} failed in the last hour{f', mostly with {reason}' if reason else ''}.",
    )


def _mean(name: str, figures: Figures, limits: Limits) -> Check:
    limit = limits.of(Metric.AVG, name)
    bound = limit.warning if limit.warning is not None else limit.critical
    return Check(
        code="slow",
        about=About.TASK_TYPE,
        subject=name,
        health=judge_mean(figures.run.n, figures.run.mean_s, limit),
        title=f"{short(name)} takes {seconds(figures.run.mean_s)} on average",
        text=f"Its limit is {seconds(bound)}; {figures.run.n:,} runs in the last hour.",
    )


def short(name: str) -> str:
    """Return the last part of a task's name."""
    return name.rpartition(".")[2] or name


def percent(share: float | None) -> str:
    """Return a share in per cent with one decimal, none at the ends: 99.6 %, 100 %."""
    if share is None:
        return "—"
    return f"{share:.0%}".replace("%", " %") if share in {0.0, 1.0} else f"{min(99.9, share * 100):.1f} %"


def seconds(value: float | None) -> str:
    """Return a duration as a person would say it: 840 ms, 5.7 s, 3 min 12 s."""
    if value is None:
        return "—"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:  # noqa: PLR2004 - what is rounded to a minute is told as one
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _name(one: Sum) -> str:
    return short(one.key.text) if one.key.text else "others"


def _int(bound: float | None) -> int:
    return 2**62 if bound is None else int(bound)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
