"""Turns what SQLite and SQLAlchemy raise into the errors of the contract. Nothing else leaves the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from umbel.store.protocols import QueryTooSlow, StoreBroken, StoreError, StoreUnavailable

_PRIMARY: Final = 0xFF
"""The low byte of an extended result code is its family (https://sqlite.org/rescode.html)."""

_BROKEN: Final = {
    sqlite3.SQLITE_NOTADB: "it is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a backup, or move it away to start anew",
    sqlite3.SQLITE_READONLY: "it cannot be written; check its permissions and those of its directory",
    sqlite3.SQLITE_PERM: "the permission is missing",
    sqlite3.SQLITE_AUTH: "the permission is missing",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its directory exists and can be written",
}
_OF_THE_DATA: Final = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError)
"""The store is well, the values are not: a retry would fail for ever, so these are left as they are."""
_FOR_NOW: Final = {
    sqlite3.SQLITE_BUSY: "another process holds its lock",
    sqlite3.SQLITE_LOCKED: "another connection holds its lock",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk did not read or write",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_PROTOCOL: "its lock could not be taken",
}


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Raise driver errors as store errors that name ``url`` (without a password)."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, _OF_THE_DATA):
            raise
        raise _meaning(error.orig, url) from error
    except sqlite3.Error as error:
        raise _meaning(error, url) from error
    except PoolTimeout as error:
        raise StoreUnavailable(f"store {url}: all its connections are busy with slow questions") from error


def is_interrupt(error: BaseException | None) -> bool:
    """Whether a statement ended because its time was over."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def _meaning(error: BaseException | None, url: str) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    if code == sqlite3.SQLITE_INTERRUPT:
        return QueryTooSlow(f"store {url}: the question took too long; narrow the search")
    if code in _FOR_NOW:
        return StoreUnavailable(f"store {url}: {_FOR_NOW[code]} ({error})")
    if code in _BROKEN:
        return StoreBroken(f"store {url}: {_BROKEN[code]} ({error})")
    return StoreBroken(f"store {url}: {error}")
