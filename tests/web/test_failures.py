"""Groups of failures over the API: the matrix, one group, and what people say of them."""

import time

import httpx

from tests.support.events import T0, an_event, received
from tests.support.served import Served
from umbel.model.events import TaskEvent

TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/services/sms.py", line 141, in send
    raise ApiError("Rate limit exceeded")
"""


def failing(number: int, ago_s: float, exception: str) -> list[TaskEvent]:
    """Return the events of a task that failed so long ago."""
    at = time.time() - ago_s - T0
    of = {"uuid": f"task-{number}", "hostname": "w@a"}
    end = an_event("failed", at, exception=exception, traceback=TRACEBACK, **of)
    return [received(at - 1, name="shop.send_sms", **of), end]


def test_the_matrix(server: Served, client: httpx.Client) -> None:
    """Groups with a count for each window, what is out of the ordinary first, and the sums of all."""
    for number in range(3):
        server.commit(*failing(number, 30 + number, f"ApiError('order {number} is closed')"))
    server.commit(*failing(9, 5 * 3_600, "KeyError('guest')"))
    answer = client.get("/api/v1/failures").json()
    assert [window["seconds"] for window in answer["windows"]] == [3_600, 10_800, 86_400, 259_200, 604_800]
    first, second = answer["items"]
    assert (first["type"], first["message"], first["place"]) == (
        "ApiError",
        "order <n> is closed",
        "services/sms.py send",
    )
    assert (first["counts"], first["trend"], first["names"]) == ([3, 3, 3, 3, 3], "new", ["shop.send_sms"])
    assert (second["type"], second["counts"]) == ("KeyError", [0, 0, 1, 1, 1])
    assert (answer["totals"], answer["ended_in_hour"]) == ([3, 3, 4, 4, 4], 3)
    assert answer["by_decision"] == {"open": 2, "resolved": 0, "ignored": 0}
    cut = client.get("/api/v1/failures", params={"limit": 1}).json()
    assert ([one["type"] for one in cut["items"]], cut["cut"], cut["totals"]) == (["ApiError"], True, [3, 3, 4, 4, 4])


def test_one_group_and_its_tasks(server: Served, client: httpx.Client) -> None:
    """Its newest tasks, whose they are, a traceback; the search finds all of them, in memory too."""
    server.commit(*failing(1, 60, "ApiError('order 1')"), *failing(2, 30, "ApiError('order 2')"))
    (group,) = client.get("/api/v1/failures").json()["items"]
    detail = client.get(f"/api/v1/failures/{group['id']}").json()
    assert [task["id"] for task in detail["tasks"]] == ["task-2", "task-1"]
    assert (detail["names"], detail["workers"]) == (
        [{"text": "shop.send_sms", "tasks": 2}],
        [{"text": "w@a", "tasks": 2}],
    )
    assert (detail["sample"], detail["traceback"], sum(detail["by_hour"])) == ("task-2", TRACEBACK, 2)
    found = client.get("/api/v1/tasks", params={"search": f"failure:{group['id']}"}).json()
    assert [task["id"] for task in found["items"]] == ["task-2", "task-1"]
    missing = client.get("/api/v1/failures/000000000000")
    assert (missing.status_code, missing.json()["detail"]) == (404, "There is no group of failures '000000000000'")


def test_a_decision_is_kept_shown_and_noted(server: Served, client: httpx.Client) -> None:
    """Who, when and why; the list is chosen by it, and the audit log tells it."""
    server.commit(*failing(1, 60, "ApiError('no')"))
    (group,) = client.get("/api/v1/failures", params={"decision": "open"}).json()["items"]
    said = {"decision": "resolved", "note": "fixed in 2.1"}
    answer = client.post(f"/api/v1/failures/{group['id']}/decision", json=said).json()["group"]
    assert (answer["trend"], answer["note"], answer["decided_by"]) == (
        "resolved",
        "fixed in 2.1",
        "someone at 127.0.0.1",
    )
    assert client.get("/api/v1/failures", params={"decision": "open"}).json()["items"] == []
    assert len(client.get("/api/v1/failures", params={"decision": "resolved"}).json()["items"]) == 1
    (entry,) = server.store.audit.entries().entries
    assert (entry.command, entry.target, entry.why, entry.outcome) == (
        "failures.decide",
        group["id"],
        "fixed in 2.1",
        "done",
    )
    server.commit(*failing(2, -1, "ApiError('no')"))
    (back,) = client.get("/api/v1/failures", params={"decision": "open"}).json()["items"]
    assert (back["trend"], back["counts"][0]) == ("regressed", 2)


def test_what_cannot_be_is_refused(client: httpx.Client) -> None:
    """A group that is not there, a decision that there is not, a note too long."""
    url = "/api/v1/failures/000000000000/decision"
    assert client.post(url, json={"decision": "open"}).status_code == 404
    noted = len(client.get("/api/v1/audit").json()["items"])
    assert client.post(f"/api/v1/failures/{'x' * 5_000}/decision", json={"decision": "open"}).status_code == 404
    assert len(client.get("/api/v1/audit").json()["items"]) == noted
    assert client.post(url, json={"decision": "later"}).status_code == 400
    assert client.post(url, json={"decision": "open", "note": "x" * 1_001}).status_code == 400
    assert client.get("/api/v1/failures?limit=0").status_code == 400
