"""Runs commands at the root of the checkout, and says which failed."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """A step did not succeed. The message says which, and is all that a person needs."""


def run(name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Print a header, then `execute`."""
    header(name)
    execute(name, command, env)


def execute(name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Run `command` at the root with `env`, or with ours. Raises Failed when its exit code is not 0."""
    code = subprocess.call(command, cwd=ROOT, env=env)
    if code:
        raise Failed(f"{name} failed with exit code {code}")


def header(title: str) -> None:
    print(f"\n=== {title} {'=' * max(0, 75 - len(title))}", flush=True)


def program(environment: Path, name: str) -> Path:
    """The path of a program in a virtual environment."""
    if os.name == "nt":
        return environment / "Scripts" / f"{name}.exe"
    return environment / "bin" / name
