"""Shapes of ``/api/v1/attention``: what is wrong now, worst first."""

from datetime import datetime
from typing import Literal

from msgspec import field

from umbel.web.schemas import Schema

Level = Literal["healthy", "warning", "critical", "unknown"]
AboutWhat = Literal["tasks", "task_type", "worker", "queue", "schedule", "broker", "umbel"]


class Concern(Schema, frozen=True, kw_only=True):
    """One thing that somebody should look at. ``subject`` names what it is about, null where that is the whole.

    ``code`` is stable: ``broker_down``, ``failing``, ``slow``, ``success``, ``avg``, ``queue``, ``worker_offline``,
    ``workers_missing``, ``cpu``, ``memory``, ``lost``, ``schedule``, and those of ``Doubt``.
    """

    code: str
    about: AboutWhat
    subject: str | None
    level: Literal["warning", "critical"]
    title: str
    text: str
    since: datetime | None = None


class Attention(Schema, frozen=True, kw_only=True):
    """What needs attention, the worst first, at most 50; ``left_out`` is how many more there are.

    ``critical``, ``warning``, ``healthy`` and ``unknown`` count checks. Rates and means are of the last ``window_s``
    seconds. ``tiles`` judges the figures of the overview: ``success``, ``avg``, ``queue``, ``workers``, ``broker``.
    ``status`` is that of ``Health``: while it is ``blind``, nothing but that is judged, and ``waiting`` is before the
    first event.
    """

    now: datetime
    status: Literal["ok", "waiting", "blind", "degraded"]
    level: Level
    critical: int
    warning: int
    healthy: int
    unknown: int
    window_s: float
    items: list[Concern] = field(default_factory=list)
    left_out: int = 0
    tiles: dict[str, Level] = field(default_factory=dict)
