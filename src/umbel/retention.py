"""From the settings of history to what a store keeps."""

from __future__ import annotations

from typing import Final

from umbel.settings import Settings
from umbel.store.protocols import Retention

DAY_S: Final = 86_400.0


def retention_of(settings: Settings) -> Retention:
    """Return how long history is kept; 0 in a setting is without a bound."""
    return Retention(
        max_age_s=_age_s(settings.keep_days),
        max_age_s_by_state={state: _age_s(days) for state, days in settings.keep_days_by_state},
        max_tasks=settings.keep_tasks or None,
        max_bytes=settings.keep_bytes or None,
        by_minute_age_s=_age_s(settings.keep_by_minute),
        by_hour_age_s=_age_s(settings.keep_by_hour),
        by_day_age_s=_age_s(settings.keep_by_day),
    )


def _age_s(days: int | None) -> float | None:
    return days * DAY_S if days else None
