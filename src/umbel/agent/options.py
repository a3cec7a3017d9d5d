"""What the application asked of the agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """``watch`` says what they mean."""

    arguments: bool = False
    redact: tuple[str, ...] = ()
    progress: bool = True
    interval_s: float = 10.0
