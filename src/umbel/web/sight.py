"""Whether the broker can be seen."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Sight(Struct, frozen=True, kw_only=True):
    """Since when the broker's link is lost, or was there without a break (epoch seconds)."""

    blind_since: float | None = None
    seeing_since: float = 0.0


SEES: Final = Sight()
