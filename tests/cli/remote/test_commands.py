"""The command line against a real server, a real broker and a real worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.support.deployment import APP, Deployment, a_deployment
from tests.support.processes import wait_until
from tests.support.umbel import Umbel
from tests.support.workers import Worker
from umbel.cli.main import umbel

pytestmark = pytest.mark.slow


class Whole(NamedTuple):
    """A deployment with one worker, and Umbel beside it."""

    site: Deployment
    worker: Worker
    server: Umbel

    def run(self, *words: str) -> Result:
        """Run ``umbel`` with these words against the server."""
        return CliRunner().invoke(umbel, [*words, f"--server={self.server.url}"], env={"UMBEL_SERVER_AUTH": None})

    def wait_for(self, task_id: str, state: str) -> None:
        """Wait until the server tells this state of a task."""
        wait_until(lambda: f'"state": "{state}"' in self.run("task", task_id, "--json").output, f"{task_id} is {state}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Run all of it."""
    folder = tmp_path_factory.mktemp("remote")
    with a_deployment(folder, "redis") as site, site.umbel() as server, site.worker("cli", queues="cli") as worker:
        whole = Whole(site, worker, server)
        wait_until(lambda: worker.name in whole.run("workers").output, "the worker is known")
        yield whole


def test_tasks_and_one_task(whole: Whole) -> None:
    """A table for people, JSON for programs; a hostile text moves no cursor; an id may be cut."""
    task_id = whole.site.send("hostile", "\x1b[31mred", queue="cli")
    whole.wait_for(task_id, "SUCCESS")
    listed = whole.run("tasks", f"id:{task_id}")
    assert listed.exit_code == 0
    assert listed.stdout.splitlines()[0].split()[:4] == ["ID", "TASK", "STATE", "WORKER"]
    assert (task_id in listed.stdout, f"{APP}.hostile" in listed.stdout, "\x1b" in listed.output) == (True, True, False)
    assert "1 of 1" in listed.stderr
    assert json.loads(whole.run("tasks", f"id:{task_id}", "--json").stdout)["items"][0]["id"] == task_id
    shown = whole.run("task", task_id[:13])
    assert (shown.exit_code, f"id        {task_id}" in shown.stdout, "\x1b" in shown.stdout) == (0, True, False)


def test_what_is_not_there_and_what_makes_no_sense(whole: Whole) -> None:
    """Exit codes 1 and 2, each with one sentence."""
    missing = whole.run("task", "no-such-task")
    assert (missing.exit_code, "no task 'no-such-task' is stored" in missing.stderr) == (1, True)
    wrong = whole.run("tasks", "runtime:>fast")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    away = CliRunner().invoke(umbel, ["workers", "--server=http://127.0.0.1:1"])
    assert (away.exit_code, "http://127.0.0.1:1 did not answer" in away.stderr) == (1, True)
    assert CliRunner().invoke(umbel, ["workers", "--server=nonsense"]).exit_code == 2


def test_workers_and_what_they_say(whole: Whole) -> None:
    """How each is, and what it answers when it is asked now."""
    workers = whole.run("workers")
    assert (workers.exit_code, "online" in workers.stdout) == (0, True)
    assert f"{APP}.add" in whole.run("inspect", "registered", whole.worker.name, "--now").stdout
    assert "prefork" in whole.run("inspect", "stats", "--now").stdout
    running = whole.site.send("sleep", 4, queue="cli")
    whole.wait_for(running, "STARTED")
    wait_until(lambda: running in whole.run("inspect", "active", "--now").stdout, "it is told to run", every_s=0.3)
    assert whole.run("inspect", "active", "nobody@here").exit_code == 1
    assert whole.run("queues").exit_code == 0


def test_revoke(whole: Whole) -> None:
    """What has not begun is skipped, what runs is ended where that is asked for and confirmed."""
    later = whole.site.send("add", 1, 2, queue="cli", countdown=1.5)
    revoked = whole.run("revoke", later, "--why=not needed")
    assert (revoked.exit_code, "it skips those that come" in revoked.stdout) == (0, True)
    running = whole.site.send("sleep", 60, queue="cli")
    whole.wait_for(running, "STARTED")
    unconfirmed = whole.run("revoke", running, "--terminate")
    assert (unconfirmed.exit_code, "say --confirm 'terminate'" in unconfirmed.stderr) == (2, True)
    assert whole.run("revoke", running, "--terminate", "--confirm=terminate", "--signal=KILL").exit_code == 0
    whole.wait_for(running, "REVOKED")
    whole.wait_for(later, "REVOKED")
    over = whole.run("revoke", later)
    assert (over.exit_code, "ended already (REVOKED)" in over.stderr) == (1, True)
    audit = httpx.get(f"{whole.server.url}/api/v1/audit").json()["items"]
    assert [(one["command"], one["why"]) for one in audit[:2]] == [("terminate", None), ("revoke", "not needed")]


def test_purge(whole: Whole, tmp_path: Path) -> None:
    """The file holds what was deleted; without the name nothing is."""
    ids = [whole.site.send("add", n, n, queue="unread") for n in range(5)]
    unconfirmed = whole.run("purge", "unread")
    assert (unconfirmed.exit_code, "5 messages that wait in unread will be deleted" in unconfirmed.stderr) == (2, True)
    target = tmp_path / "unread.ndjson"
    done = whole.run("purge", "unread", "--confirm=unread", f"--export={target}")
    assert (done.exit_code, "5 messages of unread" in done.stdout) == (0, True)
    assert [json.loads(line)["headers"]["id"] for line in target.read_text().splitlines()] == ids
    assert whole.run("purge", "unread", "--confirm=unread").exit_code == 1


def test_tail(whole: Whole) -> None:
    """Lines as the monitor has them, of what the search finds, as it happens."""
    task_id = whole.site.send("add", 3, 4, queue="cli", countdown=1.0)
    lines = whole.run("tail", "--lines=2", f"id:{task_id}").stdout.splitlines()
    assert all(f"Task {APP}.add[{task_id[:8]}] " in line and line[0] == "[" for line in lines), lines
    assert len(lines) == 2
