"""What the agent reads of a worker, as typed data. ``umbel.model.wire`` says how it comes.

Instants are epoch seconds of the sender's clock, memory is in bytes, CPU in percent of one core.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

STALE_AFTER: Final = 3
"""A sample counts no more when so many of its intervals have passed."""
STALE_MARGIN_S: Final = 5.0


class ProcessUse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One process at the moment. ``cpu`` is since the sample before, ``None`` in the first one."""

    pid: int
    memory_bytes: int | None = None
    cpu: float | None = None


class HostUse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A worker's host. ``cpu`` is in percent of all its cores."""

    cpu: float | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    available_bytes: int | None = None


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A worker and the processes of its pool. ``children`` may be fewer than ``children_total``.

    ``dropped`` counts by kind what the agent could not tell since the process began, ``faults`` its own errors.
    """

    at: float
    interval_s: float
    source: str
    pool: str
    main: ProcessUse
    children: tuple[ProcessUse, ...] = ()
    children_total: int = 0
    files: int | None = None
    host: HostUse = HostUse()
    dropped: dict[str, int] = {}
    faults: int = 0
    fault: str | None = None

    @property
    def cpu(self) -> float | None:
        """Of all processes together; ``None`` where none is known."""
        known = [one.cpu for one in (self.main, *self.children) if one.cpu is not None]
        return sum(known) if known else None

    @property
    def memory_bytes(self) -> int | None:
        """Of all processes together. What they share (a forked pool does) counts in each."""
        known = [one.memory_bytes for one in (self.main, *self.children) if one.memory_bytes is not None]
        return sum(known) if known else None

    def is_of(self, now: float) -> bool:
        """Whether it still tells how things are at ``now``, by a clock that may be a little off."""
        return now - self.at <= STALE_AFTER * self.interval_s + STALE_MARGIN_S
