"""Runs many steps, goes on after a failure, and adds up what came of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.running import Failed, header


@dataclass
class Report:
    """What ran and how it went."""

    lines: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def step(self, name: str, step: Callable[[], object]) -> None:
        """Run a check; its failure counts as one."""
        if not self._succeeds(name, step):
            self.failed += 1

    def suite(self, name: str, step: Callable[[], object], results: Path) -> None:
        """Run a test suite that writes its results to a JUnit file, and add them up.

        A suite that fails, or leaves no results, without a failed test counts as one failure.
        """
        results.unlink(missing_ok=True)
        succeeded = self._succeeds(name, step)
        passed, failed, skipped = read_junit(results)
        sound = succeeded and results.is_file()
        self.passed += passed
        self.failed += failed if sound else max(failed, 1)
        self.skipped += skipped

    def summary(self) -> str:
        """One line a step, and the sum of all tests as the last line."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return "\n".join([*self.lines, "", f"{self.passed} passed, {self.failed} failed{skipped}"])

    def _succeeds(self, name: str, step: Callable[[], object]) -> bool:
        header(name)
        start = time.monotonic()
        try:
            step()
        except Failed as failure:
            print(failure, flush=True)
            succeeded = False
        else:
            succeeded = True
        word = "ok    " if succeeded else "FAILED"
        self.lines.append(f"{word}  {name:<16}{time.monotonic() - start:8.1f} s")
        return succeeded


def read_junit(path: Path) -> tuple[int, int, int]:
    """Count the tests that passed, failed and were skipped; all 0 when there is no such file."""
    if not path.is_file():
        return 0, 0, 0
    cases = list(ET.parse(path).iter("testcase"))  # noqa: S314 - our own tools wrote it
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped
