"""What could not be understood is shown in part, and never with a password."""

from pathlib import Path

import redis

from tests.support.processes import wait_until
from tests.support.services import RedisServer
from tests.support.umbel import Umbel


def test_a_sample_shows_no_piece_of_a_password(tmp_path: Path) -> None:
    """Wherever the sample ends: also in the middle of one."""
    with (
        RedisServer(tmp_path) as broker,
        Umbel(tmp_path, broker.url) as umbel,
        redis.Redis.from_url(broker.url) as publisher,
    ):
        umbel.wait_until_connected()
        for length in (440, 470, 480):
            publisher.publish("/0.celeryev/worker.heartbeat", f"{'x' * length} redis://:{'hidden' * 20}@cache:6379/0")
        wait_until(lambda: umbel.health()["collector"]["malformed"] == 3, "all are counted", every_s=0.2)
        excerpts = [sample["excerpt"] for sample in umbel.get("self")["ingest"]["samples"]]
        assert len(excerpts) == 3
        assert not any("hid" in excerpt for excerpt in excerpts), excerpts
        assert all("x" * 100 in excerpt for excerpt in excerpts), excerpts
