"""A real sentinel that watches a Redis."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis

from tests.support.processes import LOOPBACK, Process, free_port
from tests.support.services import RedisServer, program_or_skip

MASTER: Final = "umbel-master"
"""What the sentinel calls the Redis."""


@contextmanager
def a_sentinel(folder: Path, master: RedisServer) -> Iterator[int]:
    """Run a sentinel that watches a Redis, and yield its port."""
    port, config = free_port(), folder / "sentinel.conf"
    config.write_text(
        f"port {port}\nbind {LOOPBACK}\nsentinel monitor {MASTER} {LOOPBACK} {master.port} 1\n"
        + (f"sentinel auth-pass {MASTER} {master.password}\n" if master.password else "")
    )
    with Process("sentinel", [program_or_skip("redis-server"), str(config), "--sentinel"], folder) as process:
        process.start(lambda: _answers(port))
        yield port


def _answers(port: int) -> bool:
    try:
        with redis.Redis(port=port) as admin:
            return bool(admin.ping())
    except redis.RedisError:
        return False
