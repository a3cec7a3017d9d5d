"""A store with tasks, and the command line beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from tests.store.support import a_stream, arrivals
from umbel.cli.main import umbel
from umbel.settings import PUBLIC
from umbel.store.registry import open_store

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``umbel`` with these words in an empty folder; no variable of this machine plays a part."""
    monkeypatch.chdir(tmp_path)
    for setting in PUBLIC:
        for name in (f"UMBEL_{setting.name.upper()}", *setting.about.env):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("UMBEL_SERVER_AUTH", raising=False)

    def run_it(*words: str, data: bytes | None = None) -> Result:
        return CliRunner().invoke(umbel, words, input=data)

    return run_it


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The file of a store with 100 tasks of every kind."""
    path = tmp_path / "umbel.db"
    store = open_store(str(path))
    store.commit(arrivals(a_stream(Random(5), 100)))
    store.close()
    return path
