"""Opens a store by its URL. The one place that knows which stores exist."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from umbel.model.secrets import mask_url
from umbel.store.protocols import Store, StoreError
from umbel.store.relational.engine import SYNCHRONOUS
from umbel.store.relational.sqlite import SqliteStore

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_EXISTING: Final = "sqlite:////absolute/path.db, or a plain path"


def open_store(url: str, *, clock: Callable[[], float] = time.time) -> Store:
    """Open the store at ``url``, a plain path for SQLite; make and migrate it where needed.

    ``sqlite:////path?synchronous=full`` syncs the disk at every commit. ``clock`` tells epoch seconds.
    Raises StoreError for a URL that names no known store, StoreBroken and StoreUnavailable.
    """
    scheme = _SCHEME.match(url)
    if scheme is None:
        return SqliteStore(Path(url).expanduser().absolute(), clock=clock)
    if scheme.group(1).lower() != "sqlite":
        raise StoreError(f"store {mask_url(url)}: there is no '{scheme.group(1)}' store; known are {_EXISTING}")
    path, synchronous = _sqlite_parts(url)
    return SqliteStore(path, clock=clock, synchronous=synchronous)


def _sqlite_parts(url: str) -> tuple[Path, str]:
    parts = urlsplit(url)
    if parts.netloc or not parts.path.strip("/"):
        raise StoreError(f"store {mask_url(url)}: SQLite needs a path: {_EXISTING}")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    synchronous = options.pop("synchronous", SYNCHRONOUS[0]).upper()
    if options or synchronous not in SYNCHRONOUS:
        wrong = next(iter(options), f"synchronous={synchronous}")
        raise StoreError(f"store {mask_url(url)}: option '{wrong}' is not known; there is synchronous=normal|full")
    return Path(unquote(parts.path[1:])).expanduser().absolute(), synchronous
