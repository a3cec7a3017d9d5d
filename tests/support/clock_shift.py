"""A worker's clock that jumps."""

from pathlib import Path

from tests.support.processes import ROOT

FOLDER = ROOT / "tests" / "support" / "shifted"


class ClockShift:
    """The clock of the processes that are started with ``env``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "clock-shift"
        self.set(0.0)

    @property
    def env(self) -> dict[str, str]:
        """What their environment must hold."""
        return {"UMBEL_TEST_CLOCK": str(self._path), "PYTHONPATH": f"{FOLDER}:{ROOT}"}

    def set(self, seconds: float) -> None:
        """Let their clock differ from ours by so many seconds from now on."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._path)
