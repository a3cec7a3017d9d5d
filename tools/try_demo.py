"""Tries the demo as the README tells to start it: ``python3 -m tools.try_demo``, which needs nothing installed.

It starts ``python3 dev.py demo``, opens the address that this prints until tasks of every state are there, ends it with
Ctrl-C, and fails where it does not end well or leaves something behind.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tools.running import ROOT, Failed

STATES = frozenset({"PENDING", "RECEIVED", "STARTED", "RETRY", "SUCCESS", "FAILURE", "REVOKED", "REJECTED"})
COMMAND = (sys.executable, "dev.py", "demo", "--port=0")
READY_WITHIN_S = 300.0  # which includes the installation
STATES_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
LOOK_EVERY_S = 0.1


class Demo:
    """A demo that was started, in a folder for its temporary files. ``began`` is when, on the monotonic clock."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.folder = folder
        self._log = folder / "demo.log"
        self.began = time.monotonic()
        with self._log.open("wb") as log:
            env = {**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text("utf-8", "replace")

    def wait_until_ready(self) -> None:
        """Wait for the line that says how to stop it. Raises Failed."""
        self._wait(lambda: "stop     Ctrl-C" in self.log(), "it is ready", READY_WITHIN_S)

    def seconds_by_state(self) -> dict[str, float]:
        """Wait until tasks of every state are there; return how long after the start each was first seen."""
        seen: dict[str, float] = {}

        def sees_all() -> bool:
            at = time.monotonic() - self.began
            for state in self.states():
                seen.setdefault(state, at)
            return seen.keys() >= STATES

        self._wait(sees_all, "tasks of every state are there", STATES_WITHIN_S)
        return seen

    def states(self) -> set[str]:
        """The states of its tasks now, from the address that it has printed, signed in as it says."""
        found = re.search(r"open +(\S+)/$", self.log(), re.MULTILINE)
        if not found:
            raise Failed("the demo prints no address")
        request = urllib.request.Request(found[1] + "/api/v1/overview")  # noqa: S310 - on loopback, which it says
        request.add_header("Authorization", f"Basic {b64encode(b'admin:admin123').decode()}")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return {state for state, tasks in json.load(answer)["by_state"].items() if tasks}

    def stop(self) -> int:
        """Press Ctrl-C, and return its exit code."""
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"the demo did not end within {STOP_WITHIN_S:.0f} s of Ctrl-C") from None

    def left_behind(self) -> list[str]:
        """What there is still of it: processes, its broker, its folder."""
        port = re.search(r"redis://127\.0\.0\.1:(\d+)/0", self.log())
        broker = [f"the broker on port {port[1]}"] if port and listens(int(port[1])) else []
        folders = [str(path) for path in self.folder.glob("umbel-demo-*")]
        return [*(f"process {pid}" for pid in family_of(self.folder)), *broker, *folders]

    def kill(self) -> None:
        """End what is left of it."""
        for pid in {self._process.pid, *family_of(self.folder)}:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _wait(self, is_true: Callable[[], bool], what: str, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not is_true():
            if self._process.poll() is not None:
                raise Failed(f"the demo ended before {what}")
            if time.monotonic() > deadline:
                raise Failed(f"not within {within_s:.0f} s: {what}")
            time.sleep(LOOK_EVERY_S)


def family_of(folder: Path) -> set[int]:
    """The processes whose temporary folder is ``folder``; none where the system has no /proc."""
    ours = f"TMPDIR={folder}".encode()
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(one.startswith(ours) for one in (path / "environ").read_bytes().split(b"\0")):
                found.add(int(path.name))
    return found


def listens(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def try_demo(command: Sequence[str]) -> dict[str, float]:
    """Start a demo, see it work and stop it; return the seconds from its start to each state. Raises Failed."""
    with tempfile.TemporaryDirectory(prefix="umbel-try-") as name:
        demo = Demo(command, Path(name))
        try:
            demo.wait_until_ready()
            seen = demo.seconds_by_state()
            code = demo.stop()
            left = demo.left_behind()
            said = demo.log()
        except Failed as failure:
            raise Failed(f"{failure}; it said:\n{demo.log()[-4000:]}") from None
        finally:
            demo.kill()
    if code or left or "Traceback" in said:
        raise Failed(f"the demo ended with exit code {code} and left {left or 'nothing'}; it said:\n{said[-4000:]}")
    return seen


def main() -> None:
    """Try it, and say how it went."""
    seen = try_demo(COMMAND)
    print(f"The demo started, showed tasks of {len(seen)} states, ended, and left nothing behind.")


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"\n{failure}")
