"""Writes every committed file that is made from the sources: ``python -m tools.generate``."""

from collections.abc import Callable
from typing import Final

from tools.openapi import write_openapi
from tools.reference import write_reference

WRITERS: Final[tuple[Callable[[], None], ...]] = (write_openapi, write_reference)


def main() -> None:
    """Write them all."""
    for write in WRITERS:
        write()


if __name__ == "__main__":
    main()
