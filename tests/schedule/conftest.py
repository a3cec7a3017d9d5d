"""What tests of schedules share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.schedule.world import World
from umbel.model.schedules import Entry, Grace

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Make a world over a new store, with these entries."""
    made: list[World] = []

    def make(*entries: Entry, grace: Grace | None = None) -> World:
        made.append(World(tmp_path, *entries, grace=grace))
        return made[-1]

    yield make
    for world in made:
        world.close()
