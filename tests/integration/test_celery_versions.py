"""Workers of other Celery versions are told as well, and Umbel itself runs beside other Celery versions."""

import contextlib
import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import Deployment, a_deployment
from tests.support.processes import ROOT, Process, wait_until
from tests.support.services import missing
from tests.support.workers import Worker
from umbel.model.tasks import REPLACED, State
from umbel.store.registry import open_store

pytestmark = [pytest.mark.celery_versions, pytest.mark.timeout(180)]

VERSIONS: Final = ("5.3.6", "5.4.0", "5.5.3", "5.6.3")
UMBELS_OWN: Final = ("msgspec", "sqlalchemy", "alembic", "platformdirs", "packaging")
"""What the collecting half of Umbel needs besides Celery; workers do with less."""


class Expected(NamedTuple):
    """How a task ends: its state, its attempts, its result or part of its exception."""

    state: str
    outcomes: tuple[str | None, ...]
    told: str | None = None


EXPECTED: Final = {
    "add": Expected(State.SUCCESS, (State.SUCCESS,), "3"),
    "fail": Expected(State.FAILURE, (State.FAILURE,), "ValueError('nothing works')"),
    "flaky": Expected(State.SUCCESS, (State.RETRY, State.RETRY, State.SUCCESS), "3"),
    "always_retry": Expected(State.FAILURE, (State.RETRY, State.RETRY, State.FAILURE), "KeyError('never there')"),
    "replace": Expected(State.SUCCESS, (REPLACED, State.SUCCESS), "6"),
    "reject": Expected(State.REJECTED, (State.REJECTED,)),
    "progress": Expected(State.SUCCESS, (State.SUCCESS,), "3"),
    "hard_limit": Expected(State.FAILURE, (State.FAILURE,), "TimeLimitExceeded"),
    "die": Expected(State.FAILURE, (State.FAILURE,), "WorkerLostError"),
}
ARGS: Final = {"add": (1, 2), "flaky": (2,), "progress": (3,)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run a Redis without workers."""
    with a_deployment(tmp_path_factory.mktemp("versions"), "redis") as deployment:
        yield deployment


@pytest.fixture(scope="module", params=VERSIONS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python that has this version of Celery."""
    folder = tmp_path_factory.mktemp(f"celery-{request.param}")
    venv.create(folder, symlinks=True)
    program = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    pip = [sys.executable, "-m", "pip", "--python", program, "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, f"celery[redis]=={request.param}", f"kombu=={request.param[:3]}.*", *UMBELS_OWN],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        missing(f"celery {request.param} could not be installed: {done.stderr.strip()[-300:]}")
    return program


@pytest.fixture
def old_worker(site: Deployment, python: str) -> Iterator[Worker]:
    """Run a worker of this version."""
    with site.worker(python=python) as worker:
        yield worker


def test_the_tasks_of_its_workers_are_told(site: Deployment, old_worker: Worker) -> None:
    """Each way to end is told as the application's ledger has it, whatever the version's events are like."""
    with collecting(site.broker.url) as running:
        sent = {name: site.send(name, *ARGS.get(name, ())) for name in EXPECTED}
        ignored = site.send("ignore")
        running.wait_for(lambda: _told(running, sent) == EXPECTED, f"all is told: {EXPECTED}", within_s=40)
        wait_until(lambda: len(site.ledger()[ignored]) == 2, "the ignored task has run")

        assert running.state(ignored) == State.STARTED
        for task_id in sent.values():
            task, notes = running.task(task_id), site.ledger()[task_id]
            assert task is not None
            assert task.worker == old_worker.name
            assert task.retries == max(note["retries"] for note in notes)
        assert (running.health.malformed, running.health.unknown) == (0, 0)


def test_the_agent_tells_of_the_tasks_of_its_workers(site: Deployment, python: str) -> None:
    """What a task took, its true arguments and its progress, whatever the version of Celery."""
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "UMBEL_TEST_AGENT": json.dumps({"arguments": True, "interval_s": 1})}
    with (
        collecting(site.broker.url) as running,
        site.worker("agent", python=python, queues="agent", env=env) as worker,
    ):
        task_id = site.send("download", 60, 4, queue="agent", kwargs={"token": "geheim"})
        task = running.wait_for_state(task_id, State.SUCCESS)
        running.wait_for(lambda: (told := running.worker(worker.name)) and told.sample, "a sample of the worker")

    assert json.loads(task.facts.arguments or "") == {"args": [60, 4], "kwargs": {"token": "***"}}
    assert task.facts.progress is not None
    assert task.facts.progress.fields["total"] == 4
    assert (task.cpu_s or 0) > 0.05
    assert (task.peak_memory_bytes or 0) > 60_000_000 or sys.platform != "linux"
    assert (running.health.malformed, running.health.unknown) == (0, 0)


def _told(running: Collecting, sent: dict[str, str]) -> dict[str, Expected]:
    return {name: _told_of(running, task_id, EXPECTED[name]) for name, task_id in sent.items()}


def _told_of(running: Collecting, task_id: str, expected: Expected) -> Expected:
    task = running.task(task_id)
    if task is None:
        return Expected("", ())
    said = task.exception if task.state == State.FAILURE else task.result
    fits = expected.told is None or expected.told in (said or "")
    outcomes = tuple(attempt.outcome for attempt in task.attempts)
    return Expected(task.state, outcomes, expected.told if fits else said)


def test_umbel_collects_with_its_celery(site: Deployment, python: str, tmp_path: Path) -> None:
    """Where the user's own environment has this version, Umbel collects there as well."""
    path = tmp_path / "umbel.db"
    command = [python, "-m", "tests.support.collect", site.broker.url, str(path)]
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    with Process("collect", command, tmp_path, env) as process, site.worker(queues="other") as worker:
        process.start(lambda: "ready" in process.log())
        task_id = site.send("add", 1, 2, queue="other")
        wait_until(lambda: _succeeded(process, task_id), "its end is committed")
    with contextlib.closing(open_store(str(path))) as store:
        task = store.task(task_id)

    assert task is not None
    assert (task.state, task.result, task.worker) == (State.SUCCESS, "3", worker.name)


def _succeeded(process: Process, task_id: str) -> bool:
    lines = [line for line in process.log().splitlines(keepends=True) if line.startswith("[") and line.endswith("\n")]
    return any([task_id, "task-succeeded"] in json.loads(line) for line in lines)
