"""The file that beat keeps its schedule in (``celerybeat-schedule``, ``celery.beat.PersistentScheduler``).

It is a shelf of pickles, and a pickle can run any code. So it is read only where a person names it, and by an unpickler
that makes Celery's schedules, instants and plain values, and an inert object of anything else: nothing can be called.
The file is copied first: beat holds it open, and some kinds of it are locked meanwhile.
"""

from __future__ import annotations

import contextlib
import dbm
import io
import pickle
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from umbel.model.schedules import Entry, Origin, SourceKind
from umbel.schedule.expressions import epoch
from umbel.schedule.sources.source import ENTRIES_AT_MOST, Listing, SourceError, entry_of

BYTES_AT_MOST: Final = 64 << 20
_ENDINGS: Final = ("", ".db", ".dat", ".dir", ".bak", ".pag", "-wal", "-shm")
_MADE: Final = frozenset(
    {
        ("celery.schedules", "crontab"),
        ("celery.schedules", "schedule"),
        ("celery.schedules", "solar"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("zoneinfo", "ZoneInfo"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
    }
)


class _Inert:
    """Stands for an object of any other class. It keeps what it was made with, and does nothing."""

    def __init__(self, *args: object, **_: object) -> None:
        self.made_with = args

    def __setstate__(self, state: object) -> None:
        """Take nothing of it."""


def _method_of(owner: object, name: object) -> Callable[..., object]:
    """Stand for ``getattr``, by which Python 3.11 and older pickle a zone; whatever else is asked for is inert."""
    return _zone if owner is ZoneInfo and name == "_unpickle" else _Inert


def _zone(key: object, _from_cache: object = None) -> ZoneInfo:
    return ZoneInfo(str(key))


_INSTEAD: Final[Mapping[tuple[str, str], Callable[..., object]]] = {
    ("builtins", "getattr"): _method_of,
    ("zoneinfo", "ZoneInfo._unpickle"): _zone,
}


class _SafeUnpickler(pickle.Unpickler):
    """Makes what is in ``_MADE``, and inert objects. See the module's docstring."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as its base says
        """Return a class that may be made, or what stands for anything else."""
        if (module, name) in _MADE:
            return super().find_class(module, name)
        return _INSTEAD.get((module, name), _Inert)


class ShelveSource:
    """Beat's shelf at ``path``, as its ``--schedule`` names it."""

    kind = SourceKind.SHELVE

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = str(path)

    def read(self) -> Listing:
        """Return its entries, with when each last ran as beat wrote it (every three minutes, and when it stops)."""
        with tempfile.TemporaryDirectory(prefix="umbel-shelf-") as folder:
            copy = self._copied(Path(folder))
            try:
                with contextlib.closing(dbm.open(str(copy), "r")) as shelf:
                    entries, zone = self._value(shelf, b"entries"), self._value(shelf, b"tz")
            except SourceError:
                raise
            except Exception as error:
                raise SourceError(f"{self.place} cannot be read as beat's schedule: {type(error).__name__}") from error
        if not isinstance(entries, Mapping):
            raise SourceError(f"{self.place} holds no entries: beat has not written it yet, or it is another file")
        origin = Origin(kind=self.kind, place=self.place)
        zone_name = zone if isinstance(zone, str) else getattr(zone, "key", None)
        listed = [self._entry(name, one, origin, zone_name) for name, one in list(entries.items())[:ENTRIES_AT_MOST]]
        return Listing(entries=tuple(one for one in listed if one is not None))

    def _copied(self, folder: Path) -> Path:
        files = [Path(f"{self._path}{ending}") for ending in _ENDINGS]
        there = [file for file in files if file.is_file()]
        if not there:
            raise SourceError(f"{self.place} is not there; beat's --schedule names the file")
        if sum(file.stat().st_size for file in there) > BYTES_AT_MOST:
            raise SourceError(f"{self.place} is larger than {BYTES_AT_MOST >> 20} MiB, which is no schedule of beat")
        try:
            for file in there:
                shutil.copyfile(file, folder / file.name)
        except OSError as error:
            raise SourceError(f"{self.place} cannot be read: {error.strerror}") from error
        return folder / self._path.name

    def _value(self, shelf: Any, key: bytes) -> Any:  # noqa: ANN401 - a pickle holds anything
        return _SafeUnpickler(io.BytesIO(shelf[key])).load() if key in shelf else None

    def _entry(self, name: object, pickled: object, origin: Origin, zone: str | None) -> Entry | None:
        """``celery.beat.ScheduleEntry`` is pickled as its eight arguments."""
        made_with = getattr(pickled, "made_with", ())
        fields = ("name", "task", "last_run_at", "total_run_count", "schedule", "args", "kwargs", "options")
        if len(made_with) != len(fields):
            return None
        told = dict(zip(fields, made_with, strict=True))
        total = told["total_run_count"]
        return replace(
            entry_of(name, told, origin, zone),
            last_run_at=epoch(told["last_run_at"], zone) if total else None,
            total_runs=total if isinstance(total, int) else None,
        )
