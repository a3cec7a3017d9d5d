"""The soak, long enough to see that nothing goes wrong; an hour of it is ``python -m benches.soak --minutes 60``."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from benches.soak import JUDGED_FROM_S, Report, pace_wrong
from tests.support.processes import ROOT
from tests.support.services import program_or_skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("minutes", "rate"),
    [
        pytest.param(0.4, 1_000, marks=pytest.mark.timeout(120)),
        pytest.param(10, 2_000, marks=[pytest.mark.timeout(900), pytest.mark.nightly]),
    ],
)
def test_nothing_is_lost_and_nothing_goes_wrong_under_a_steady_stream(
    tmp_path: Path, minutes: float, rate: int
) -> None:
    """Every task is stored as it ended, and no error is logged; memory and pace are judged in ten minutes alone."""
    program_or_skip("redis-server")
    out = tmp_path / "soak.txt"
    command = [sys.executable, "-m", "benches.soak", "--minutes", str(minutes), "--rate", str(rate), "--out", str(out)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=880, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert out.read_text() == found.stdout
    assert "verdict: nothing lost, no error" in found.stdout


@pytest.mark.parametrize(
    ("per_s", "seconds", "wrong"),
    [(1_000.0, JUDGED_FROM_S, 0), (700.0, JUDGED_FROM_S, 1), (700.0, JUDGED_FROM_S - 1, 0)],
)
def test_a_slow_machine_is_told_and_fails_a_long_run_alone(per_s: float, seconds: float, wrong: int) -> None:
    """What a short run proves does not depend on how fast the machine can publish."""
    told = io.StringIO()
    assert len(pace_wrong(per_s, 1_000.0, seconds, Report(told))) == wrong
    assert ("only 700 of 1,000 events/s were published" in told.getvalue()) == (per_s < 1_000.0 and not wrong)
