"""The virtual environments of a checkout: made, filled, and left alone while nothing has changed."""

import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.running import ROOT, Failed, execute, header, program

DESK = ROOT / ".venv"  # Umbel in place, with the development tools
SHOP = ROOT / ".venv-demo"  # Umbel as a user gets it: a wheel
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "constraints.txt"
MADE = {"__pycache__", "e2e", "node_modules", "static", "test-results"}


def install_desk() -> None:
    """Install Umbel in place with the development tools."""
    fingerprint = digest(PROJECT, CONSTRAINTS)
    requirements = ("-e", ".[demo]", *dev_requirements())
    install(DESK, fingerprint, *requirements, env={"UMBEL_SKIP_UI": "1"})


def install_shop() -> None:
    """Install the wheel and its demo."""
    sources = [path for folder in ("src", "ui") for path in files_of(ROOT / folder)]
    fingerprint = digest(PROJECT, CONSTRAINTS, ROOT / "hatch_build.py", *sources)
    install(SHOP, fingerprint, ".[demo]")


def install(folder: Path, fingerprint: str, *requirements: str, env: Mapping[str, str] | None = None) -> None:
    """Install into `folder`, unless the last install had the same fingerprint. Raises Failed."""
    stamp = folder / ".fingerprint"
    sound = works(folder)
    if sound and stamp.is_file() and stamp.read_text() == fingerprint:
        return
    header(f"install into {folder.name} (a minute or two)")
    if not sound:
        make_venv(folder)
    execute("pip install", pip_install(folder, *requirements), {**os.environ, **(env or {})})
    stamp.write_text(fingerprint)


def pip_install(folder: Path, *requirements: str) -> list[str]:
    command = [str(program(folder, "python")), "-m", "pip", "install", "-qq", "--prefer-binary"]
    pins = ["-c", str(CONSTRAINTS)] if CONSTRAINTS.is_file() else []
    return [*command, *pins, *requirements]


def freeze_newest(folder: Path) -> str:
    """Install the newest allowed releases into a new environment; return them as pip pins them."""
    make_venv(folder)
    python = str(program(folder, "python"))
    wanted = [*project()["dependencies"], *project()["optional-dependencies"]["demo"], *dev_requirements()]
    execute("pip install", [python, "-m", "pip", "install", "-qq", "--prefer-binary", *wanted])
    return subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout


def make_venv(folder: Path) -> None:
    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=os.name != "nt")
    except subprocess.CalledProcessError as error:
        hint = "on Debian, install python3-venv"
        raise Failed(f"{sys.executable} cannot make a virtual environment ({hint})") from error


def works(folder: Path) -> bool:
    """True when `folder` is an environment whose Python starts."""
    python = program(folder, "python")
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def dev_requirements() -> list[str]:
    """The dependency group `dev`, read here because pip knows groups only since 25.1."""
    return list(tomllib.loads(PROJECT.read_text())["dependency-groups"]["dev"])


def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    return dict(tomllib.loads(PROJECT.read_text())["project"])


def files_of(folder: Path) -> Iterator[Path]:
    """The source files under `folder`, in order: nothing that a tool has made."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in MADE:
            yield from files_of(path)
        elif path.is_file():
            yield path


def digest(*paths: Path) -> str:
    """A fingerprint of this Python, this place and the content of `paths`; a missing file is left out."""
    whole = hashlib.sha256(f"{sys.version}{ROOT}".encode())
    for path in paths:
        if path.is_file():
            whole.update(f"{path}".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
