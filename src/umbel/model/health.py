"""From which values on a figure is a warning, and from which it is critical: for all, or for one task, queue or worker.

A limit is written as ``metric=warning:critical``, with what it is for in front: ``avg=5:10``,
``send_batch.avg=10:20``, ``email_senders.queue=100:1000``, ``mail@host.memory=2GB:4GB``. One bound alone is the one
from which it is critical. ``off`` judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.queues import Health

SAMPLES: Final = 10
"""A rate or a mean of fewer tasks is no ground for a judgement."""
ALWAYS: Final = 3
"""Unless so many ended and none of them well: that is no accident."""
ALONE: Final = 0.80
"""A success rate below it is critical on its own, whatever the limits say."""


class Metric(StrEnum):
    """What is judged."""

    SUCCESS = "success"
    """Share (0 to 1) of those that succeeded; the lower the worse."""
    AVG = "avg"
    """Mean run time in seconds."""
    QUEUE = "queue"
    """Tasks that wait in a queue."""
    CPU = "cpu"
    """Share (0 to 1) of the CPU that a worker takes."""
    MEMORY = "memory"
    """Bytes that a worker holds."""


class Limit(Struct, frozen=True, kw_only=True):
    """``warning`` is met from its value on, ``critical`` beyond its value; ``None`` is never."""

    warning: float | None
    critical: float | None


DEFAULTS: Final[Mapping[Metric, Limit]] = {
    Metric.SUCCESS: Limit(warning=0.95, critical=0.90),
    Metric.AVG: Limit(warning=5.0, critical=10.0),
    Metric.QUEUE: Limit(warning=10, critical=50),
    Metric.CPU: Limit(warning=0.70, critical=0.85),
    Metric.MEMORY: Limit(warning=1e9, critical=2e9),
}


class OwnLimit(Struct, frozen=True, kw_only=True):
    """A limit that was set; ``subject`` is the task, queue or worker that it is for, ``None`` for all."""

    metric: Metric
    subject: str | None
    limit: Limit


class Limits:
    """The limits in force."""

    def __init__(self, own: Iterable[OwnLimit] = ()) -> None:
        self._own = {(one.metric, one.subject): one.limit for one in own}

    def of(self, metric: Metric, subject: str | None = None) -> Limit:
        """Return what holds for a task, a queue or a worker: what was set for it, for all, or the default.

        What was set for ``send_batch`` holds for ``campaigns.tasks.send_batch`` as well.
        """
        own = self.own(metric, subject) if subject is not None else None
        return own or self._own.get((metric, None)) or DEFAULTS[metric]

    def are_own(self, metric: Metric) -> bool:
        """Whether there is one for some task, queue or worker alone."""
        return any(of is metric and subject is not None for of, subject in self._own)

    def own(self, metric: Metric, subject: str) -> Limit | None:
        """Return what was set for it alone."""
        return self._own.get((metric, subject)) or self._own.get((metric, subject.rpartition(".")[2]))


def judge(metric: Metric, value: float | None, limit: Limit) -> Health:
    """Return the judgement on a value; ``None`` is unknown."""
    if value is None:
        return Health.UNKNOWN
    sign = -1 if metric is Metric.SUCCESS else 1
    if limit.critical is not None and sign * value > sign * limit.critical:
        return Health.CRITICAL
    if limit.warning is not None and sign * value >= sign * limit.warning:
        return Health.WARNING
    return Health.HEALTHY


def judge_success(succeeded: int, failed: int, limit: Limit) -> Health:
    """Return the judgement on a success rate; unknown of too few, unless none at all succeeded."""
    ended = succeeded + failed
    is_off = limit.warning is None and limit.critical is None
    if not is_off and not succeeded and failed >= ALWAYS:
        return Health.CRITICAL
    if ended < SAMPLES:
        return Health.UNKNOWN
    rate = succeeded / ended
    return Health.CRITICAL if rate < ALONE and not is_off else judge(Metric.SUCCESS, rate, limit)


def judge_mean(n: int, mean_s: float | None, limit: Limit) -> Health:
    """Return the judgement on a mean run time; unknown of too few."""
    return judge(Metric.AVG, mean_s, limit) if n >= SAMPLES else Health.UNKNOWN


def limit_of(text: str) -> OwnLimit:
    """Return what ``send_batch.avg=5:10`` means. Raises ValueError with a sentence."""
    what, equals, bounds = text.strip().rpartition("=")
    subject, _, name = what.rpartition(".")
    if not equals or name not in set(Metric):
        names = ", ".join(Metric)
        raise ValueError(f"{text.strip()!r} is none of METRIC=WARNING:CRITICAL and NAME.METRIC=..., with {names}")
    metric = Metric(name)
    return OwnLimit(metric=metric, subject=subject or None, limit=_limit(metric, bounds.strip()))


def _limit(metric: Metric, text: str) -> Limit:
    if text == "off":
        return Limit(warning=None, critical=None)
    first, colon, second = text.partition(":")
    limit = (
        Limit(warning=_value(metric, first), critical=_value(metric, second))
        if colon
        else Limit(warning=None, critical=_value(metric, first))
    )
    sign = -1 if metric is Metric.SUCCESS else 1
    if limit.warning is not None and limit.critical is not None and sign * limit.warning > sign * limit.critical:
        raise ValueError(f"{text!r} is a warning only beyond what is critical; the warning comes first")
    return limit


_UNITS: Final[Mapping[Metric, Mapping[str, float]]] = {
    Metric.SUCCESS: {"%": 0.01, "": 0.01},
    Metric.CPU: {"%": 0.01, "": 0.01},
    Metric.AVG: {"ms": 0.001, "s": 1, "": 1, "min": 60, "m": 60, "h": 3_600},
    Metric.QUEUE: {"": 1},
    Metric.MEMORY: {"": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30},
}


def _value(metric: Metric, text: str) -> float | None:
    if text.strip() in {"", "off"}:
        return None
    match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([a-z%]*)", text.strip().lower())
    units = _UNITS[metric]
    if match is None or match[2] not in units:
        known = " and ".join(unit for unit in units if unit)
        raise ValueError(f"{text.strip()!r} is no bound of {metric}; allowed is a number{known and f' with {known}'}")
    return float(match[1]) * units[match[2]]
