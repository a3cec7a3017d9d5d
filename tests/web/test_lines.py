"""The stream tells what workers say, line by line."""

from tests.support.events import a_task_that_succeeded, an_event, received
from tests.support.served import Served
from tests.web.test_stream import stream, until
from umbel.live.lines import LINES_PER_CHANGE
from umbel.model.events import WorkerEvent


def test_each_event_is_a_line_with_its_task_s_name(server: Served) -> None:
    """What was said lately comes first, and nothing twice; heartbeats are counted and not shown."""
    server.commit(received(0, uuid="one", name="shop.pay"))
    with stream(server, topics="lines") as messages:
        recent = until(messages, "lines")
        assert (recent["recent"], [(line["name"], line["verb"]) for line in recent["items"]]) == (
            True,
            [("shop.pay", "received")],
        )
        beat = WorkerEvent(type="worker-heartbeat", hostname="w@a", timestamp=1_700_000_000.0)
        server.commit(an_event("started", 1, uuid="one"), beat)
        told = until(messages, "lines")
        assert [(line["task_id"], line["name"], line["verb"]) for line in told["items"]] == [
            ("one", "shop.pay", "started")
        ]
        assert (told["events"], told["looked_at"], told["by_kind"], told["sampled"], told["recent"]) == (
            2,
            2,
            {"started": 1},
            False,
            False,
        )


def test_lines_are_chosen_by_their_task(server: Served) -> None:
    """By the search language, as the task is now; a worker's lines belong to no task."""
    with stream(server, topics="lines", search="name:pay") as messages:
        until(messages, "hello")
        online = WorkerEvent(type="worker-online", hostname="w@a", timestamp=1_700_000_000.0)
        server.commit(received(0, uuid="one", name="shop.pay"), received(0, uuid="two", name="shop.ship"), online)
        told = until(messages, "lines")
        assert [line["name"] for line in told["items"]] == ["shop.pay"]
        assert told["by_kind"] == {"received": 2, "worker": 1}


def test_more_than_anybody_reads_is_sampled_and_counted(server: Served) -> None:
    """The counts say how much there was."""
    with stream(server, topics="lines") as messages:
        until(messages, "hello")
        server.commit(*[event for number in range(300) for event in a_task_that_succeeded(f"task-{number}")])
        told = until(messages, "lines")
        assert told["sampled"]
        assert len(told["items"]) <= LINES_PER_CHANGE <= told["looked_at"] < told["events"]
