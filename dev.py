#!/usr/bin/env python3
"""Every command a contributor needs, with nothing but Python 3.11 or newer: what else it takes is installed.

Start with `python3 dev.py demo` or `python3 dev.py test`; `python3 dev.py --help` lists the others.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is told so, before the imports below fail
    sys.exit("Umbel needs Python 3.11 or newer; this is Python " + sys.version.split()[0])

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tools import environments, generated
from tools.environments import CONSTRAINTS, DESK, SHOP
from tools.report import Report
from tools.running import ROOT, Failed, execute, header, program, run

PYTHON_CODE = ("src", "tests", "benches", "tools", "dev.py", "hatch_build.py")
REPORTS = ROOT / ".reports"
PYTHON = str(program(DESK, "python"))

PARALLEL = ("--numprocesses", str(min(2 * (os.cpu_count() or 1), 8)), "--dist", "loadfile", "--no-loadscope-reorder")
"""Tests mostly wait for real servers. A file's tests stay together, because they share theirs; tests/conftest.py
says which begin. (Else those with most tests would, and the longest are those with few.)"""

Step = Callable[[], object]


def setup() -> None:
    """make .venv with Umbel in place and the tools, and install the npm packages"""
    environments.install_desk()
    path = os.pathsep.join((str(program(DESK, "python").parent), os.environ.get("PATH", "")))
    os.environ.update(PATH=path, VIRTUAL_ENV=str(DESK))
    run("npm packages", [PYTHON, "hatch_build.py", "install"])


def dev(arguments: Sequence[str]) -> None:
    """start the demo from the sources, with the UI reloading as files change"""
    setup()
    commands = ([str(program(DESK, "umbel")), "demo", *arguments], npm("run", "dev"))
    running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def test(arguments: Sequence[str], *, require_services: bool) -> None:
    """check everything, as CI does; further arguments go to pytest"""
    if require_services:
        os.environ["UMBEL_REQUIRE_SERVICES"] = "1"
    setup()
    report = Report()
    for name, step in checks():
        report.step(name, step)
    for name, words in suites(arguments):
        report.suite(name, partial(execute, name, words), results(name))
    close(report)


def quick(arguments: Sequence[str]) -> None:
    """run the tests that take seconds: pytest without those marked slow, and vitest"""
    setup()
    run("pytest", [PYTHON, "-m", "pytest", "-m", "not slow", *PARALLEL, *arguments])
    run("vitest", npm("run", "test"))


def lint() -> None:
    """run the linters and type checkers over Python and TypeScript"""
    setup()
    report = Report()
    for name, step in linters():
        report.step(name, step)
    close(report)


def fix() -> None:
    """let the tools repair what they can"""
    setup()
    run("ruff check", ["ruff", "check", "--fix", *python_code()])
    run("ruff format", ["ruff", "format", *python_code()])
    run("eslint", npm("run", "lint", "--", "--fix"))


def generate() -> None:
    """write the generated files anew: the API's description and types, the reference pages"""
    setup()
    write_generated()


def verify() -> None:
    """fail when a generated file is not what its source makes of it"""
    setup()
    generated.check(write_generated)


def bench(names: Sequence[str]) -> None:
    """run the benches, or those named"""
    setup()
    for path in sorted((ROOT / "benches").glob("[!_]*.py")):
        if not names or path.stem in names:
            run(path.stem, [PYTHON, "-m", f"benches.{path.stem}"])


def demo(arguments: Sequence[str]) -> None:
    """install Umbel as a user would, with its demo, and start it"""
    environments.install_shop()
    umbel = str(program(SHOP, "umbel"))
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(umbel, [umbel, "demo", *arguments])  # noqa: S606 - a shell is not wanted
    sys.exit(subprocess.call([umbel, "demo", *arguments]))


def lock() -> None:
    """write constraints.txt anew, from the newest releases that pyproject.toml allows"""
    with tempfile.TemporaryDirectory() as folder:
        pins = environments.freeze_newest(Path(folder) / "venv")
    CONSTRAINTS.write_text("# The releases Umbel is tested with. Written by `python3 dev.py lock`.\n" + pins)


def checks() -> Iterator[tuple[str, Step]]:
    """Whatever must hold and is not a test suite."""
    yield from linters()
    yield "generated files", partial(generated.check, write_generated)
    yield command("UI build", [PYTHON, "hatch_build.py", "build"])
    yield command("UI size", npm("run", "budget", "--if-present"))


def linters() -> Iterator[tuple[str, Step]]:
    yield command("ruff check", ["ruff", "check", *python_code()])
    yield command("ruff format", ["ruff", "format", "--check", *python_code()])
    yield command("mypy", ["mypy", *python_code()])
    yield command("import-linter", ["lint-imports"])
    yield command("eslint", npm("run", "lint"))
    yield command("tsc", npm("run", "typecheck"))


def suites(arguments: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The test suites, each writing what came of it to `results(name)`."""
    yield "pytest", [PYTHON, "-m", "pytest", f"--junitxml={results('pytest')}", *PARALLEL, *arguments]
    vitest = f"--outputFile.junit={results('vitest')}"
    yield "vitest", npm("run", "test", "--", "--reporter=default", "--reporter=junit", vitest)
    os.environ["PLAYWRIGHT_JUNIT_OUTPUT_FILE"] = str(results("e2e"))
    yield "e2e", npm("run", "e2e", "--", "--reporter=list,junit")


def write_generated() -> None:
    execute("generate", [PYTHON, "-m", "tools.generate"])
    execute("generate", npm("run", "generate"))


def close(report: Report) -> None:
    """Print the summary; leave with exit code 1 if anything has failed."""
    header("summary")
    print(report.summary(), flush=True)
    if report.failed:
        sys.exit(1)


def command(name: str, words: Sequence[str]) -> tuple[str, Step]:
    return name, partial(execute, name, words)


def npm(*arguments: str) -> list[str]:
    return [PYTHON, "hatch_build.py", "npm", *arguments]


def results(suite: str) -> Path:
    return REPORTS / f"{suite}.xml"


def python_code() -> list[str]:
    return [name for name in PYTHON_CODE if (ROOT / name).exists()]


PLAIN: dict[str, Step] = {
    "setup": setup,
    "lint": lint,
    "fix": fix,
    "generate": generate,
    "verify": verify,
    "lock": lock,
}
WITH_ARGUMENTS: dict[str, Callable[[Sequence[str]], None]] = {
    "demo": demo,
    "dev": dev,
    "quick": quick,
    "bench": bench,
}


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="dev.py", description="Every command a contributor needs.")
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in {**WITH_ARGUMENTS, "test": test, **PLAIN}.items():
        commands.add_parser(name, help=function.__doc__, add_help=name != "demo")
    services = "fail, and do not skip, when redis-server, rabbitmq-server or chromium is missing"
    commands.choices["test"].add_argument("--require-services", action="store_true", help=services)
    return result


def main() -> None:
    options, rest = parser().parse_known_args()
    if options.command == "test":
        test(rest, require_services=options.require_services)
    elif options.command in WITH_ARGUMENTS:
        WITH_ARGUMENTS[options.command](rest)
    elif rest:
        parser().error(f"{options.command} takes no arguments, but got: {' '.join(rest)}")
    else:
        PLAIN[options.command]()


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        sys.exit(130)
