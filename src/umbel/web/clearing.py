"""Clears the history: deletes finished and lost tasks that match, in slices, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final, Literal, Protocol, TypeVar

from msgspec.structs import replace

from umbel.model.audit import TEXT_KEPT, AuditEntry, Outcome
from umbel.model.errors import UmbelError
from umbel.model.search import And, Compare, Equals, Node, NumberField, Operator, Or, Query, TextField
from umbel.model.tasks import OVER_STATES
from umbel.store.protocols import AuditStore, StoreError, StoreUnavailable, TaskArchive, TaskReader
from umbel.web.convert import instant, known_instant
from umbel.web.history_schemas import ClearingPreview, ClearingState
from umbel.web.schemas import Count

COUNT_S: Final = 2.0
"""How long a preview counts."""
PAUSE_S: Final = 0.02
TRIES: Final = 30
PLACES: Final = 1_000
COMMAND: Final = "clear_history"
audit = logging.getLogger("umbel.audit")

State = Literal["running", "done", "cancelled", "failed"]
T = TypeVar("T")


class Store(TaskReader, TaskArchive, Protocol):
    """What clearing asks of a store."""

    @property
    def audit(self) -> AuditStore:
        """Who did what."""


class ClearingRuns(UmbelError):
    """The history is being cleared."""


class NotConfirmed(UmbelError):
    """What was typed is not the confirmation."""


class Clearing:
    """One at a time. ``start`` it and look at ``state``."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: ClearingState | None = None
        self._entry: AuditEntry | None = None

    def preview(self, query: Query, before: float | None) -> ClearingPreview:
        """Return what would go. Raises StoreError."""
        by_state: dict[str, int] = {}
        for count in self._store.counts():
            for state, n in count.by_state.items():
                by_state[state] = by_state.get(state, 0) + n
        stored = sum(by_state.values())
        finished = sum(by_state.get(state, 0) for state in OVER_STATES)
        if query.root == And(()) and before is None:
            goes = Count(kind="exact", value=finished)
        else:
            goes = self._count(over_of(query, before))
        return ClearingPreview(goes=goes, stored=stored, unfinished=stored - finished)

    def start(self, query: Query, before: float | None, by: str) -> ClearingState:
        """Begin to delete; return the state. Raises ClearingRuns, and StoreError."""
        with self._lock:
            if self._state is not None and self._state.state == "running":
                raise ClearingRuns(f"the history is being cleared by {self._state.by}: wait for its end, or cancel it")
            preview = self.preview(query, before)
            self._entry = self._written(query, before, by, preview.goes)
            state = self._state = ClearingState(
                state="running",
                by=by,
                search=query.text,
                before=instant(before),
                started_at=known_instant(self._clock()),
                ended_at=None,
                deleted=0,
                expected=preview.goes,
            )
            audit.warning(
                "%s clears history: search %r, before %s, %s tasks", by, query.text, state.before, _words(preview.goes)
            )
            self._stop.clear()
            self._thread = threading.Thread(
                target=self._run, args=(over_of(query, before),), name="umbel-clear", daemon=True
            )
            self._thread.start()
        return state

    def state(self) -> ClearingState | None:
        """Return the clearing that runs, else the last one, ``None`` before the first."""
        return self._state

    def cancel(self) -> None:
        """End it after its slice. What is deleted stays deleted."""
        self._stop.set()

    def close(self) -> None:
        """End it, and wait for that."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _count(self, query: Query) -> Count:
        deadline, found, after = self._elapsed() + COUNT_S, 0, 0
        while True:
            places = self._store.places(query, after=after, limit=100_000)
            found += len(places.places)
            if places.next is None:
                return Count(kind="exact", value=found)
            after = places.next
            if self._elapsed() >= deadline:
                return Count(kind="at_least", value=found)

    def _run(self, query: Query) -> None:
        try:
            is_whole = self._delete_all(query)
        except Exception as error:  # noqa: BLE001  # the edge of a thread: the state tells it
            self._end("failed", str(error) or type(error).__name__)
        else:
            self._end("done" if is_whole else "cancelled", None)

    def _delete_all(self, query: Query) -> bool:
        """Return whether it came to its end."""
        after: int | None = 0
        until = self._store.newest_place()
        while after is not None:
            page = self._patiently(partial(self._store.places, query, after=after, until=until, limit=PLACES))
            left = list(page.places)
            while left and not self._stop.is_set():
                began = self._elapsed()
                deleted = self._patiently(partial(self._store.delete, left))
                left = left[deleted.done :]
                self._note(deleted.tasks)
                self._stop.wait(max(PAUSE_S, self._elapsed() - began))  # the collector's turn
            if self._stop.is_set():
                return not left and page.next is None
            after = page.next
        return True

    def _patiently(self, call: Callable[[], T]) -> T:
        """Call it; wait for a store that is locked or full. Raises StoreError when it stays so."""
        for _ in range(TRIES):
            try:
                return call()
            except StoreUnavailable:
                if self._stop.wait(1.0):
                    raise
        return call()

    def _note(self, deleted: int) -> None:
        if self._state is not None:
            self._state = replace(self._state, deleted=self._state.deleted + deleted)

    def _end(self, how: State, error: str | None) -> None:
        if self._state is not None:
            self._state = replace(self._state, state=how, error=error, ended_at=known_instant(self._clock()))
            audit.warning(
                "Clearing history for %s: %s, %d tasks deleted%s",
                self._state.by,
                how,
                self._state.deleted,
                f" ({error})" if error else "",
            )
            self._answer(how, self._state.deleted, error)

    def _written(self, query: Query, before: float | None, by: str, goes: Count) -> AuditEntry:
        """Write down what is about to be done; what cannot be written down is not done. Raises StoreError."""
        until = f" seen before {instant(before):%Y-%m-%d %H:%M} UTC" if before is not None else ""
        what = f"delete {_words(goes)} finished and lost tasks{until}"
        target = query.text[:TEXT_KEPT] or "all tasks"
        entry = AuditEntry(at=self._clock(), who=by, command=COMMAND, target=target, what=what)
        return replace(entry, number=self._store.audit.ask(entry))

    def _answer(self, how: State, deleted: int, error: str | None) -> None:
        if self._entry is None:
            return
        outcome: Outcome = "done" if how == "done" else "failed" if how == "failed" else "partly"
        text = f"{deleted:,} tasks deleted" + (f"; then {error}" if error else f", {how} by then" * (how != "done"))
        entry = replace(self._entry, outcome=outcome, text=text[:TEXT_KEPT], answered_at=self._clock())
        try:
            self._store.audit.answer(entry)
        except StoreError as failed:
            audit.error("what came of entry %d could not be stored: %s", entry.number, failed)


def over_of(query: Query, before: float | None) -> Query:
    """Return the finished and lost tasks among those that ``query`` finds and that were seen before an instant."""
    nodes: list[Node] = [query.root, Or(tuple(Equals(TextField.STATE, state) for state in sorted(OVER_STATES)))]
    if before is not None:
        nodes.append(Compare(NumberField.SEEN, Operator.LESS, before))
    return Query(query.text, And(tuple(nodes)))


def _words(count: Count) -> str:
    return f"{count.value:,}" if count.kind == "exact" else f"at least {count.value:,}"
