"""A running server for each test."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.served import Served, served


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A server that asks for no sign-in, with an empty store."""
    with served(tmp_path) as running:
        yield running


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=server.url, timeout=10) as http:
        yield http
