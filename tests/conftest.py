"""What every folder of tests shares."""

import os
from collections import defaultdict
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

SLOW_S: Final = 30.0
"""What a test that is marked slow is taken to last, if no time limit of its own says more."""

settings.register_profile("desk", deadline=None)
settings.register_profile(
    "ci", deadline=None, max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where files are shared out among processes, begin with those that may take longest, so that none ends alone."""
    if hasattr(config, "workerinput"):
        longest = defaultdict[str, float](float)
        for item in items:
            longest[str(item.path)] += may_last_s(item)
        items.sort(key=lambda item: -longest[str(item.path)])


def may_last_s(item: pytest.Item) -> float:
    """Return how long a test may last (seconds), as its marks tell; nothing for the many short ones."""
    limit = item.get_closest_marker("timeout")
    if limit is not None:
        return float(limit.args[0])
    return SLOW_S if item.get_closest_marker("slow") else 0.0
