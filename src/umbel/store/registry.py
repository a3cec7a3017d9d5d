"""Opens a store by its URL. The one place that knows which stores exist."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from umbel.model.secrets import mask_url
from umbel.store.protocols import Store, StoreError
from umbel.store.relational.engine import SYNCHRONOUS
from umbel.store.relational.migrate import HEAD
from umbel.store.relational.sqlite import SqliteStore, stored_schema

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_EXISTING: Final = "sqlite:////absolute/path.db, or a plain path"


def open_store(
    url: str, *, clock: Callable[[], float] = time.time, synchronous: str = "normal", make: bool = True
) -> Store:
    """Open the store at ``url``, a plain path for SQLite; make and migrate it where needed.

    ``synchronous`` is ``normal``, or ``full`` to sync the disk at every commit; ``sqlite:////path?synchronous=full``
    outweighs it. Without ``make`` a store that is not there, or has an older schema, is an error. ``clock`` tells
    epoch seconds.
    Raises StoreError for a URL that names no known store, StoreBroken and StoreUnavailable.
    """
    path, own = _sqlite_place(url)
    return SqliteStore(path, clock=clock, synchronous=own or synchronous.upper(), make=make)


def schema_of(url: str) -> tuple[str | None, str]:
    """Return the schema of the store at ``url``, ``None`` where none is there, and the newest one; changes nothing.

    Raises as ``open_store`` does.
    """
    path, _ = _sqlite_place(url)
    return stored_schema(path), HEAD


def free_bytes(url: str) -> int | None:
    """Return how much room there is where the store at ``url`` is kept; ``None`` where that cannot be told."""
    path = Path(url) if _SCHEME.match(url) is None else _sqlite_parts(url)[0]
    try:
        return shutil.disk_usage(path.expanduser().absolute().parent).free
    except OSError:
        return None


def folder_beside(url: str, name: str) -> Path:
    """Return a folder next to the store at ``url`` for files that belong to it; it need not be there."""
    path = Path(url) if _SCHEME.match(url) is None else _sqlite_parts(url)[0]
    return path.expanduser().absolute().with_suffix(f".{name}")


def _sqlite_place(url: str) -> tuple[Path, str | None]:
    """Return the path, and what the URL says of syncing."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return Path(url).expanduser().absolute(), None
    if scheme.group(1).lower() != "sqlite":
        raise StoreError(f"store {mask_url(url)}: there is no '{scheme.group(1)}' store; known are {_EXISTING}")
    return _sqlite_parts(url)


def _sqlite_parts(url: str) -> tuple[Path, str | None]:
    parts = urlsplit(url)
    if parts.netloc or not parts.path.strip("/"):
        raise StoreError(f"store {mask_url(url)}: SQLite needs a path: {_EXISTING}")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    wanted = options.pop("synchronous", None)
    synchronous = None if wanted is None else wanted.upper()
    if options or synchronous not in (None, *SYNCHRONOUS):
        wrong = next(iter(options), f"synchronous={wanted}")
        raise StoreError(f"store {mask_url(url)}: option '{wrong}' is not known; there is synchronous=normal|full")
    return Path(unquote(parts.path[1:])).expanduser().absolute(), synchronous
