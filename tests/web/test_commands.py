"""Commands over the API: what is refused and how, and what the audit log tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.events import a_heartbeat
from tests.support.served import Served, served
from umbel.web.app import Site
from umbel.web.auth.access import Role
from umbel.web.auth.basic import Credential

WORKER = "w1@x"


def give(
    client: httpx.Client, command: str, /, *, why: str | None = None, confirm: str | None = None, **fields: Any
) -> httpx.Response:
    """Give a command."""
    body = {"command": {"command": command, **fields}, "why": why, "confirm": confirm}
    return client.post("/api/v1/commands", json={name: value for name, value in body.items() if value is not None})


@pytest.mark.parametrize(
    ("command", "fields", "status", "told"),
    [
        ("format_disk", {}, 400, "format_disk"),
        ("pool_grow", {"workers": [WORKER], "by": "many"}, 400, "Expected `int`"),
        ("pool_grow", {"workers": []}, 400, "no worker is named"),
        ("add_consumer", {"workers": [WORKER], "queue": ""}, 400, "a queue name is empty"),
        ("revoke", {"ids": ["a"] * 1_001}, 400, "1000"),
        ("pool_grow", {"workers": ["nobody@x"]}, 404, "no worker 'nobody@x' is known"),
        ("shutdown", {"workers": [WORKER]}, 400, "confirm is missing; it has to be 'w1@x'"),
        ("terminate", {"ids": ["a"], "signal": "STOP"}, 400, "STOP"),
    ],
)
def test_what_is_refused(
    server: Served, client: httpx.Client, command: str, fields: dict[str, Any], status: int, told: str
) -> None:
    """In one sentence; nothing is written down, since nothing was done."""
    server.commit(a_heartbeat(hostname=WORKER))
    answer = give(client, command, **fields)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.json()
    assert client.get("/api/v1/audit").json() == {"items": [], "next": None}


def test_an_answer_that_does_not_come(server: Served, client: httpx.Client) -> None:
    """Silence is told as what it is; the entry says who, what, whom and why."""
    server.commit(a_heartbeat(hostname=WORKER))
    answer = give(client, "pool_grow", workers=[WORKER], by=2, why=" a long\nqueue ")
    entry = answer.json()["entry"]
    assert answer.status_code == 200
    assert (entry["outcome"], entry["target"], entry["what"]) == ("silent", WORKER, "add 2 processes to the pool")
    assert (entry["who"], entry["why"]) == ("someone at 127.0.0.1", "a long queue")
    assert entry["replies"][0]["text"].startswith("no answer in time; it may still obey")
    assert client.get("/api/v1/audit").json()["items"] == [entry]
    assert client.get("/api/v1/audit", params={"only": "purge, shutdown"}).json()["items"] == []


def test_a_preview_changes_nothing(server: Served, client: httpx.Client) -> None:
    """It says the effect in words and what has to be typed."""
    server.commit(a_heartbeat(hostname=WORKER, active=2))
    body = {"command": {"command": "shutdown", "workers": [WORKER]}}
    preview = client.post("/api/v1/commands/preview", json=body).json()
    assert (
        preview["effect"][0] == "1 worker will stop taking new tasks and end. 2 tasks in progress are finished first."
    )
    assert (preview["confirm"], preview["refused"]) == (WORKER, [])
    assert client.get("/api/v1/audit").json()["items"] == []


def test_the_entry_names_who_signed_in(tmp_path: Path) -> None:
    """And who may only look is refused by the server, whatever a page offers."""
    people = [
        Credential(user="ana", password="right", role=Role.OPERATOR),
        Credential(user="look", password="only", role=Role.VIEWER),
    ]
    with served(tmp_path, Site(version="test", credentials=people)) as server:
        server.commit(a_heartbeat(hostname=WORKER))
        with httpx.Client(base_url=server.url, auth=("look", "only")) as viewer:
            assert give(viewer, "revoke", ids=["a"]).status_code == 403
        with httpx.Client(base_url=server.url, auth=("ana", "right")) as operator:
            assert give(operator, "revoke", ids=["a"]).json()["entry"]["who"] == "ana"


def test_another_site_gives_no_command(server: Served, client: httpx.Client) -> None:
    """A page of another site may be open in the browser of an operator."""
    server.commit(a_heartbeat(hostname=WORKER))
    client.headers["origin"] = "https://evil.example"
    assert give(client, "revoke", ids=["a"]).status_code == 403


@pytest.mark.parametrize("name", ["nothing.ndjson", "..%2F..%2Fumbel.db", "umbel.db", "%2e%2e"])
def test_exports_are_found_by_their_name_alone(client: httpx.Client, name: str) -> None:
    """No other file can be had."""
    assert client.get(f"/api/v1/commands/exports/{name}").status_code == 404
