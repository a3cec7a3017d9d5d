"""What the demo starts is watched, and ends with it, however it ends."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.processes import wait_until
from umbel.cli.demo.children import Child, Children
from umbel.cli.demo.guardian import left_over

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(0, flush=True); time.sleep(600)"
MORTAL = "import os; print(os.getpid(), flush=True); raise SystemExit(3)"
PARENT = """
import os, pathlib, sys, time
from umbel.cli.demo.children import Child, Children
folder = pathlib.Path(sys.argv[1])
with Children(folder, os.environ, print) as children:
    children.start(Child(name="family", command=[sys.executable, "-c", sys.argv[2]]))
    time.sleep(600)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    with suppress(OSError):
        os.kill(pid, 0)
        return not Path("/proc/self").exists()
    return False


def said(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.log"
    return path.read_text().split() if path.exists() else []


def test_all_end_with_their_own_children(tmp_path: Path) -> None:
    """Nothing is left, not even of a program that does not want to end, nor a process that a program has started."""
    with Children(tmp_path, os.environ, print) as children:
        family = children.start(Child(name="family", command=python(FAMILY)))
        stubborn = children.start(Child(name="stubborn", command=python(STUBBORN)))
        wait_until(lambda: said(tmp_path, "family") and said(tmp_path, "stubborn"), "both run")
        pids = [int(said(tmp_path, "family")[0]), *(one.process.pid for one in (family, stubborn) if one.process)]
        assert all(lives(pid) for pid in pids)
    wait_until(lambda: not any(lives(pid) for pid in pids), "all have ended")
    assert not children.died


def test_a_program_that_dies_is_told_and_started_again_once(tmp_path: Path) -> None:
    """A worker gets a second chance; after that one line says that it is gone."""
    told: list[str] = []
    with Children(tmp_path, os.environ, told.append) as children:
        children.start(Child(name="mortal", command=python(MORTAL), restarts=1))
        wait_until(lambda: len(told) == 2, "it has died twice")
    assert told == [
        "mortal ended with exit code 3, starting it again; see its log",
        "mortal ended with exit code 3; see its log",
    ]
    assert len(set(said(tmp_path, "mortal"))) == 2
    assert children.died


def test_waiting_ends_when_the_program_does(tmp_path: Path) -> None:
    """Nobody waits a quarter of a minute for a broker that is not there."""
    with Children(tmp_path, os.environ, print) as children:
        child = children.start(Child(name="mortal", command=python(MORTAL)))
        assert not children.wait_until(child, lambda: False, 60.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
@pytest.mark.slow
def test_nothing_outlives_a_demo_that_was_killed(tmp_path: Path) -> None:
    """SIGKILL gives the demo no chance to clean up, so the guardian does."""
    parent = subprocess.Popen([*python(PARENT), str(tmp_path), FAMILY])
    try:
        wait_until(lambda: said(tmp_path, "family"), "the family runs")
        grandchild = int(said(tmp_path, "family")[0])
        assert lives(grandchild)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_until(lambda: not lives(grandchild), "the family has ended")


def test_the_guardian_forgets_what_has_ended() -> None:
    """A process id that was given to another program since is not touched."""
    assert left_over(["+12\n", "+13\n", "-12\n"]) == {13}
