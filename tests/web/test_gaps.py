"""Gaps are told by themselves, with the tasks that they touch, and in the health while they last."""

import time
from datetime import UTC, datetime

import httpx
import pytest

from tests.support.events import T0, a_task_that_succeeded, received
from tests.support.served import Served
from umbel.model.gaps import Gap, GapKind

LINK = Gap(kind=GapKind.LINK, since=T0 + 1, until=T0 + 2, reason="no link to the broker (refused)")


def iso(epoch_s: float) -> str:
    """Return an instant as the API writes it."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat().replace("+00:00", "Z")


def test_gaps_of_an_interval(server: Served, client: httpx.Client) -> None:
    """Those that touch it come oldest first, the newest of them where there are too many."""
    server.store.keep_gaps([LINK, Gap(kind=GapKind.WORKER, since=T0 + 5, until=T0 + 6, reason="x", worker="w@x")])
    answer = client.get("/api/v1/gaps", params={"since": iso(T0), "until": iso(T0 + 9)}).json()
    assert [(gap["kind"], gap["since"], gap["until"]) for gap in answer["items"]] == [
        ("link", iso(T0 + 1), iso(T0 + 2)),
        ("worker", iso(T0 + 5), iso(T0 + 6)),
    ]
    assert answer["items"][0]["reason"] == "no link to the broker (refused)"
    cut = client.get("/api/v1/gaps", params={"since": iso(T0), "until": iso(T0 + 9), "limit": 1}).json()
    assert ([gap["kind"] for gap in cut["items"]], cut["cut"]) == (["worker"], True)
    of_all = client.get("/api/v1/gaps", params={"until": iso(T0 + 9), "kind": ["link", "stopped"]}).json()
    assert [gap["kind"] for gap in of_all["items"]] == ["link"]
    assert client.get("/api/v1/gaps", params={"until": iso(T0)}).json() == {"items": [], "cut": False}


def test_the_last_day_is_meant_by_default(server: Served, client: httpx.Client) -> None:
    """Without an interval, what is recent counts."""
    now = time.time()
    server.store.keep_gaps([Gap(kind=GapKind.LINK, since=now - 200_000, until=now - 100_000, reason="long ago")])
    server.store.keep_gaps([Gap(kind=GapKind.STOPPED, since=now - 60, until=now - 30, reason="x")])
    assert [gap["kind"] for gap in client.get("/api/v1/gaps").json()["items"]] == ["stopped"]


@pytest.mark.parametrize("query", ["since=yesterday", "limit=0", "limit=1001", "kind=nap"])
def test_what_cannot_be_read_is_refused(client: httpx.Client, query: str) -> None:
    """In the one shape of errors."""
    answer = client.get(f"/api/v1/gaps?{query}")
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_a_task_tells_the_gaps_of_its_life(server: Served, client: httpx.Client) -> None:
    """Those that touch it, of everybody and of its own workers; an unfinished task lives until now."""
    server.commit(*a_task_that_succeeded("done"), received(0, uuid="open"))
    mine = Gap(kind=GapKind.WORKER, since=T0 + 2, until=T0 + 3, reason="mine", worker="default@app-01")
    others = Gap(kind=GapKind.WORKER, since=T0 + 2, until=T0 + 3, reason="not mine", worker="other@x")
    later = Gap(kind=GapKind.STOPPED, since=T0 + 60, until=T0 + 70, reason="later")
    server.store.keep_gaps([LINK, mine, others, later])
    found = [client.get(f"/api/v1/tasks/{name}").json()["gaps"] for name in ("done", "open")]
    reasons = [[gap["reason"] for gap in gaps] for gaps in found]
    assert reasons == [[LINK.reason, "mine"], [LINK.reason, "mine", "later"]]


def test_the_health_says_what_lasts(server: Served, client: httpx.Client) -> None:
    """A gap that lasts is told with its reason, one that is over is not."""
    now = time.time()
    server.store.keep_gaps([LINK, Gap(kind=GapKind.LINK, since=now - 60, reason="no link to the broker")])
    blind = client.get("/api/v1/health").json()["blind"]
    assert [(gap["reason"], gap["until"]) for gap in blind] == [("no link to the broker", None)]
