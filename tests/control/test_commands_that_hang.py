"""A broker and a result backend that take a connection and never answer, and an export that breaks in between."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu.simple import SimpleQueue

from umbel.control import groups
from umbel.control.brokers.connection import unconnected
from umbel.control.commands import queues
from umbel.control.commands.errors import CannotDo
from umbel.control.commands.queues import Purges
from umbel.control.groups import GroupFinder
from umbel.ingest.app import make_app
from umbel.model.secrets import Masker
from umbel.model.workflow import Groups


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A port where connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_backend_that_hangs_holds_no_page_up(mute_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks goes on without groups and says so; the next one does not wait for what hangs already."""
    monkeypatch.setattr(groups, "ANSWER_WITHIN_S", 0.2)
    app = Celery("mute", backend=f"redis://127.0.0.1:{mute_port}/0", set_as_current=False)
    app.conf.result_backend_transport_options = {"retry_policy": {"max_retries": 0}}
    app.conf.redis_socket_timeout = 3.0
    finder = GroupFinder(app, masker=Masker())
    for _ in range(3):
        assert finder.look_up(["one"]) == Groups()
        assert finder.why_none() == "the result backend did not answer within 0.2 s"


@pytest.mark.parametrize(("url", "option"), [("redis://h", "socket_timeout"), ("amqp://h", "read_timeout")])
def test_commands_wait_for_no_answer_for_long(url: str, option: str) -> None:
    """A broker that takes the connection and says nothing more would hold a page's command for ever."""
    connection = unconnected(make_app(url), writes=True)
    assert 0 < connection.transport_options[option] < 10


def test_an_export_that_breaks_says_where_the_first_messages_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was deleted by then is in a file, and the answer, which is written down, names it."""
    app = make_app("memory://")
    with app.connection_for_write() as connection, SimpleQueue(connection.channel(), "breaks") as queue:
        for number in range(5):
            queue.put({"number": number})
    monkeypatch.setattr(queues, "BATCH", 2)
    purges, calls = Purges(app, tmp_path, masker=Masker()), iter(range(9))
    append = purges._append

    def breaks(path: Path, queue: str, taken: Sequence[Any]) -> int:
        if next(calls) == 1:
            raise CannotDo("no room")
        return append(path, queue, taken)

    monkeypatch.setattr(purges, "_append", breaks)
    with pytest.raises(CannotDo, match=r"no room; what was deleted by then is in breaks-\d+T\d+Z\.ndjson"):
        purges.purge("breaks", export=True, now=1e9)
    (file,) = tmp_path.iterdir()
    assert len(file.read_text().splitlines()) == 2
    assert purges.count("breaks") == 3
