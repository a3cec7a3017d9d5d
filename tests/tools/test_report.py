"""The sum at the end of a full run can be trusted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.report import Report
from tools.running import Failed

JUNIT = """<testsuites><testsuite>
  <testcase name="a"/>
  <testcase name="b"/>
  <testcase name="c"><failure>expected 1, got 2</failure></testcase>
  <testcase name="d"><error>no fixture</error></testcase>
  <testcase name="e"><skipped message="no redis-server"/></testcase>
</testsuite></testsuites>"""
ALL_WELL = '<testsuites><testsuite><testcase name="a"/><testcase name="b"/></testsuite></testsuites>'


def fails() -> None:
    raise Failed("mypy failed with exit code 1")


def test_adds_up_all_suites(tmp_path: Path) -> None:
    """The last line sums passed, failed and skipped tests over the suites; an error counts as failed."""
    report = Report()
    one, two = tmp_path / "one.xml", tmp_path / "two.xml"

    def run_one() -> None:
        one.write_text(JUNIT)
        fails()

    report.suite("one", run_one, one)
    report.suite("two", lambda: two.write_text(ALL_WELL), two)

    assert report.summary().splitlines()[-1] == "4 passed, 2 failed, 1 skipped"


def test_a_failed_check_counts() -> None:
    """A check that fails makes the run fail, though no test did, and the summary names it."""
    report = Report()

    report.step("mypy", fails)

    assert report.failed == 1
    assert "FAILED  mypy" in report.summary()


@pytest.mark.parametrize("step", [fails, list], ids=["crashed", "said nothing"])
def test_a_suite_without_results_counts_as_failed(tmp_path: Path, step: Callable[[], object]) -> None:
    """A suite that ends without results has failed, whatever its exit code; results of an earlier run do not count."""
    results = tmp_path / "results.xml"
    results.write_text(ALL_WELL)
    report = Report()

    report.suite("vitest", step, results)

    assert (report.passed, report.failed) == (0, 1)


def test_a_suite_that_fails_with_all_tests_passed_counts_as_failed(tmp_path: Path) -> None:
    """pytest may fail after the last test, for instance by an unclosed resource; that is a failure."""
    results = tmp_path / "results.xml"
    report = Report()

    def run() -> None:
        results.write_text(ALL_WELL)
        fails()

    report.suite("pytest", run, results)

    assert (report.passed, report.failed) == (2, 1)
