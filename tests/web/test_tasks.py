"""The task routes answer from the store, in one shape, and say no in one shape."""

import time
from urllib.parse import quote

import httpx
import pytest
from msgspec.structs import replace

from tests.support.events import T0, a_heartbeat, a_task_that_succeeded, an_event, received
from tests.support.served import Served
from umbel.store.protocols import TaskType
from umbel.web.links import Links


def test_a_stored_task_is_listed_and_shown(server: Served, client: httpx.Client) -> None:
    """What was committed is in the list, and its page has its attempts and events."""
    seq = server.commit(*a_task_that_succeeded("one"))
    page = client.get("/api/v1/tasks").json()
    assert [row["id"] for row in page["items"]] == ["one"]
    assert (page["seq"], page["next"], page["total"]) == (seq, None, {"kind": "exact", "value": 1})
    task = client.get("/api/v1/tasks/one").json()
    assert (task["state"], task["runtime_s"], task["result"]) == ("SUCCESS", 2.1, "{'sms_sent': True}")
    assert [attempt["outcome"] for attempt in task["attempts"]] == ["SUCCESS"]
    assert [event["type"] for event in task["events"]] == ["task-received", "task-started", "task-succeeded"]


def test_pages_follow_each_other(server: Served, client: httpx.Client) -> None:
    """Keyset pages together hold every task once, newest first."""
    for number in range(7):
        server.commit(received(number, uuid=f"task-{number}"))
    seen, cursor = [], None
    while True:
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/tasks", params=params).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"task-{number}" for number in reversed(range(7))]


def test_search_and_its_errors(server: Served, client: httpx.Client) -> None:
    """A search narrows the list; a wrong one is refused with its position."""
    server.commit(*a_task_that_succeeded("one"), received(0, uuid="two", name="other"))
    found = client.get("/api/v1/tasks", params={"search": "name:send_*"}).json()
    assert [row["id"] for row in found["items"]] == ["one"]
    wrong = client.get("/api/v1/tasks", params={"search": "sms colour:red"})
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert (wrong.json()["position"], "colour" in wrong.json()["detail"]) == (4, True)


