"""What of the settings people may know: how long history is kept, and what figures are judged by."""

from __future__ import annotations

from msgspec import Struct

from umbel.model.health import DEFAULTS, OwnLimit
from umbel.store.protocols import Retention
from umbel.web import settings_schemas as schemas


class InForce(Struct, frozen=True, kw_only=True):
    """What this server was told. ``own`` are the limits that were set; the others are the defaults."""

    retention: Retention = Retention()
    own: tuple[OwnLimit, ...] = ()
    read_only: bool = False

    def shown(self) -> schemas.Settings:
        """Return it in the shape of the API: limits for all first, then those of single ones."""
        set_for_all = {one.metric: one for one in self.own if one.subject is None}
        every = [
            set_for_all.get(metric, OwnLimit(metric=metric, subject=None, limit=DEFAULTS[metric]))
            for metric in DEFAULTS
        ]
        single = sorted(
            (one for one in self.own if one.subject is not None), key=lambda one: (one.metric, one.subject or "")
        )
        return schemas.Settings(
            read_only=self.read_only,
            retention=_retention(self.retention),
            thresholds=[_threshold(one, is_default=one not in self.own) for one in [*every, *single]],
        )


def _retention(kept: Retention) -> schemas.Retention:
    return schemas.Retention(
        tasks_s=kept.max_age_s,
        tasks_s_by_state=dict(kept.max_age_s_by_state),
        max_tasks=kept.max_tasks,
        max_bytes=kept.max_bytes,
        minutes_s=kept.by_minute_age_s,
        hours_s=kept.by_hour_age_s,
        days_s=kept.by_day_age_s,
        journal_s=kept.journal_age_s,
    )


def _threshold(one: OwnLimit, *, is_default: bool) -> schemas.Threshold:
    return schemas.Threshold(
        metric=one.metric.value,
        subject=one.subject,
        warning=one.limit.warning,
        critical=one.limit.critical,
        is_default=is_default,
    )
