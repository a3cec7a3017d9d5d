"""The agent in beat: says that it ticks, what it plans, and what it sent."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Final

from umbel.agent.arguments import Arguments
from umbel.agent.beat_link import BeatLink
from umbel.agent.beat_listing import Listing
from umbel.agent.guard import Guard
from umbel.agent.options import Options
from umbel.model.wire import AGENT_VERSION, BeatReport, BeatRun

REPORT_S: Final = 10.0
SOON_S: Final = 2.0
"""What beat sent is told after at most so long."""
SNAPSHOT_S: Final = 1.0
MOST_RUNS: Final = 1_000
_LOOK_S: Final = 0.5


class BeatAgent:
    """Watches one beat (``celery.beat.Service``). Beat's own thread takes notes, one of ours sends them."""

    def __init__(self, service: Any, options: Options, guard: Guard) -> None:  # noqa: ANN401 - Celery's beat
        self._service = service
        self._guard = guard
        self._link = BeatLink(service.app)
        self._listing = Listing(Arguments(options.redact))
        self._started_at = time.time()
        self._runs: deque[BeatRun] = deque(maxlen=MOST_RUNS)
        self._runs_dropped = 0
        self._entries: list[tuple[str, Any]] = []
        self._noted_at = 0.0
        self._ticked_at: float | None = None
        self._next_tick_at: float | None = None
        self._knows_the_next_ones_only = False

    def begin(self) -> None:
        """Take notes as soon as beat has its scheduler, which it may not have made yet."""
        service = self._service
        if "scheduler" in vars(service):
            self._watch(service.scheduler)
        else:
            make = service.get_scheduler

            def get_scheduler(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's own method
                scheduler = make(*args, **kwargs)
                self._guard.around(self._watch)(scheduler)
                return scheduler

            service.get_scheduler = get_scheduler
        threading.Thread(target=self._run, name="umbel-agent", daemon=True).start()

    def _watch(self, scheduler: Any) -> None:  # noqa: ANN401 - any of Celery's schedulers
        self._knows_the_next_ones_only = type(scheduler).__module__.startswith("redbeat")
        note_tick, note_run = self._guard.around(self._note_tick), self._guard.around(self._note_run)
        tick, apply_async = scheduler.tick, scheduler.apply_async

        def noted_tick(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's own method
            interval_s = tick(*args, **kwargs)
            note_tick(scheduler, interval_s)
            return interval_s

        def noted_apply(entry: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery's own method
            result = apply_async(entry, *args, **kwargs)
            note_run(entry, result)
            return result

        scheduler.tick, scheduler.apply_async = noted_tick, noted_apply

    def _note_tick(self, scheduler: Any, interval_s: Any) -> None:  # noqa: ANN401 - any of Celery's schedulers
        now = time.time()
        self._ticked_at = now
        self._next_tick_at = now + interval_s if isinstance(interval_s, int | float) else None
        if not 0 <= now - self._noted_at < SNAPSHOT_S or interval_s:
            self._noted_at = now
            self._entries = [] if self._knows_the_next_ones_only else list(scheduler.schedule.items())

    def _note_run(self, entry: Any, result: Any) -> None:  # noqa: ANN401 - Celery's entry and result
        task_id = getattr(result, "id", None)
        if task_id is not None:
            self._runs_dropped += len(self._runs) == MOST_RUNS
            self._runs.append(BeatRun(entry=str(entry.name), task_id=str(task_id), at=time.time()))

    def _run(self) -> None:
        turn = self._guard.around(self._turn)
        last_at = 0.0
        while True:
            time.sleep(_LOOK_S)
            now = time.monotonic()
            if now - last_at >= (SOON_S if self._runs else REPORT_S):
                last_at = now
                turn()

    def _turn(self) -> None:
        """Send one report, once beat has looked at its schedule. What could not be sent is told by the next one."""
        if not self._noted_at:
            return
        runs = [self._runs.popleft() for _ in range(len(self._runs))]
        parts = self._listing.parts(self._entries, are_all=not self._knows_the_next_ones_only)
        try:
            for number, part in enumerate(parts, start=1):
                self._link.send({**self._report(), **part, "part": number, "parts": len(parts), "runs": runs})
                runs = []
        except Exception:
            self._listing.begin_anew()
            self._runs.extendleft(reversed(runs))
            raise

    def _report(self) -> BeatReport:
        scheduler = vars(self._service).get("scheduler")
        report = BeatReport(
            version=AGENT_VERSION,
            scheduler=f"{type(scheduler).__module__}:{type(scheduler).__qualname__}" if scheduler else "",
            started_at=self._started_at,
            entries_total=len(self._entries),
            listing=0,
            complete=False,
            part=1,
            parts=1,
            entries=[],
            gone=[],
            runs=[],
        )
        if self._ticked_at is not None:
            report["ticked_at"] = self._ticked_at
        if self._next_tick_at is not None:
            report["next_tick_at"] = self._next_tick_at
        max_interval = getattr(scheduler, "max_interval", None)
        if isinstance(max_interval, int | float):
            report["max_interval_s"] = max_interval
        if self._service.app.conf.timezone:
            report["timezone"] = str(self._service.app.conf.timezone)
        if self._runs_dropped:
            report["dropped"] = {"runs": self._runs_dropped}
        return report
