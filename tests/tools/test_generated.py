"""The check of generated files finds what is stale, and changes nothing."""

from pathlib import Path

import pytest

from tools import generated
from tools.running import Failed


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generated page in a checkout of its own."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    path = tmp_path / "docs" / "reference" / "settings.md"
    path.parent.mkdir(parents=True)
    path.write_text("old")
    return path


def test_keeps_quiet_when_nothing_changes(page: Path) -> None:
    """A file that is written as it was is current."""
    generated.check(lambda: page.write_text("old"))

    assert page.read_text() == "old"


def test_names_a_changed_file_and_restores_it(page: Path) -> None:
    """A stale file is named and left as it was."""
    with pytest.raises(Failed, match="docs/reference/settings.md"):
        generated.check(lambda: page.write_text("new"))

    assert page.read_text() == "old"


def test_names_a_missing_file_and_leaves_it_missing(page: Path) -> None:
    """A file that was never committed is named too."""
    new = page.with_name("cli.md")

    with pytest.raises(Failed, match="docs/reference/cli.md"):
        generated.check(lambda: new.write_text("new"))

    assert not new.exists()


def test_restores_after_a_generator_broke(page: Path) -> None:
    """A generator that fails half way leaves no half-written file behind."""

    def breaks() -> None:
        page.write_text("half")
        raise Failed("generate failed with exit code 1")

    with pytest.raises(Failed, match="exit code 1"):
        generated.check(breaks)

    assert page.read_text() == "old"
