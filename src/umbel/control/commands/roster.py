"""Which workers there are to be commanded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from umbel.control.commands.errors import CannotDo, NotThere
from umbel.model.workers import Worker, WorkerState, liveness
from umbel.store.protocols import WorkerStore

NAMED_AT_MOST: Final = 5


class Roster:
    """The workers of the store, and which of them live. ``seeing_since`` is as ``liveness`` takes it."""

    def __init__(
        self, store: WorkerStore, *, seeing_since: Callable[[], float | None], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._seeing_since = seeing_since
        self._clock = clock

    def all(self) -> dict[str, Worker]:
        """Return all known workers by name. Raises StoreError."""
        return {worker.name: worker for worker in self._store.workers()}

    def alive(self) -> list[str]:
        """Return those that did not stop, in the order of their names. Raises StoreError."""
        return [name for name, worker in self.all().items() if self._state(worker)[0] is not WorkerState.OFFLINE]

    def must_be_there(self, names: Collection[str]) -> None:
        """Raise NotThere for one that was never seen, and CannotDo for one that said goodbye.

        One that merely fell silent may be busy on its only thread, and is asked.
        """
        known = self.all()
        for name in names:
            if name not in known:
                raise NotThere(f"no worker {name!r} is known; {listed('there is', 'there are', sorted(known))}")
            if has_stopped(known[name]):
                raise CannotDo(f"{name} is offline: it said that it stops")

    def stopped(self, names: Collection[str], since: float) -> set[str]:
        """Return those that said goodbye, or fell silent and came back no more, since an instant (epoch seconds)."""
        known = self.all()
        return {name for name in names if name in known and _stopped_at(known[name]) >= since}

    def _state(self, worker: Worker) -> tuple[WorkerState, str]:
        now = self._clock()
        return liveness(worker, now, seeing_since=self._seeing_since() or now)


def has_stopped(worker: Worker) -> bool:
    """Whether it said so, and nothing came since."""
    return worker.offline_at is not None and worker.offline_at >= (worker.last_heartbeat_at or 0.0)


def _stopped_at(worker: Worker) -> float:
    """When its goodbye arrived: by our clock, and not by its own."""
    return worker.last_seen_at if has_stopped(worker) else float("-inf")


def listed(one: str, several: str, names: list[str]) -> str:
    """Return ``there is a`` or ``there are a, b and 7 more``; of nothing, that there is none."""
    if not names:
        return f"{one} none"
    shown = names[:NAMED_AT_MOST]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{one if len(names) == 1 else several} {', '.join(shown)}{more}"
