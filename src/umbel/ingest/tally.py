"""How many events came, and what was wrong with the others."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from msgspec import Struct

SAMPLES_PER_KIND: Final = 3
MAX_UNKNOWN_TYPES: Final = 50
OTHER_TYPES: Final = "(other types)"
MAX_EXCERPT_LENGTH: Final = 4_000
"""More than is shown, so that a password is whole when it is masked; see ``server``."""


class Reason(StrEnum):
    """Why a body or an event was refused."""

    CONTENT_TYPE = "content type"
    ENCODING = "encoding"
    TOO_LARGE = "too large"
    NOT_JSON = "not JSON"
    NOT_AN_OBJECT = "not an object"
    NO_TYPE = "no type"
    NO_TASK_ID = "no task id"
    LONG_ID = "id too long"
    NO_HOSTNAME = "no hostname"
    TIMESTAMP = "timestamp"
    AGENT = "of the agent, and not as it says things"
    REFUSED_BY_STORE = "refused by the store"
    FAULT = "fault in Umbel"


class Sample(Struct, frozen=True, kw_only=True):
    """One refused event: when it came (epoch seconds), why it was refused, and its beginning."""

    at: float
    reason: str
    excerpt: str


class Counts(Struct, frozen=True, kw_only=True):
    """One look at a tally. ``unknown`` are well-formed events of types that Umbel does not use."""

    events: int = 0
    malformed: dict[str, int] = {}
    unknown: dict[str, int] = {}
    samples: tuple[Sample, ...] = ()


class Tally:
    """Counts by kind and keeps the newest few of each. Any thread may write and read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events = 0
        self._malformed: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._samples: dict[str, deque[Sample]] = {}

    def add_events(self, number: int) -> None:
        """Count events that were understood (or, below zero, that turned out to be of no use)."""
        with self._lock:
            self._events += number

    def add_malformed(self, reason: Reason, excerpt: str) -> None:
        """Count one that could not be understood."""
        with self._lock:
            self._malformed[reason.value] += 1
            self._keep(reason.value, reason.value, excerpt)

    def add_unknown(self, type_: str, excerpt: str) -> None:
        """Count one of a type that Umbel does not use."""
        with self._lock:
            is_listed = type_ in self._unknown or len(self._unknown) < MAX_UNKNOWN_TYPES
            self._unknown[type_ if is_listed else OTHER_TYPES] += 1
            self._keep("unknown", f"unknown type {type_}", excerpt)

    def read(self) -> Counts:
        """Return the counts and samples so far, newest sample last."""
        with self._lock:
            samples = (sample for kept in self._samples.values() for sample in kept)
            return Counts(
                events=self._events,
                malformed=dict(self._malformed),
                unknown=dict(self._unknown),
                samples=tuple(sorted(samples, key=lambda sample: sample.at)),
            )

    def _keep(self, kind: str, reason: str, excerpt: str) -> None:
        kept = self._samples.setdefault(kind, deque(maxlen=SAMPLES_PER_KIND))
        kept.append(Sample(at=self._clock(), reason=reason, excerpt=excerpt[:MAX_EXCERPT_LENGTH]))
