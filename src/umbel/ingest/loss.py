"""How many events of a worker did not arrive, told by the worker's own count.

A heartbeat's ``processed`` is ``celery.worker.state.all_total_count``: the tasks that the pool has accepted since the
process began. ``Request.on_accepted`` adds to it and then sends ``task-started``, so that exactly these events are
counted here. Events are published in bundles after a heartbeat that counted them, which is why each is put before or
behind a heartbeat by its logical clock, and a heartbeat is compared only once the next one has come.
(Source: Celery 5.3 to 5.7, ``worker/request.py``, ``worker/heartbeat.py``, ``events/dispatcher.py``.)
"""

from typing import Final

SURPLUS: Final = 10
"""More events than the worker counted, by more than this, are repeats of a broker that delivered again."""
SILENT_TASKS: Final = 10
SILENT_BEATS: Final = 3
"""Events are switched off when so many tasks, over so many heartbeats, came without any."""


class ProcessLoss:
    """The comparison for one process of a worker. Its numbers only grow, unless repeats or a silence are found out.

    It begins at the first heartbeat after the first ``task-started``: what ran before may have run without events.
    """

    __slots__ = (
        "_after",
        "_base",
        "_before",
        "_clock",
        "_first",
        "_gap",
        "_has_started",
        "_heard",
        "_is_off",
        "_lost",
        "_quiet_beats",
        "_quiet_from",
        "_seen",
        "_settled",
        "_stamp",
        "processed",
        "repeated",
    )

    def __init__(self) -> None:
        self.processed: int | None = None
        self.repeated = 0
        self._before = (0, 0)
        self._stamp = 0.0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._first = self.processed
        self._base: int | None = None
        self._settled = self._lost = self._gap = 0
        self._has_started = self._heard = self._is_off = False
        self._clock = self._seen = self._after = 0
        self._quiet_beats, self._quiet_from = 0, (0, 0)

    @property
    def is_measured(self) -> bool:
        """Whether there is a heartbeat to count from."""
        return self._base is not None

    @property
    def is_silent(self) -> bool:
        """Whether tasks run there, and no event of any of them comes."""
        return self._is_off and not self._has_started

    @property
    def expected(self) -> int:
        """Tasks that the worker counted itself while it was compared."""
        return self._before[0] + (0 if self._base is None else self._settled - self._base)

    @property
    def lost(self) -> int:
        """Those of them whose event surely did not come."""
        return self._before[1] + self._lost

    def started(self, clock: int) -> None:
        """Count a ``task-started`` with this logical clock."""
        self._has_started = self._heard = True
        if clock <= self._clock:
            self._seen += 1
        else:
            self._after += 1

    def heartbeat(self, processed: int, clock: int, stamp: float) -> None:
        """Take the worker's count, its logical clock and its stamp. One that was delivered again is left out."""
        known = self.processed
        if known is not None and processed < known and stamp > self._stamp:
            self._keep(self._settled, self._lost)  # another process with the same pid, as in containers
            self.processed = known = None
            self._begin_anew()
        if known is not None and clock <= self._clock:
            return
        if self._base is not None:
            self._settle(known or 0, self._base)
            self._look_for_silence(processed)
        if self._base is None:
            self._look_for_a_base(processed)
        self._seen, self._after, self._heard = self._seen + self._after, 0, False
        self.processed, self._clock, self._stamp = processed, clock, stamp

    def _look_for_a_base(self, processed: int) -> None:
        """Begin at this heartbeat when events come; else see whether tasks ran without any up to the one before."""
        if self._has_started:
            self._base = self._settled = processed
            self._seen = self._after = 0
            self._quiet_from = (processed, 0)
        elif self._first is None:
            self._first = processed
        else:
            self._is_off = self._is_off or (self.processed or 0) > self._first

    def _settle(self, processed: int, base: int) -> None:
        """Compare the heartbeat before, whose events have come by now; only what two in a row agree on is sure."""
        gap = processed - base - self._seen
        least, most = min(gap, self._gap), max(gap, self._gap)
        self._lost = max(self._lost, least)
        if most < self._lost - SURPLUS:
            surplus = self._lost - most
            self.repeated += surplus
            self._seen -= surplus
            gap += surplus
        self._gap, self._settled = gap, processed

    def _look_for_silence(self, processed: int) -> None:
        """Take a long time without events for what it is, and not for a loss: they were switched off."""
        if self._heard:
            self._quiet_beats, self._quiet_from = 0, (processed, self._lost)
            return
        self._quiet_beats += processed > (self.processed or 0)
        quiet_processed, lost = self._quiet_from
        if self._quiet_beats >= SILENT_BEATS and processed - quiet_processed >= SILENT_TASKS:
            self._keep(quiet_processed, lost)
            self._begin_anew()
            self._is_off = True

    def _keep(self, settled: int, lost: int) -> None:
        """Add what was measured up to a heartbeat to the numbers of before."""
        if self._base is not None:
            self._before = (self._before[0] + settled - self._base, self._before[1] + lost)
