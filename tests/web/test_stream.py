"""The live stream sends what was committed, once, and says when something is missing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.events import a_task_that_succeeded, an_event, received
from tests.support.served import Served


@contextmanager
def stream(server: Served, headers: dict[str, str] | None = None, **params: Any) -> Iterator[Iterator[tuple[str, Any]]]:
    """Open the stream and iterate its messages as (event, data)."""
    with httpx.stream("GET", f"{server.url}/api/v1/stream", params=params, headers=headers, timeout=15) as response:
        yield _messages(response)


def _messages(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    event = ""
    for line in response.iter_lines():
        if line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            yield event, json.loads(line.removeprefix("data:"))


def until(messages: Iterator[tuple[str, Any]], event: str) -> dict[str, Any]:
    """The data of the next message of this kind."""
    return dict(next(data for name, data in messages if name == event))


def test_a_commit_is_sent(server: Served) -> None:
    """After hello, each commit arrives as the rows that changed."""
    with stream(server) as messages:
        assert until(messages, "hello")["seq"] == 0
        seq = server.commit(received(0, uuid="one"))
        change = until(messages, "tasks")
        assert (change["seq"], [row["state"] for row in change["items"]]) == (seq, ["RECEIVED"])
        server.commit(an_event("started", 1, uuid="one"))
        assert [row["state"] for row in until(messages, "tasks")["items"]] == ["STARTED"]


def test_a_search_filters_the_stream(server: Served) -> None:
    """Only matching rows are sent; the ids of changed rows that do not match are named."""
    with stream(server, search="state:failure") as messages:
        until(messages, "hello")
        server.commit(
            received(0, uuid="one"), received(0, uuid="two"), an_event("failed", 1, uuid="two", exception="E()")
        )
        change = until(messages, "tasks")
        assert ([row["id"] for row in change["items"]], change["gone"], change["changed"]) == (["two"], ["one"], 2)


def test_resume_misses_nothing_and_repeats_nothing(server: Served) -> None:
    """A page that reconnects with its last id gets what it missed in one message, then what comes."""
    first = server.commit(received(0, uuid="one"))
    server.commit(*a_task_that_succeeded("two"))
    last = server.commit(received(0, uuid="three"))
    with stream(server, headers={"Last-Event-ID": str(first)}) as messages:
        missed = until(messages, "tasks")
        assert ([row["id"] for row in missed["items"]], missed["seq"]) == (["two", "three"], last)
        server.commit(received(0, uuid="four"))
        assert [row["id"] for row in until(messages, "tasks")["items"]] == ["four"]


def test_what_cannot_be_resumed_is_a_gap(server: Served) -> None:
    """A position that the store never had, or too many changes since: the page is told to read anew."""
    server.commit(received(0, uuid="one"))
    with stream(server, after=99) as messages:
        assert "replaced" in until(messages, "gap")["reason"]


def test_many_changes_are_sampled_and_counted(server: Served) -> None:
    """Nobody reads a thousand rows at once: the newest are sent, and all are counted."""
    with stream(server) as messages:
        until(messages, "hello")
        server.commit(*[received(number, uuid=f"task-{number}") for number in range(1_000)])
        change = until(messages, "tasks")
        assert (change["changed"], change["sampled"], len(change["items"])) == (1_000, True, 300)
        assert change["items"][-1]["id"] == "task-999"


def test_other_topics(server: Served) -> None:
    """A topic that was asked for comes at once and again when time passes; others never."""
    with stream(server, topics="health,nonsense") as messages:
        until(messages, "hello")
        assert [next(messages)[0], next(messages)[0]] == ["health", "health"]


def test_a_wrong_search_is_refused(client: httpx.Client) -> None:
    """Before the stream begins, in the shape of every error."""
    assert client.get("/api/v1/stream", params={"search": "a:b"}).json()["position"] == 0
