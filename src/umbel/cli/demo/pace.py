"""How long the tasks of the demo take: the more of them there are a second, the shorter each."""

import os
import random
import time

CALM_RATE = 3.0
"""Tasks a second at which they take their natural time."""


def pace_of(rate: float) -> float:
    """Return by how much tasks must be faster than naturally, so that the workers keep up with ``rate``."""
    return max(1.0, rate / CALM_RATE)


def work(shortest_s: float, longest_s: float) -> None:
    """Take a while."""
    pace = float(os.environ.get("UMBEL_DEMO_PACE", "1"))
    time.sleep(random.uniform(shortest_s, longest_s) / pace)  # noqa: S311 - not for secrets
