"""May what Umbel shows be wrong now, and why? One pure function, from a few facts to reasons in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from umbel.model.verdicts import Severity

LOSS_RATIO: Final = 0.001
"""More than one event in a thousand that did not come is told."""
SURELY_LOST: Final = 2
"""So many are lost at least before a loss is told: one may be an event that is still on its way."""
CLOCK_OFFSET_S: Final = 5.0
LAG_S: Final = 10.0
CRITICAL_LAG_S: Final = 60.0
BUFFER_SHARE: Final = 0.5
FREE_BYTES: Final = 1 << 30
CRITICAL_FREE_BYTES: Final = 128 << 20
MALFORMED: Final = 10
"""So many refused events within the window are a stream of them, and not one bad message."""
NAMED: Final = 3
MAX_NAME: Final = 80

_ORDER: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Doubt(Struct, frozen=True, kw_only=True):
    """One reason why a figure may be wrong: a stable ``code``, a sentence with its evidence, and what to do.

    ``label`` is for a badge, two or three words. ``workers`` are those that it is about, all of them, by name.
    """

    code: str
    severity: Severity
    label: str
    text: str
    advice: str
    workers: tuple[str, ...] = ()


class WorkerFacts(Struct, frozen=True, kw_only=True):
    """What is known of the events of one worker within the window.

    ``expected`` are the tasks that it counted itself, ``lost`` those of them whose event did not come; both are 0
    where there was nothing to compare. ``clock_offset_s`` is arrival minus stamp: above 0 its clock is slow.
    """

    name: str
    expected: int = 0
    lost: int = 0
    clock_offset_s: float | None = None
    sends_task_events: bool = True


class Facts(Struct, frozen=True, kw_only=True):
    """What the judgement is made from, at one instant. Times in seconds; ``None`` is not known.

    ``window_s`` is the length of the window that ``dropped``, ``malformed``, ``events`` and the workers' losses
    are counted in. ``blind_s`` is for how long the broker has been out of reach, ``None`` while it is not;
    ``link_warning`` what the broker is about to lose, or loses, because it waits for Umbel.
    """

    window_s: float = 300.0
    blind_s: float | None = None
    link_error: str | None = None
    link_warning: str | None = None
    store_error: str | None = None
    is_stalled: bool = False
    buffered: int = 0
    buffer_limit: int = 0
    dropped: int = 0
    events: int = 0
    malformed: int = 0
    lag_s: float | None = None
    free_bytes: int | None = None
    workers: Sequence[WorkerFacts] = ()


def doubts(facts: Facts) -> tuple[Doubt, ...]:
    """Return every reason for which what is shown may be wrong now, the worst first; empty when there is none."""
    found = [*_of_the_link(facts), *_of_the_store(facts), *_of_the_flow(facts), *_of_the_workers(facts)]
    return tuple(sorted(found, key=lambda doubt: _ORDER[doubt.severity]))


def _of_the_link(facts: Facts) -> Iterator[Doubt]:
    if facts.blind_s is not None:
        reason = f": {facts.link_error}" if facts.link_error else ""
        yield Doubt(
            code="blind",
            severity=Severity.CRITICAL,
            label="blind",
            text=f"The broker has been out of reach for {_duration(facts.blind_s)}{reason}",
            advice="See that the broker runs and that its address is right; Umbel tries again by itself. "
            "Unless the broker keeps events meanwhile, what happens now is not seen.",
        )
    if facts.link_warning is not None:
        yield Doubt(
            code="waiting_broker",
            severity=Severity.WARNING,
            label="broker waits",
            text=facts.link_warning,
            advice="Events come faster than they are read and stored. A faster disk helps, and so does room on the "
            "broker: what it has no room for is lost, and told as a gap.",
        )


def _of_the_store(facts: Facts) -> Iterator[Doubt]:
    if facts.is_stalled or facts.store_error:
        reason = f": {facts.store_error}" if facts.store_error else ""
        yield Doubt(
            code="stalled",
            severity=Severity.CRITICAL,
            label="not storing",
            text=f"The store does not take events{reason}; {facts.buffered:,} wait in memory",
            advice="Free the disk, or end what locks the store. Nothing is lost while there is room in the buffer, "
            f"which holds {facts.buffer_limit:,} events.",
        )
    elif facts.buffer_limit and facts.buffered > BUFFER_SHARE * facts.buffer_limit:
        yield Doubt(
            code="filling",
            severity=Severity.WARNING,
            label="buffer fills",
            text=f"{facts.buffered:,} of {facts.buffer_limit:,} places in the buffer are taken",
            advice="The store is slower than the events come. A faster disk helps; when the buffer is full, "
            "heartbeats are dropped first and the ends of tasks last.",
        )
    if facts.free_bytes is not None and facts.free_bytes < FREE_BYTES:
        is_critical = facts.free_bytes < CRITICAL_FREE_BYTES
        yield Doubt(
            code="store_full",
            severity=Severity.CRITICAL if is_critical else Severity.WARNING,
            label="disk nearly full",
            text=f"Only {_size(facts.free_bytes)} are free where the store is",
            advice="Make room on that disk, or keep less history (--keep-days, --keep-bytes).",
        )


def _of_the_flow(facts: Facts) -> Iterator[Doubt]:
    window = _duration(facts.window_s)
    if facts.dropped:
        yield Doubt(
            code="dropping",
            severity=Severity.CRITICAL,
            label="drops events",
            text=f"{_events(facts.dropped)} had to be dropped in the last {window}, because the buffer was full",
            advice="More comes than this machine can store. Use a faster disk, or let fewer tasks send events.",
        )
    if facts.lag_s is not None and facts.lag_s > LAG_S:
        yield Doubt(
            code="lag",
            severity=Severity.CRITICAL if facts.lag_s > CRITICAL_LAG_S else Severity.WARNING,
            label=f"{_duration(facts.lag_s)} behind",
            text=f"Events are stored {_duration(facts.lag_s)} after they happened",
            advice="After an outage this passes by itself. If it stays, the machine is too slow for what comes.",
        )
    if facts.malformed >= MALFORMED:
        yield Doubt(
            code="malformed",
            severity=Severity.WARNING,
            label="malformed events",
            text=f"{_events(facts.malformed)} of the last {window} could not be understood"
            f" ({_percent(facts.malformed / max(1, facts.malformed + facts.events))} of all)",
            advice="The samples on the page of Umbel itself show them. Something else may publish into Celery's event "
            "exchange, or a worker uses a serializer other than JSON.",
        )


def _of_the_workers(facts: Facts) -> Iterator[Doubt]:
    yield from _loss(facts)
    off = [one for one in facts.workers if abs(one.clock_offset_s or 0.0) > CLOCK_OFFSET_S]
    if off:
        worst = max(off, key=lambda one: abs(one.clock_offset_s or 0.0))
        offset_s = worst.clock_offset_s or 0.0
        side = "behind" if offset_s > 0 else "ahead of"
        others = f" and {_others(len(off) - 1)} differ as well" if len(off) > 1 else ""
        yield Doubt(
            code="clock",
            severity=Severity.WARNING,
            label="clocks differ",
            text=f"The clock of {_name(worst.name)} is {_duration(abs(offset_s))} {side} Umbel's{others}",
            advice="Times, waits and orders of these workers' tasks are off by as much. Let NTP set their clocks.",
            workers=tuple(one.name for one in off),
        )
    silent = tuple(one.name for one in facts.workers if not one.sends_task_events)
    if silent:
        verb = "sends" if len(silent) == 1 else "send"
        yield Doubt(
            code="no_task_events",
            severity=Severity.WARNING,
            label="workers without events",
            text=f"{_names(silent)} {verb} no task events, though tasks run there",
            advice="Start these workers with -E, or let Umbel switch events on (--enable-events).",
            workers=silent,
        )


def _loss(facts: Facts) -> Iterator[Doubt]:
    losing = [one for one in facts.workers if _loses(one)]
    expected, lost = sum(one.expected for one in losing), sum(one.lost for one in losing)
    if lost:
        losing.sort(key=lambda one: one.lost, reverse=True)
        yield Doubt(
            code="loss",
            severity=Severity.WARNING,
            label=f"misses {_percent(lost / expected)}",
            text=f"Of {expected:,} tasks that {_names([one.name for one in losing])} ran in the last "
            f"{_duration(facts.window_s)}, the events of {lost:,} did not arrive",
            advice="On Redis, raise client-output-buffer-limit for pubsub, and look for reconnects. "
            "Counts are too low, and tasks may stay in an old state.",
            workers=tuple(one.name for one in losing),
        )


def _loses(worker: WorkerFacts) -> bool:
    return worker.lost >= SURELY_LOST and worker.lost > LOSS_RATIO * worker.expected


def _names(names: Sequence[str]) -> str:
    shown = [_name(name) for name in names[:NAMED]]
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {_others(len(names) - NAMED)}"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _others(number: int) -> str:
    return f"{number:,} other{'s' if number > 1 else ''}"


def _name(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _events(number: int) -> str:
    return f"{number:,} event{'s' if number != 1 else ''}"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %" if share >= LOSS_RATIO else "< 0.1 %"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (unit == "min" and seconds >= size):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= LAG_S else f"{seconds:.1f} s"
