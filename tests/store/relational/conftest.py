"""A store of one file, opened as the tests of its inside need it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.events import T0
from umbel.store.relational.sqlite import SqliteStore


class Ticking:
    """A stopwatch that moves by ``step`` seconds whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 0.0

    def __call__(self) -> float:
        """Return the seconds so far."""
        self.now += self.step
        return self.now


@pytest.fixture
def ticking() -> Ticking:
    """The stopwatch of ``sqlite``; it stands until a test sets its step."""
    return Ticking()


@pytest.fixture
def sqlite(tmp_path: Path, ticking: Ticking) -> Iterator[SqliteStore]:
    """An empty store whose reads are timed by ``ticking``."""
    store = SqliteStore(tmp_path / "umbel.db", clock=lambda: T0, elapsed=ticking)
    yield store
    store.close()
