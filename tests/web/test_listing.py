"""What stands around the task list: counts of a search, and saved views with their owners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.events import T0, a_task_that_succeeded, an_event, received
from tests.support.served import Served, served
from umbel.web.app import Site
from umbel.web.auth.access import Role, User
from umbel.web.auth.basic import Credential
from umbel.web.summaries import COLUMNS_AT_MOST, columns

VIEW = {"name": "Sending", "search": "name:send_*", "sort": "-runtime", "columns": "state,name", "shared": False}


def test_a_search_is_told_in_numbers(server: Served, client: httpx.Client) -> None:
    """By state, name, queue and worker, and along the time; each with how sure it is."""
    server.commit(*a_task_that_succeeded("one"), *a_task_that_succeeded("two", 7_200))
    server.commit(received(0, uuid="bad", name="mail"), an_event("failed", 1, uuid="bad", exception="OSError('x')"))
    found = client.get("/api/v1/task-summary").json()
    assert (found["total"], found["complete"]) == ({"kind": "exact", "value": 3}, True)
    assert found["states"] == {
        "exact": True,
        "others": 0,
        "items": [{"value": "SUCCESS", "n": 2}, {"value": "FAILURE", "n": 1}],
    }
    assert found["names"]["items"] == [{"value": "send_customer_sms", "n": 2}, {"value": "mail", "n": 1}]
    assert found["queues"]["items"] == [{"value": None, "n": 3}]
    told = found["histogram"]
    assert (told["step_s"], [one["by_state"] for one in told["columns"]]) == (
        120,
        [{"SUCCESS": 1, "FAILURE": 1}, {"SUCCESS": 1}],
    )
    narrowed = client.get("/api/v1/task-summary", params={"search": "exception:oserror"}).json()
    assert (narrowed["total"]["value"], narrowed["states"]["items"]) == (1, [{"value": "FAILURE", "n": 1}])
    assert client.get("/api/v1/task-summary", params={"search": "colour:red"}).status_code == 400


def test_some_searches_are_counted_at_once(server: Served, client: httpx.Client) -> None:
    """In their order; one that cannot be read is unknown and spoils no other."""
    server.commit(*a_task_that_succeeded("one"), received(0, uuid="two"))
    searches = ["state:success", "colour:red", "retries:>3", ""]
    items = client.get("/api/v1/task-counts", params={"search": searches}).json()["items"]
    assert [one["search"] for one in items] == searches
    assert [one["total"] for one in items] == [
        {"kind": "exact", "value": 1},
        {"kind": "unknown", "value": None},
        {"kind": "exact", "value": 0},
        {"kind": "exact", "value": 2},
    ]


def test_columns_have_room() -> None:
    """However long the time, at most so many columns; none of them loses a task."""
    for minutes in (1, 95, 96, 5_000, 1_000_000):
        by_minute = {int(T0) // 60 * 60 + n * 60: {"SUCCESS": 1} for n in range(0, minutes, max(1, minutes // 200))}
        told = columns(by_minute)
        assert len(told.columns) <= COLUMNS_AT_MOST
        assert sum(one.by_state["SUCCESS"] for one in told.columns) == len(by_minute)


def test_a_view_is_saved_changed_and_deleted(server: Served, client: httpx.Client) -> None:
    """It comes back as it was saved; what is not there says so, and a nameless one is refused."""
    made = client.post("/api/v1/views", json=VIEW).json()
    assert (made["name"], made["search"], made["mine"], made["owner"]) == ("Sending", "name:send_*", True, None)
    changed = client.put(f"/api/v1/views/{made['id']}", json={**VIEW, "name": "  Sent   now ", "shared": True}).json()
    assert (changed["name"], changed["shared"], changed["made_at"]) == ("Sent now", True, made["made_at"])
    listed = client.get("/api/v1/views").json()
    assert (listed["items"], listed["why_not"]) == ([changed], None)
    for nameless in ("", "   ", "a\0b"):
        assert client.post("/api/v1/views", json={**VIEW, "name": nameless}).status_code == 400
    assert client.delete(f"/api/v1/views/{made['id']}").status_code == 204
    assert client.delete(f"/api/v1/views/{made['id']}").status_code == 404
    assert client.get("/api/v1/views").json()["items"] == []


@pytest.fixture
def signed_in(tmp_path: Path) -> Iterator[str]:
    """A server with a viewer and an operator."""
    people = (("ann", Role.VIEWER), ("olga", Role.OPERATOR), ("bob", Role.VIEWER))
    credentials = [Credential(user=name, password="secret", role=role) for name, role in people]
    with served(tmp_path, Site(version="test", credentials=credentials)) as running:
        yield running.url


def test_views_are_personal_until_an_operator_shares_them(signed_in: str) -> None:
    """A viewer keeps her own; nobody else sees or changes it; sharing needs the role."""
    ann, olga, bob = (httpx.Client(base_url=signed_in, auth=(name, "secret")) for name in ("ann", "olga", "bob"))
    mine = ann.post("/api/v1/views", json=VIEW).json()
    assert (mine["owner"], bob.get("/api/v1/views").json()["items"]) == ("ann", [])
    assert bob.put(f"/api/v1/views/{mine['id']}", json=VIEW).status_code == 404
    refused = ann.post("/api/v1/views", json={**VIEW, "shared": True})
    assert (refused.status_code, "role operator" in refused.json()["detail"]) == (403, True)
    assert "operator" in ann.get("/api/v1/views").json()["why_not_shared"]
    shared = olga.post("/api/v1/views", json={**VIEW, "shared": True}).json()
    assert [(one["id"], one["mine"]) for one in bob.get("/api/v1/views").json()["items"]] == [(shared["id"], False)]
    assert bob.delete(f"/api/v1/views/{shared['id']}").status_code == 403
    for client in (ann, olga, bob):
        client.close()


def test_who_has_no_name_and_may_only_look_saves_nothing(tmp_path: Path) -> None:
    """It says why, and nothing is stored."""
    guest = User(name=None, role=Role.VIEWER, how="none", reason="the server is read-only")
    with served(tmp_path, Site(version="test", anonymous=guest)) as running:
        refused = httpx.post(f"{running.url}/api/v1/views", json=VIEW)
        assert (refused.status_code, refused.json()["detail"]) == (403, "the server is read-only")
        assert httpx.get(f"{running.url}/api/v1/views").json()["why_not"] == "the server is read-only"
