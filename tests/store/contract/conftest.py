"""The stores that have to keep the contract. A new backend is a line in ``BACKENDS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.events import T0
from umbel.store.protocols import Store
from umbel.store.relational.sqlite import SqliteStore

OpenStore = Callable[[], Store]


READ_LIMIT_S: Final = 60.0
"""Here a read has the time it takes, however busy the machine is; the limit itself is tested beside the backend."""


def _sqlite(folder: Path, clock: Callable[[], float]) -> Store:
    return SqliteStore(folder / "umbel.db", clock=clock, read_limit_s=READ_LIMIT_S)


BACKENDS: dict[str, Callable[[Path, Callable[[], float]], Store]] = {"sqlite": _sqlite}


@pytest.fixture(params=BACKENDS)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Open the same store, as often as asked; its clock stands at ``T0``."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(BACKENDS[request.param](tmp_path, lambda: T0))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: OpenStore) -> Store:
    """An empty store."""
    return open_again()
