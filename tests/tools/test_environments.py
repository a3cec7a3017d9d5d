"""An environment is filled when something has changed, and only then."""

import venv
from pathlib import Path

import pytest

from tools import environments
from tools.running import program


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Each call of pip, in place of running it."""
    calls: list[list[str]] = []
    monkeypatch.setattr(environments, "execute", lambda _name, command, _env: calls.append(command))
    return calls


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment without pip."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


def test_the_same_fingerprint_installs_once(environment: Path, installs: list[list[str]]) -> None:
    """The second run installs nothing; a new fingerprint does."""
    for fingerprint in ("a", "a", "b"):
        environments.install(environment, fingerprint, "umbel")

    assert len(installs) == 2


def test_a_broken_environment_is_made_anew(
    environment: Path, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its Python has gone, the environment is made and filled again, whatever its fingerprint."""
    made: list[Path] = []
    monkeypatch.setattr(environments, "make_venv", made.append)
    environments.install(environment, "a", "umbel")

    program(environment, "python").unlink()
    environments.install(environment, "a", "umbel")

    assert made == [environment]
    assert len(installs) == 2


def test_the_fingerprint_follows_content(tmp_path: Path) -> None:
    """It changes with a file's content, and not when the file is only touched."""
    source = tmp_path / "a.py"
    source.write_text("1")
    first = environments.digest(source)

    source.touch()
    assert environments.digest(source) == first
    source.write_text("2")
    assert environments.digest(source) != first


def test_what_tools_make_is_no_source(tmp_path: Path) -> None:
    """Caches, npm's packages and the built UI do not count."""
    for name in ("b.py", "a/c.py", "__pycache__/b.pyc", "node_modules/x/y.js", "web/static/index.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert [path.name for path in environments.files_of(tmp_path)] == ["c.py", "b.py"]
