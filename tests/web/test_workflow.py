"""What a task is part of: its tree, with what followed what and who is waited for."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from tests.support.events import a_task_that_succeeded, an_event, received
from tests.support.served import Served
from umbel.model.workflow import Groups
from umbel.web.views import Views
from umbel.web.workflows import Workflows


def a_campaign(server: Served, width: int) -> None:
    """Store a task that started a chord of ``width``, one of which failed while others go on."""
    under = {"root_id": "root", "parent_id": "root", "name": "send_batch"}
    events = a_task_that_succeeded("root", root_id="root", name="campaign")
    for n in range(width):
        events += a_task_that_succeeded(f"m-{n}", 1.0, **under)
    events += [received(1, uuid="bad", **under), an_event("failed", 2, uuid="bad", exception="OSError('gone')")]
    server.commit(*events, received(1, uuid="on", **under), an_event("started", 2, uuid="on"))


def test_any_task_of_a_tree_shows_the_whole(server: Served, client: httpx.Client) -> None:
    """Asked by a leaf: the root called a bundle, with every task, its state and its verdict."""
    a_campaign(server, 3)
    flow = client.get("/api/v1/workflow/m-1").json()
    assert (flow["root_id"], flow["starts"], flow["groups"]) == ("root", ["root"], "events")
    (bundle,) = flow["bundles"]
    assert (bundle["tasks"], bundle["body"]) == (["m-0", "m-1", "m-2", "bad", "on"], None)
    assert flow["edges"] == [{"source": "root", "target": bundle["id"], "link": "called"}]
    assert flow["by_state"] == {"SUCCESS": 4, "FAILURE": 1, "STARTED": 1}
    assert {one["id"]: one["exception"] for one in flow["tasks"] if one["exception"]} == {"bad": "OSError('gone')"}


def test_thousands_are_told_in_numbers(server: Served, client: httpx.Client) -> None:
    """Only those that did not succeed are listed."""
    a_campaign(server, 500)
    flow = client.get("/api/v1/workflow/root").json()
    assert [one["id"] for one in flow["tasks"]] == ["root", "bad", "on"]
    assert flow["crowds"][0]["by_state"] == {"SUCCESS": 500, "FAILURE": 1, "STARTED": 1}


def test_what_is_not_stored_is_a_problem(server: Served, client: httpx.Client) -> None:
    """As for the task itself; an id may begin with a slash."""
    assert client.get("/api/v1/workflow/none").status_code == 404
    server.commit(received(0, uuid="/odd/id"))
    for path in ("workflow", "tasks"):
        assert client.get(f"/api/v1/{path}/%2Fodd%2Fid").status_code == 200
    assert client.get("/api/v1/tasks/%2Fodd%2Fid").json()["id"] == "/odd/id"


def test_the_members_of_a_group_are_found_by_the_result_backend(server: Served) -> None:
    """A producer's group has no common parent: those next to it of the same name are asked for."""
    for n in range(4):
        server.commit(*a_task_that_succeeded(f"n-{n}", float(n), root_id=f"n-{n}"))
    asked: list[Sequence[str]] = []

    def look_up(task_ids: Sequence[str]) -> Groups:
        asked.append(task_ids)
        return Groups(of_task={one: "g" for one in task_ids if one in ("n-1", "n-2")}, waiting={"g": 3})

    views = Views(server.store, clock=lambda: 0.0)
    flow = Workflows(views, groups=look_up, why_none=lambda: None).of("n-2")
    assert flow is not None
    assert (flow.groups, [one.tasks for one in flow.bundles], flow.bundles[0].size) == (
        "result backend",
        [["n-1", "n-2"]],
        3,
    )
    assert asked == [["n-2"], ["n-0", "n-1", "n-3"]]
