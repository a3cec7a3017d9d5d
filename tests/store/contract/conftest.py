"""The stores that have to keep the contract. A new backend is a line in ``BACKENDS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.events import T0
from umbel.store.protocols import Store
from umbel.store.registry import open_store

OpenStore = Callable[[], Store]


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'umbel.db'}"


BACKENDS: dict[str, Callable[[Path], str]] = {"sqlite": _sqlite}


@pytest.fixture(params=BACKENDS)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Open the same store, as often as asked; its clock stands at ``T0``."""
    url = BACKENDS[request.param](tmp_path)
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(open_store(url, clock=lambda: T0))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: OpenStore) -> Store:
    """An empty store."""
    return open_again()
