"""A real store, a clock that is set by hand, and a beat and workers that do what a test says."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from tests.support.events import T0, an_event, received
from umbel.model.schedules import Entry, Grace, Origin, Rule, RuleKind, Run, SourceKind, Standing
from umbel.schedule.book import Book
from umbel.schedule.clock import VerdictClock
from umbel.store.protocols import Arrival, Store
from umbel.store.registry import open_store

BEAT = "gen7@app-01"
MINUTELY = Rule(kind=RuleKind.INTERVAL, text="60 s", every_s=60.0)
CRON = Rule(kind=RuleKind.CRONTAB, text="* * * * *")
ORIGIN = Origin(kind=SourceKind.CONF, place="inspect conf")


def an_entry(rule: Rule = CRON, **fields: Any) -> Entry:
    """Return an entry that was read an hour before ``T0``."""
    told: dict[str, Any] = {"name": "pay", "task": "shop.pay", "first_seen_at": T0 - 3_600, "origins": (ORIGIN,)}
    return Entry(rule=rule, **{**told, **fields})


class World:
    """``now`` is in seconds after ``T0``."""

    def __init__(self, folder: Path, *entries: Entry, grace: Grace | None = None) -> None:
        self.now = 0.0
        self.folder = folder
        self.grace = grace or Grace()
        self.store: Store = open_store(str(folder / "umbel.db"), clock=lambda: T0 + self.now)
        self.book = Book()
        self.clock = self._clock()
        self.sees_until: float | None = None
        self.take(*entries)

    def _clock(self) -> VerdictClock:
        return VerdictClock(
            self.store,
            self.book,
            grace=self.grace,
            sees_until=lambda: T0 + (self.now if self.sees_until is None else self.sees_until),
            clock=lambda: T0 + self.now,
            logger=logging.getLogger("test"),
        )

    def take(self, *entries: Entry) -> None:
        """Have these as the schedule."""
        self.store.schedules.keep_entries(entries)
        self.book.replace(entries, [one.id for one in entries])
        self.clock.tick()

    def restart(self) -> None:
        """Forget what is only remembered."""
        known = self.store.schedules.entries()
        self.book = Book()
        self.book.replace(known)
        self.clock = self._clock()

    def send(self, task_id: str, at: float, client: str | None = BEAT, name: str = "shop.pay", **fields: Any) -> None:
        """Have somebody send a task; without a ``client`` nobody tells of it."""
        if client is not None:
            told = {"name": name, "args": "[]", "kwargs": "{}", "queue": "celery", "retries": 0, **fields}
            self._commit(an_event("sent", at, uuid=task_id, hostname=client, **told))

    def pick_up(self, task_id: str, at: float, name: str = "shop.pay", **fields: Any) -> None:
        """Have a worker receive and start a task."""
        told = {"name": name, "args": "[]", "kwargs": "{}", "uuid": task_id, **fields}
        self._commit(received(at, **told), an_event("started", at + 0.01, uuid=task_id))

    def end(self, task_id: str, at: float, how: str = "succeeded", **fields: Any) -> None:
        """Have a task end."""
        self._commit(an_event(how, at, uuid=task_id, **fields))

    def run(self, task_id: str, at: float, client: str | None = BEAT, **fields: Any) -> None:
        """Have a task sent and run at once."""
        self.send(task_id, at, client, **fields)
        self.pick_up(task_id, at + 0.02, **fields)
        self.end(task_id, at + 0.1, runtime=0.07)

    def _commit(self, *events: Any) -> None:
        self.store.commit([Arrival(event, event.timestamp) for event in events])

    def until(self, now: float, step: float = 1.0) -> None:
        """Let the time go on to ``now``, with a tick a second."""
        while self.now < now:
            self.now = min(now, self.now + step)
            self.clock.tick()

    def runs(self, entry: Entry) -> list[tuple[float, str]]:
        """Return the due times (after ``T0``) and verdicts so far, oldest first."""
        found = self.store.schedules.runs(entry.id, limit=500, until=T0 + self.now)
        return [(round(run.due_at - T0, 2), run.verdict.value) for run in reversed(found)]

    def last(self, entry: Entry) -> Run:
        """Return the newest run that was due."""
        return self.store.schedules.runs(entry.id, limit=1, until=T0 + self.now)[0]

    def standing(self, entry: Entry) -> Standing:
        """Return how an entry stands."""
        found = self.store.schedules.entry(entry.id)
        assert found is not None
        return found[1]

    def close(self) -> None:
        """Close the store."""
        self.store.close()
