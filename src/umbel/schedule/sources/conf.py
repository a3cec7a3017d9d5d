"""``beat_schedule`` of the application: of the one that was loaded (``-A``), or as workers tell it when asked.

A worker's answer to ``inspect conf`` holds the schedule as it was configured, and its crontabs as texts; so nothing of
the user's code has to be imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from celery import Celery

from umbel.model.schedules import Entry, Origin, SourceKind
from umbel.schedule.sources.source import ENTRIES_AT_MOST, Listing, SourceError, entry_of

WORKERS_ASKED: Final = 3
"""Of one application all workers say the same; a few are asked, so that several applications are seen, too."""

Conf = Mapping[str, object]


class AppSource:
    """The schedule of a loaded application."""

    kind = SourceKind.APP

    def __init__(self, app: Celery, name: str) -> None:
        self._app = app
        self.place = f"-A {name}"

    def read(self) -> Listing:
        """Return its entries. Periodic tasks that its modules add when they are imported are among them."""
        try:
            self._app.loader.import_default_modules()
            self._app.finalize()
            conf: Conf = {name: getattr(self._app.conf, name) for name in ("beat_schedule", "timezone", "enable_utc")}
        except Exception as error:  # the user's code may raise anything
            raise SourceError(f"the modules of {self.place} cannot be imported: {type(error).__name__}") from error
        return Listing(entries=tuple(entries_in(conf, Origin(kind=self.kind, place=self.place))))


class ConfSource:
    """The schedule as workers have it configured.

    ``ask`` returns the answers to ``inspect conf`` of at most so many workers, by name; it raises UmbelError.
    """

    kind = SourceKind.CONF
    place = "inspect conf"

    def __init__(self, ask: Callable[[int], Mapping[str, object]]) -> None:
        self._ask = ask

    def read(self) -> Listing | None:
        """Return the entries of all that answered, ``None`` while none did."""
        answers = self._ask(WORKERS_ASKED)
        confs = {worker: conf for worker, conf in answers.items() if isinstance(conf, Mapping) and "error" not in conf}
        if not confs:
            return None
        origin = Origin(kind=self.kind, place=self.place)
        found: dict[str, Entry] = {}
        for _, conf in sorted(confs.items()):
            found.update((one.id, one) for one in entries_in(conf, origin))
        return Listing(entries=tuple(found.values()), note=f"told by {', '.join(sorted(confs))}")


def entries_in(conf: Conf, origin: Origin) -> Iterable[Entry]:
    """Yield the entries of a configuration; what is none is passed over."""
    schedule = conf.get("beat_schedule")
    zone = zone_of(conf)
    if not isinstance(schedule, Mapping):
        return
    for name, told in list(schedule.items())[:ENTRIES_AT_MOST]:
        if isinstance(told, Mapping):
            yield entry_of(name, told, origin, zone)


def zone_of(conf: Conf) -> str | None:
    """Return the zone that crontabs of this configuration are in (``celery.app.base.Celery.timezone``)."""
    zone = conf.get("timezone")
    return str(zone) if zone else None
