"""Taking history out and clearing it, through a real server."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.history.conftest import Run, run
from tests.store.support import arrivals
from tests.support.events import a_task_that_succeeded, an_event, received
from tests.support.processes import wait_until
from tests.support.served import Served, served
from umbel.model.search import EVERYTHING
from umbel.store.archiving import Importer
from umbel.store.registry import open_store
from umbel.web.app import Site
from umbel.web.auth.access import Role, User
from umbel.web.auth.basic import Credential

__all__ = ["run"]
CONFIRMED = {"confirm": "clear history"}


def fill(server: Served, tasks: int = 1_200) -> None:
    """Store tasks that succeeded, ten that failed and one that runs."""
    events = [event for n in range(tasks) for event in a_task_that_succeeded(f"task-{n}", n / 10)]
    for n in range(10):
        events += [received(n, uuid=f"bad-{n}", name="bad"), an_event("failed", n + 1, uuid=f"bad-{n}")]
    server.store.commit(arrivals([*events, received(0, uuid="running")]))


def cleared(client: httpx.Client) -> dict[str, Any]:
    """The state of the clearing once it has ended."""
    wait_until(lambda: client.get("/api/v1/history").json()["clearing"]["state"] != "running", "clearing has ended")
    state: dict[str, Any] = client.get("/api/v1/history").json()["clearing"]
    return state


def test_an_export_is_an_archive(server: Served, client: httpx.Client, tmp_path: Path) -> None:
    """What is sent imports to the same tasks; its name and type say what it is."""
    fill(server)
    answer = client.get("/api/v1/history/export")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"].startswith('attachment; filename="umbel-tasks-')
    other = open_store(str(tmp_path / "other.db"))
    done = Importer(other, sleep=lambda _s: None).run(io.BytesIO(answer.content))
    assert (done.new, done.is_whole, done.bad) == (1_211, True, 0)
    assert other.list(EVERYTHING, limit=1_000).tasks == server.store.list(EVERYTHING, limit=1_000).tasks
    other.close()


def test_a_search_as_csv(server: Served, client: httpx.Client) -> None:
    """As a spreadsheet takes it."""
    fill(server, 5)
    answer = client.get("/api/v1/history/export", params={"search": "state:failure", "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.count("\r\n") == 11


@pytest.mark.parametrize("query", ["search=state:", "search=nofield:x", "format=xml"])
def test_what_cannot_be_exported(client: httpx.Client, query: str) -> None:
    """An error in the one shape, and not half a file."""
    answer = client.get(f"/api/v1/history/export?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_a_store_that_does_not_answer_is_no_empty_file(server: Served, client: httpx.Client) -> None:
    """The error comes before the file begins, and holds no place."""
    server.store.close()
    answer = client.get("/api/v1/history/export")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert client.get("/api/v1/history").json()["export"] is None


def test_one_export_a_person(server: Served, client: httpx.Client) -> None:
    """A second one has to wait, or to cancel the first one; who leaves frees the place."""
    fill(server, 8_000)
    with httpx.Client(base_url=server.url, timeout=10) as other, other.stream("GET", "/api/v1/history/export") as slow:
        assert slow.status_code == 200
        running = client.get("/api/v1/history").json()["export"]
        assert running["format"] == "ndjson"
        assert running["tasks"] < 8_000, "what nobody takes is not read"
        refused = client.get("/api/v1/history/export")
        assert (refused.status_code, "an export of yours runs" in refused.json()["detail"]) == (409, True)
        assert client.delete("/api/v1/history/export").status_code == 204
        with pytest.raises(httpx.RemoteProtocolError):
            list(slow.iter_raw())
    assert client.get("/api/v1/history").json()["export"] is None
    with httpx.Client(base_url=server.url) as other, other.stream("GET", "/api/v1/history/export"):
        pass
    wait_until(lambda: client.get("/api/v1/history").json()["export"] is None, "who has left holds no place")
    assert client.get("/api/v1/history/export").content.endswith(b'{"end":8011}\n')


def test_a_reader_that_stops_stops_the_export(server: Served) -> None:
    """Memory is bounded by what the network takes: no page is read before the one before is on its way."""
    fill(server, 15_000)
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"GET /api/v1/history/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
        line.recv(1_000)
        with httpx.Client(base_url=server.url) as client:

            def sent() -> int:
                return int(client.get("/api/v1/history").json()["export"]["tasks"])

            wait_until(lambda: sent() > 0, "the export has begun")
            seen = 0
            while (now := sent()) != seen:
                seen = now
                time.sleep(0.3)
        assert 0 < seen < 15_000


def test_a_task_may_be_called_export(server: Served, client: httpx.Client) -> None:
    """No word of the API stands where an id does."""
    server.store.commit(arrivals(a_task_that_succeeded("export")))
    assert client.get("/api/v1/tasks/export").json()["id"] == "export"


def test_preview(server: Served, client: httpx.Client) -> None:
    """What goes and what stays, exactly where it can be counted."""
    fill(server, 50)
    assert client.get("/api/v1/history/preview").json() == {
        "goes": {"kind": "exact", "value": 60},
        "stored": 61,
        "unfinished": 1,
    }
    failed = client.get("/api/v1/history/preview", params={"search": "name:bad"}).json()
    assert failed["goes"] == {"kind": "exact", "value": 10}
    early = client.get("/api/v1/history/preview", params={"before": "2000-01-01T00:00:00Z"}).json()
    assert early["goes"] == {"kind": "exact", "value": 0}


def test_clear_all(server: Served, client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """Everything that is finished goes, what runs stays; who, what and how many stands in the log."""
    fill(server)
    with caplog.at_level(logging.INFO, "umbel.audit"):
        begun = client.post("/api/v1/history/clear", json=CONFIRMED)
        assert (begun.status_code, begun.json()["expected"]) == (202, {"kind": "exact", "value": 1_210})
        state = cleared(client)
    assert (state["state"], state["deleted"], state["by"]) == ("done", 1_210, "someone at 127.0.0.1")
    assert [task.id for task in server.store.list(EVERYTHING).tasks] == ["running"]
    assert server.store.problems() == []
    entry = client.get("/api/v1/audit").json()["items"][0]
    assert (entry["command"], entry["who"], entry["outcome"]) == ("clear_history", "someone at 127.0.0.1", "done")
    assert (entry["what"], entry["text"]) == ("delete 1,210 finished and lost tasks", "1,210 tasks deleted")
    said = [record.message for record in caplog.records if record.name == "umbel.audit"]
    assert said[0] == "someone at 127.0.0.1 clears history: search '', before None, 1,210 tasks"
    assert said[1] == "Clearing history for someone at 127.0.0.1: done, 1210 tasks deleted"


def test_clear_what_a_search_finds(server: Served, client: httpx.Client) -> None:
    """And nothing else."""
    fill(server, 20)
    client.post(
        "/api/v1/history/clear", json={**CONFIRMED, "search": "state:failure", "before": "2099-01-01T00:00:00Z"}
    )
    assert cleared(client)["deleted"] == 10
    assert {task.state for task in server.store.list(EVERYTHING).tasks} == {"SUCCESS", "RECEIVED"}


def test_clear_one_at_a_time_and_cancel(server: Served, client: httpx.Client) -> None:
    """A second wish is refused; the first can be stopped, and what is left stays."""
    fill(server, 8_000)
    assert client.post("/api/v1/history/clear", json=CONFIRMED).status_code == 202
    refused = client.post("/api/v1/history/clear", json=CONFIRMED)
    assert (refused.status_code, "being cleared by someone" in refused.json()["detail"]) == (409, True)
    assert client.delete("/api/v1/history/clear").status_code == 204
    state = cleared(client)
    assert state["state"] == "cancelled"
    assert sum(n for count in server.store.counts() for n in count.by_state.values()) == 8_011 - state["deleted"]


WRONG: list[dict[str, Any]] = [
    {},
    {"confirm": ""},
    {"confirm": "yes"},
    {**CONFIRMED, "search": "state:"},
    {**CONFIRMED, "serach": "x"},
    {**CONFIRMED, "before": "soon"},
]


def test_what_clears_nothing(server: Served, client: httpx.Client) -> None:
    """Without the words, or with one that is not understood, nothing goes: least of all everything."""
    fill(server, 5)
    for body in WRONG:
        assert client.post("/api/v1/history/clear", json=body).status_code == 400, body
    assert client.get("/api/v1/history").json()["clearing"] is None


FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
]


def test_another_sites_page_changes_nothing(client: httpx.Client) -> None:
    """A browser would send the sign-in with it; programs, which send none of these headers, may."""
    for headers in FOREIGN:
        answer = client.post("/api/v1/history/clear", json=CONFIRMED, headers=headers)
        assert answer.status_code == 403, headers
    own = {"sec-fetch-site": "same-origin", "origin": "https://outside.example"}
    assert client.post("/api/v1/history/clear", json=CONFIRMED, headers=own).status_code == 202
    cleared(client)
    assert client.post("/api/v1/history/clear", json=CONFIRMED).status_code == 202


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Served]:
    """A server with one person of each role."""
    credentials = [
        Credential(user=role.word, password="pw", role=role) for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
    ]
    with served(tmp_path, Site(version="test", credentials=credentials)) as running:
        yield running


def test_who_may_clear(people: Served) -> None:
    """Who may only look may export, and clear nothing. A read-only server makes everybody one of these."""
    for who, status in (("viewer", 403), ("operator", 202), ("admin", 202)):
        with httpx.Client(base_url=people.url, auth=(who, "pw")) as client:
            assert client.get("/api/v1/history/export").status_code == 200
            assert client.get("/api/v1/history/preview").status_code == 200
            answer = client.post("/api/v1/history/clear", json=CONFIRMED)
            assert answer.status_code == status
            assert client.delete("/api/v1/history/clear").status_code == (403 if status == 403 else 204)
            if status == 403:
                assert "this needs the role operator" in answer.json()["detail"]
            else:
                cleared(client)


def test_nobody_signed_in_on_a_read_only_server(tmp_path: Path) -> None:
    """Refused by the server, whatever the page shows."""
    viewer = User(name=None, role=Role.VIEWER, how="none", reason="the server is read-only")
    with served(tmp_path, Site(version="test", anonymous=viewer)) as running:
        assert httpx.post(f"{running.url}/api/v1/history/clear", json=CONFIRMED).status_code == 403


def test_from_the_command_line(people: Served, run: Run, tmp_path: Path) -> None:
    """``umbel export --server`` signs in, and what it writes is the archive; a wrong password is told."""
    fill(people, 700)
    people.store.commit(
        arrivals([received(0, uuid='odd"\n\nid', name="odd"), an_event("revoked", 1, uuid='odd"\n\nid')])
    )
    done = run("export", f"--server={people.url}", "--auth=viewer:pw", "-o", "all.ndjson.gz")
    assert (done.exit_code, done.stderr) == (0, "Exported 712 tasks to all.ndjson.gz\n")
    assert "712 new" in run("import", "all.ndjson.gz", "--store=new.db").stderr
    as_csv = run("export", "state:failure,revoked", f"--server={people.url}/", "--auth=viewer:pw", "-o", "some.csv")
    assert as_csv.stderr == "Exported 11 tasks to some.csv\n"
    refused = run("export", f"--server={people.url}", "--auth=viewer:hush", "-o", "no.ndjson")
    assert (refused.exit_code, "answered 401" in refused.stderr, "hush" in refused.stderr) == (1, True, False)
    assert not (tmp_path / "no.ndjson").exists()


def test_a_server_that_breaks_off(people: Served, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of an archive is not left under the name of the whole."""
    fill(people, 2_000)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault in the middle")

    monkeypatch.setattr("umbel.model.archive.end_line", fail)
    done = run("export", f"--server={people.url}", "--auth=viewer:pw", "-o", "all.ndjson")
    assert done.exit_code == 1
    assert "did not send the whole archive" in done.stderr or "broke off" in done.stderr
    assert list(tmp_path.glob("all*")) == []


def test_json_of_the_state(client: httpx.Client) -> None:
    """Before anything happened there is nothing to tell."""
    assert json.loads(client.get("/api/v1/history").content) == {"export": None, "clearing": None}
