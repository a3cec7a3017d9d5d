"""Exports that run: one a person at a time, so that nobody reads the whole store many times at once."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

from umbel.model.errors import UmbelError
from umbel.store.archiving import Chunk
from umbel.web.convert import known_instant
from umbel.web.history_schemas import ExportState

SILENT_S: Final = 300.0
"""Nobody has read from it for so long: it holds no place any more."""
log = logging.getLogger("umbel.web")


class ExportRuns(UmbelError):
    """Who asks has an export running."""


class ExportCancelled(UmbelError):
    """An export that its owner ended. The file is cut off, and lacks its last line."""


class Export:
    """One export: what it is, and how far."""

    def __init__(self, *, form: str, search: str, now: float) -> None:
        self.form = form
        self.search = search
        self.started_at = now
        self.read_at = now
        self.tasks = 0
        self.is_cancelled = False

    def state(self) -> ExportState:
        """Return it as the API shows it."""
        return ExportState(
            format=self.form, search=self.search, started_at=known_instant(self.started_at), tasks=self.tasks
        )


class Exports:
    """The exports that run, by person. Safe from several threads."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, Export] = {}

    def begin(self, who: str, *, form: str, search: str) -> Export:
        """Take the place of ``who``. Raises ExportRuns."""
        now = self._clock()
        with self._lock:
            known = self._running.get(who)
            if known is not None and not known.is_cancelled and 0 <= now - known.read_at < SILENT_S:
                raise ExportRuns(
                    f"an export of yours runs, {known.tasks:,} tasks are sent: wait for its end, or cancel it"
                )
            export = self._running[who] = Export(form=form, search=search, now=now)
        return export

    def of(self, who: str) -> Export | None:
        """Return the export that runs."""
        with self._lock:
            return self._running.get(who)

    def cancel(self, who: str) -> bool:
        """End the export of ``who`` at its next page; return whether there was one."""
        export = self.of(who)
        if export is not None:
            export.is_cancelled = True
        return export is not None

    async def send(self, who: str, export: Export, chunks: Iterator[Chunk]) -> AsyncIterator[bytes]:
        """Yield what is to be sent; the next page is read when the one before was taken.

        An error in between ends the connection, which is all that can be said once a file is under way.
        """
        try:
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                if export.is_cancelled:
                    raise ExportCancelled(f"the export of {who} was cancelled after {export.tasks:,} tasks")
                yield chunk.data
                export.tasks += chunk.tasks
                export.read_at = self._clock()
        except UmbelError as error:
            log.warning("an export broke off: %s", error)
            raise
        finally:
            self._end(who, export)

    def _end(self, who: str, export: Export) -> None:
        with self._lock:
            if self._running.get(who) is export:
                del self._running[who]
