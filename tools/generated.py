"""Committed files that are made from the sources, and the check that they still are what those make."""

from collections.abc import Callable
from pathlib import Path

from tools.running import ROOT, Failed

GENERATED = ("docs/reference/**/*", "ui/openapi.json", "ui/src/**/*.gen.ts")


def check(write: Callable[[], object]) -> None:
    """Raise Failed when `write` changes a generated file; leave the files as they were."""
    before = snapshot()
    try:
        write()
    finally:
        stale = restore(before)
    if stale:
        names = "\n  ".join(path.relative_to(ROOT).as_posix() for path in stale)
        raise Failed(f"not what `python3 dev.py generate` makes of the sources:\n  {names}")


def snapshot() -> dict[Path, bytes]:
    return {path: path.read_bytes() for name in GENERATED for path in ROOT.glob(name) if path.is_file()}


def restore(before: dict[Path, bytes]) -> list[Path]:
    """Make the files what they were; return those that differed."""
    after = snapshot()
    stale = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    for path in stale:
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()
    return stale
