"""A clock that moves when a test says so."""

from tests.support.events import T0


class ManualClock:
    """Tells ``now`` (epoch seconds)."""

    def __init__(self, now: float = T0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
