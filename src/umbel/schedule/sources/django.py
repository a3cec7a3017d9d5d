"""django-celery-beat's tables, read through SQLAlchemy: SQLite, PostgreSQL or MySQL, whose driver has to be there.

Nothing is written: SQLite is opened read-only, and the others are asked in transactions that may only read.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from umbel.model.schedules import Entry, Origin, Rule, SourceKind
from umbel.model.secrets import mask_url
from umbel.schedule.expressions import FIELDS, bad, cron, epoch, instant, interval, sun
from umbel.schedule.sources.source import ENTRIES_AT_MOST, Listing, SourceError, entry_of, seconds

PREFIX: Final = "django_celery_beat_"
_UNITS_S: Final = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0, "microseconds": 1e-6}
_SCHEDULES: Final = ("intervalschedule", "crontabschedule", "solarschedule", "clockedschedule")

Row = Mapping[str, Any]


class DjangoSource:
    """The periodic tasks of a Django project. ``url`` is SQLAlchemy's. The connection is made anew for each reading."""

    kind = SourceKind.DJANGO

    def __init__(self, url: str) -> None:
        self._url = url
        self.place = mask_url(url)

    def read(self) -> Listing:
        """Return its periodic tasks, the paused ones too."""
        with self._asking() as connection:
            tables = set(inspect(connection).get_table_names())
            if f"{PREFIX}periodictask" not in tables:
                raise SourceError(f"{self.place} has no table {PREFIX}periodictask: is django-celery-beat migrated?")
            tasks = _rows(connection, "periodictask")
            schedules = {
                name: {row["id"]: row for row in _rows(connection, name)}
                for name in _SCHEDULES
                if f"{PREFIX}{name}" in tables
            }
        origin = Origin(kind=self.kind, place=self.place)
        return Listing(entries=tuple(_entry(row, schedules, origin) for row in tasks))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[Connection]:
        try:
            engine = _engine(self._url)
            with contextlib.closing(engine.connect()) as connection:
                if engine.dialect.name in ("mysql", "mariadb"):
                    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
                yield connection
        except (ArgumentError, NoSuchModuleError) as error:
            raise SourceError(f"{self.place} is no URL of a database that SQLAlchemy knows") from error
        except ModuleNotFoundError as error:
            raise SourceError(f"{self.place} needs the Python package {error.name}: install it beside Umbel") from error
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise SourceError(f"{self.place} cannot be read: {type(cause).__name__}") from error


def _engine(url: str) -> Engine:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        path = f"file:{quote(made.database or '')}?mode=ro"
        return create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(path, uri=True, timeout=5.0), poolclass=NullPool
        )
    options = {"postgresql_readonly": True} if made.get_backend_name() == "postgresql" else {}
    return create_engine(made, poolclass=NullPool, execution_options=options)


def _rows(connection: Connection, name: str) -> list[Row]:
    """Return all columns that this version of the package has."""
    found = connection.execute(text(f"SELECT * FROM {PREFIX}{name} ORDER BY id LIMIT {ENTRIES_AT_MOST}"))  # noqa: S608 - names of ours
    return [dict(row) for row in found.mappings()]


def _entry(row: Row, schedules: Mapping[str, Mapping[Any, Row]], origin: Origin) -> Entry:
    told = {
        "task": row.get("task"),
        "args": _json(row.get("args"), []),
        "kwargs": _json(row.get("kwargs"), {}),
        "options": {"queue": row.get("queue")},
    }
    total = row.get("total_run_count")
    return replace(
        entry_of(row.get("name"), told, origin, None),
        rule=_rule(row, schedules),
        enabled=bool(row.get("enabled", True)),
        one_off=bool(row.get("one_off", False)),
        starts_at=epoch(row.get("start_time"), "UTC"),
        expires_at=epoch(row.get("expires"), "UTC"),
        expires_s=seconds(row.get("expire_seconds")),
        last_run_at=epoch(row.get("last_run_at"), "UTC"),
        total_runs=total if isinstance(total, int) else None,
    )


def _rule(row: Row, schedules: Mapping[str, Mapping[Any, Row]]) -> Rule:
    for name in _SCHEDULES:
        found = schedules.get(name, {}).get(row.get(f"{name.removesuffix('schedule')}_id"))
        if found is None:
            continue
        match name:
            case "intervalschedule":
                every_s = float(found["every"]) * _UNITS_S.get(str(found["period"]), 0.0)
                return interval(every_s, text=f"every {found['every']} {found['period']}")
            case "crontabschedule":
                zone = found.get("timezone")
                return cron(tuple(str(found[field]) for field in FIELDS), str(zone) if zone else None)
            case "solarschedule":
                return sun(str(found["event"]), float(found["latitude"]), float(found["longitude"]))
            case _:
                at = epoch(found["clocked_time"], "UTC")
                if at is None:
                    return bad(str(found["clocked_time"]), "its instant cannot be read")
                return instant(datetime.fromtimestamp(at, UTC), "UTC")
    return bad("", "it has no schedule")


def _json(value: object, otherwise: object) -> object:
    """Return what a text of JSON says. The tables keep arguments as such texts."""
    try:
        return json.loads(value) if isinstance(value, (str, bytes)) else otherwise
    except ValueError:
        return value
