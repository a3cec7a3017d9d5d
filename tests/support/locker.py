"""A process that keeps an SQLite file locked until its input ends: ``python -m tests.support.locker FILE``."""

import sqlite3
import sys


def main() -> None:
    """Hold the write lock; say so, and let go at the end of the input."""
    link = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30.0)
    link.execute("BEGIN IMMEDIATE")
    sys.stdout.write("locked\n")
    sys.stdout.flush()
    sys.stdin.read()
    link.execute("ROLLBACK")
    link.close()


if __name__ == "__main__":
    main()
