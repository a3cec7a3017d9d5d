"""The pages are built again when what they are made of has changed, and only then."""

from pathlib import Path

import pytest

from hatch_build import UserInterface


@pytest.fixture
def pages(tmp_path: Path) -> UserInterface:
    """Pages that were built from the sources as they are."""
    for name in ("ui/package.json", "ui/src/main.tsx", "src/umbel/web/static/index.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    pages = UserInterface(tmp_path)
    pages.stamp.write_text(pages.hash())
    return pages


def test_are_fresh_after_a_build(pages: UserInterface) -> None:
    """Nothing is built when nothing has changed."""
    assert pages.fresh()


@pytest.mark.parametrize("name", ["package.json", "src/main.tsx", "src/new.ts", "public/icon.svg"])
def test_go_stale_with_a_source(pages: UserInterface, name: str) -> None:
    """A changed or a new source makes them stale."""
    path = pages.sources / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed")

    assert not pages.fresh()


@pytest.mark.parametrize("name", ["src/main.test.tsx", "e2e/tasks.spec.ts", "node_modules/x/index.js", "README.md"])
def test_stay_fresh_with_what_is_not_built_in(pages: UserInterface, name: str) -> None:
    """Tests, installed packages and notes are no part of them."""
    path = pages.sources / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")

    assert pages.fresh()


def test_are_stale_without_a_source_tree(tmp_path: Path) -> None:
    """Where nothing was ever built, there is something to build."""
    (tmp_path / "ui").mkdir()

    assert not UserInterface(tmp_path).fresh()
