"""From the settings of schedules to what the parts take."""

from __future__ import annotations

from umbel.model.schedules import Grace
from umbel.schedule.make import Places
from umbel.settings import Settings


def places_of(settings: Settings, loaded: str | None) -> Places:
    """Return where schedules are kept; ``loaded`` is the name of the application where the user's own was loaded."""
    return Places(
        app=settings.app or loaded,
        file=settings.schedule_file,
        database=settings.schedule_database,
        redbeat=settings.schedule_redbeat,
    )


def grace_of(settings: Settings) -> Grace:
    """Return how late a run may be, and how long it may take."""
    return Grace(
        fixed_s=settings.schedule_grace or 0,
        interval_s=settings.schedule_interval_grace or 0,
        longest=settings.schedule_longest or 0,
    )
