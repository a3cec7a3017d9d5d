"""The connections of an SQLite store: one that writes, and a few that read.

WAL lets readers go on while the writer commits. With ``synchronous=NORMAL`` every commit survives a crash or a kill -9
of the process, because the operating system holds what was written; a power loss or a crash of the machine may take
the commits since the last checkpoint (seconds), and never damages the file. ``synchronous=FULL`` keeps those too,
for a sync of the disk a commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool

BUSY_TIMEOUT_S: Final = 5.0
READERS: Final = 4
_WRITER_CACHE_KIB: Final = 32_768
_READER_CACHE_KIB: Final = 4_096
CHECKPOINT_PAGES: Final = 4_000
"""After so many pages in the WAL a commit copies them into the file, and waits for the disk: some 100 ms for 16 MB."""
SMALL_CHECKPOINT_PAGES: Final = 500
"""The same where nobody may be held up for that long."""
_JOURNAL_LIMIT_BYTES: Final = 67_108_864

SYNCHRONOUS: Final = ("NORMAL", "FULL")


def writer_engine(path: Path) -> Engine:
    """Return an engine for one connection that may write. Transactions are begun and ended in plain SQL.

    The connection leaves the file as it is until it goes through ``prepare``.
    """

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )

    return create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)


def prepare(connection: Connection, synchronous: str) -> None:
    """Set the file and the writing connection up; some of it stays in the file, so it has to be ours."""
    if not connection.exec_driver_sql("PRAGMA page_count").scalar():
        connection.exec_driver_sql("PRAGMA auto_vacuum = INCREMENTAL")  # counts only now, and later only costs a write
    for pragma in (
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        f"cache_size = -{_WRITER_CACHE_KIB}",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        f"journal_size_limit = {_JOURNAL_LIMIT_BYTES}",
        "temp_store = MEMORY",
    ):
        connection.exec_driver_sql(f"PRAGMA {pragma}")


def reader_engine(path: Path) -> Engine:
    """Return an engine for a bounded pool of connections that cannot write."""
    uri = f"file:{quote(str(path))}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = 1")
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
        return connection

    return create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
    )


@contextmanager
def write_transaction(connection: Connection) -> Iterator[None]:
    """Hold the write lock from the start, so that what is read inside cannot change before it is written."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: Connection) -> None:
    """End a transaction that failed; SQLite has done so itself after some errors (a full disk)."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
        driver.execute("ROLLBACK")
