"""The soak, long enough to see that nothing goes wrong; an hour of it is ``python -m benches.soak --minutes 60``."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT
from tests.support.services import program_or_skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(0.4, marks=pytest.mark.timeout(120)),
        pytest.param(10, marks=[pytest.mark.timeout(900), pytest.mark.nightly]),
    ],
)
def test_nothing_is_lost_and_nothing_goes_wrong_under_a_steady_stream(tmp_path: Path, minutes: float) -> None:
    """At 2,000 events a second every task is stored as it ended, and no error is logged; memory is judged for ten."""
    program_or_skip("redis-server")
    out = tmp_path / "soak.txt"
    command = [sys.executable, "-m", "benches.soak", "--minutes", str(minutes), "--rate", "2000", "--out", str(out)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=880, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert out.read_text() == found.stdout
    assert "verdict: nothing lost, no error" in found.stdout