def test_what_is_not_there_is_a_problem(client: httpx.Client) -> None:
    """An unknown task, a bad limit, a bad cursor and an unknown route say so in the same shape."""
    for path, status in (
        ("/api/v1/tasks/none", 404),
        ("/api/v1/tasks?limit=0", 400),
        ("/api/v1/tasks?sort=colour", 400),
        ("/api/v1/tasks?cursor=nonsense", 400),
        ("/api/v1/nothing", 404),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert answer.json()["status"] == status


def test_a_task_id_may_be_any_text(server: Served, client: httpx.Client) -> None:
    """Celery lets users choose ids: slashes, spaces and markup are found as they are."""
    for task_id in ("a/b c", "<img src=x>", "ünï?#%"):
        server.commit(received(0, uuid=task_id))
        answer = client.get(f"/api/v1/tasks/{quote(task_id, safe='')}")
        assert answer.json()["id"] == task_id


def test_long_texts_are_cut_in_lists_and_whole_on_the_page(server: Served, client: httpx.Client) -> None:
    """A list says which texts it cut; the page of the task has them whole."""
    server.commit(received(0, uuid="one", args="x" * 5_000))
    (row,) = client.get("/api/v1/tasks").json()["items"]
    assert (len(row["args"]), row["cut"]) == (240, ["args"])
    assert len(client.get("/api/v1/tasks/one").json()["args"]) == 5_000


def test_relatives(server: Served, client: httpx.Client) -> None:
    """A task names its root, parent and children; itself is none of them."""
    server.commit(
        received(0, uuid="root", root_id="root", parent_id="root"),
        received(1, uuid="child", root_id="root", parent_id="root"),
        received(2, uuid="leaf", root_id="root", parent_id="gone"),
    )
    root = client.get("/api/v1/tasks/root").json()
    assert (root["root"], root["parent"], [ref["id"] for ref in root["children"]]) == (None, None, ["child"])
    leaf = client.get("/api/v1/tasks/leaf").json()
    assert (leaf["root"]["id"], leaf["parent"]) == ("root", {"id": "gone", "name": None, "state": None})


def test_names_and_overview(server: Served, client: httpx.Client) -> None:
    """Counts are exact, by name and by state."""
    server.commit(*a_task_that_succeeded("one"), received(0, uuid="two", name="other"), an_event("revoked", uuid="x"))
    names = client.get("/api/v1/task-names").json()["items"]
    assert {name["name"]: name["by_state"] for name in names} == {
        "send_customer_sms": {"SUCCESS": 1},
        "other": {"RECEIVED": 1},
    }
    overview = client.get("/api/v1/overview").json()
    assert (overview["tasks"], overview["by_state"]) == (3, {"SUCCESS": 1, "RECEIVED": 1, "REVOKED": 1})


def test_retries_with_their_maximum(server: Served, client: httpx.Client) -> None:
    """A row says how often its task may be tried, once a worker told."""
    server.store.describe([TaskType(name="send_customer_sms", max_retries=3)])
    server.commit(received(0, uuid="one", retries=1))
    (row,) = client.get("/api/v1/tasks").json()["items"]
    assert (row["retries"], row["max_retries"]) == (1, 3)


def test_a_task_that_no_longer_runs_is_counted_as_lost(server: Served, client: httpx.Client) -> None:
    """Its state is the last that was told; the overview says how many of those have no worker any more."""
    now = time.time() - T0
    server.commit(
        received(now - 60, uuid="gone"),
        an_event("started", now - 59, uuid="gone"),
        received(now - 1, uuid="runs", hostname="other@app-02"),
        an_event("started", now, uuid="runs", hostname="other@app-02"),
        a_heartbeat(now, active=0),
    )
    overview = client.get("/api/v1/overview").json()
    assert (overview["by_state"], overview["lost"]) == ({"STARTED": 2}, {"kind": "exact", "value": 1})


def test_links_lead_from_a_task_to_other_tools(server: Served) -> None:
    """Their places are filled with what the task is; without a template there is none."""
    server.commit(received(0, uuid="a/b &c", root_id="r"))
    task = server.store.task("a/b &c")
    assert task is not None
    (link,) = Links(["Logs=https://logs.example/?q={id}", "Queue=https://q.example/{queue}"]).of(task)
    assert (link.label, link.url) == ("Logs", "https://logs.example/?q=a%2Fb%20%26c")
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/api/v1/tasks/a%2Fb%20%26c").json()["links"] == []


def test_what_the_agent_told_of_a_task_is_shown(server: Served, client: httpx.Client) -> None:
    """What it took, when it was published, and its true arguments; nothing where no agent told, or told nonsense."""
    begun, started, end = a_task_that_succeeded("told")
    arguments = '{"args":[],"kwargs":{"escalation_id":789,"token":"***"},"cut":true}'
    told = [
        replace(begun, sent_at=T0 - 3, arguments=arguments),
        started,
        replace(end, cpu_s=0.25, peak_memory_bytes=70_000_000),
    ]
    nonsense = replace(a_task_that_succeeded("nonsense")[0], arguments="{args}")
    server.commit(*told, nonsense)

    task = client.get("/api/v1/tasks/told").json()
    assert (task["cpu_s"], task["peak_memory_bytes"]) == (0.25, 70_000_000)
    assert task["arguments"] == {"args": [], "kwargs": {"escalation_id": 789, "token": "***"}, "cut": True}
    assert (task["sent_at"], task["wait_s"]) == (task["attempts"][0]["sent_at"], pytest.approx(3.1))
    assert [(one["cpu_s"], one["peak_memory_bytes"]) for one in task["attempts"]] == [(0.25, 70_000_000)]
    without = client.get("/api/v1/tasks/nonsense").json()
    assert (without["cpu_s"], without["arguments"], without["sent_at"]) == (None, None, None)


def test_a_failed_task_names_its_group(server: Served, client: httpx.Client) -> None:
    """It is the one that the failures tell of; a task that did not fail has none."""
    server.commit(received(0, uuid="bad"), an_event("failed", 1, uuid="bad", exception="ValueError('order 17')"))
    server.commit(*a_task_that_succeeded("good"))
    (group,) = client.get("/api/v1/failures").json()["items"]
    assert client.get("/api/v1/tasks/bad").json()["failure_group"] == group["id"]
    assert client.get("/api/v1/tasks/good").json()["failure_group"] is None
