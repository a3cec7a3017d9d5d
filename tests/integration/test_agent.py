"""The agent in real workers: what it tells arrives, and whatever happens to it, tasks go on as without it."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import celery
import pytest

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import APP, Deployment
from tests.support.processes import ROOT, wait_until
from tests.support.services import RedisServer
from tests.support.workers import Worker
from umbel.model.agent import Sample
from umbel.model.tasks import State, Task

AGENT: Final = {"UMBEL_TEST_AGENT": json.dumps({"arguments": True, "interval_s": 1}), "UMBEL_TEST_SENT_EVENTS": "0"}
MB: Final = 1_000_000
POOLS: Final = ("prefork", "threads", "solo", "gevent")
OWN_MEMORY: Final = ("prefork", "solo")
"""Pools whose tasks have their process for themselves."""


@pytest.fixture(scope="module")
def without_psutil(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python path on which psutil cannot be imported."""
    folder = tmp_path_factory.mktemp("no-psutil")
    (folder / "psutil.py").write_text('raise ImportError("hidden by a test")\n')
    return f"{folder}:{ROOT}"


@pytest.fixture(params=POOLS)
def watched(
    request: pytest.FixtureRequest, redis_site: Deployment, without_psutil: str
) -> Iterator[tuple[str, Worker]]:
    """Run a worker of each pool with the agent, on a queue of its own. Its processes are replaced after three tasks."""
    pool: str = request.param
    env = {**AGENT, **({"PYTHONPATH": without_psutil} if pool == "prefork" else {})}
    options = ["--max-tasks-per-child", "3"] if pool == "prefork" else []
    with redis_site.worker("watched", pool=pool, queues=pool, env=env, options=options) as worker:
        yield pool, worker


def test_what_the_agent_reads_arrives(
    redis_site: Deployment, watched: tuple[str, Worker], collected: Collecting
) -> None:
    """Progress while a task runs, then what it took; its true arguments, masked; when it was published; the worker."""
    pool, worker = watched
    kwargs = {"token": "geheim"}
    download = redis_site.send("download", 60, 4, queue=pool, kwargs=kwargs)
    sums = [redis_site.send("add", number, number, queue=pool) for number in range(8)]
    failing = redis_site.send("flaky", 1, queue=pool)

    seen: list[dict[str, Any]] = []

    def tells_progress() -> bool:
        task = collected.task(download)
        if task is not None and task.facts.progress is not None and not task.is_finished:
            seen.append(task.facts.progress.fields)
        return bool(seen)

    collected.wait_for(tells_progress, "progress of a task that still runs")
    assert (seen[0]["total"], seen[0]["state"]) == (4, "PROGRESS")

    ended = {task_id: collected.wait_for_state(task_id, State.SUCCESS) for task_id in (download, failing, *sums)}
    took = ended[download]
    assert json.loads(took.facts.arguments or "") == {"args": [60, 4], "kwargs": {"token": "***"}}
    _check_figures(pool, took, ended[sums[0]])
    assert all(one.cpu_s is not None for one in ended[failing].attempts) or pool == "gevent"
    again = ended[failing].attempts[1]
    assert again.sent_at is not None, "the worker published it anew, and the message says when"
    assert 0 <= (again.received_at or 0) - again.sent_at < 20
    collected.wait_for(lambda: _sample(collected, worker) is not None, "a sample of the worker")
    _check_sample(pool, worker, _sample(collected, worker))
    assert (collected.health.malformed, collected.health.unknown) == (0, 0)


def _check_figures(pool: str, large: Task, small: Task) -> None:
    if pool == "gevent":
        assert (large.cpu_s, large.peak_memory_bytes) == (None, None)
        return
    assert large.cpu_s is not None
    assert small.cpu_s is not None
    assert 0.05 < large.cpu_s < 2.0
    assert small.cpu_s < large.cpu_s
    if pool not in OWN_MEMORY or sys.platform != "linux":
        return
    assert large.peak_memory_bytes is not None
    assert small.peak_memory_bytes is not None
    assert large.peak_memory_bytes - small.peak_memory_bytes > 40 * MB


def _sample(collected: Collecting, worker: Worker) -> Sample | None:
    """The newest sample, from the second on: the first one knows no CPU."""
    found = collected.worker(worker.name)
    sample = None if found is None else found.sample
    return None if sample is None or sample.cpu is None else sample


def _check_sample(pool: str, worker: Worker, sample: Sample | None) -> None:
    assert sample is not None
    assert (sample.pool, sample.main.pid, sample.children_total) == (pool, worker.pid, 2 if pool == "prefork" else 0)
    assert (sample.memory_bytes or 0) > 20 * MB
    assert sample.host.memory_bytes is not None or sys.platform != "linux"
    assert (sample.dropped, sample.faults, sample.fault) == ({}, 0, None)


def test_it_tells_over_rabbitmq_as_well(rabbitmq_site: Deployment) -> None:
    """By the connection of the worker's own events, from its loop."""
    with (
        collecting(rabbitmq_site.broker.url) as collected,
        rabbitmq_site.worker("watched", queues="watched", env=AGENT) as worker,
    ):
        task_id = rabbitmq_site.send("download", 60, 4, queue="watched")
        task = collected.wait_for_state(task_id, State.SUCCESS)
        collected.wait_for(lambda: _sample(collected, worker) is not None, "a sample of the worker")
        sample = _sample(collected, worker)

    _check_sample("prefork", worker, sample)
    assert task.facts.progress is not None
    assert (task.cpu_s or 0) > 0.05


def test_a_worker_that_sends_no_events_works_as_ever(redis_site: Deployment) -> None:
    """Neither heartbeats nor gossip nor task events: there is no dispatcher, and nobody is told anything."""
    quiet = ["--without-heartbeat", "--without-gossip"]
    with redis_site.worker("quiet", pool="threads", queues="quiet", env=AGENT, events=False, options=quiet) as worker:
        task_ids = [redis_site.send("download", 1, 2, 0.0, queue="quiet") for _ in range(5)]
        wait_until(lambda: all(redis_site.outcomes().get(one) == "SUCCESS" for one in task_ids), "all have run")
        assert "Umbel" not in worker.log()


def test_a_task_runs_on_while_its_broker_is_away(tmp_path: Path) -> None:
    """It ends before the broker is back, and the worker goes on afterwards and tells of what it took."""
    folders = [tmp_path / name for name in ("broker", "backend")]
    for folder in folders:
        folder.mkdir()
    with RedisServer(folders[0]) as broker, RedisServer(folders[1]) as backend:
        site = _Site(tmp_path, broker.url, backend.url)
        with site.worker("left") as worker:
            task_id = site.send("download", 5, 20, 0.1)
            wait_until(lambda: task_id in site.whats(), "it runs")
            broker.stop(signal.SIGKILL)
            wait_until(lambda: site.whats().get(task_id) == "returned", "it has ended without a broker")
            broker.start()
            worker.restart_if_gone()
            after = site.send("add", 1, 2)
            wait_until(lambda: site.whats().get(after) == "returned", "the worker goes on", within_s=40)


class _Site:
    """Two servers of Redis: one may go while the other one keeps results."""

    def __init__(self, folder: Path, broker: str, backend: str) -> None:
        self._folder, self._broker, self._backend = folder, broker, backend
        self._client = celery.Celery("client", broker=broker, backend=backend, set_as_current=False)

    def worker(self, name: str) -> Worker:
        return Worker(self._folder, name, broker=self._broker, backend=self._backend, env=AGENT)

    def send(self, task: str, *args: object) -> str:
        with self._client.connection_for_write() as connection:
            return str(self._client.send_task(f"{APP}.{task}", args, connection=connection).id)

    def whats(self) -> dict[str, str]:
        """Return what was noted last of each task."""
        path = self._folder / "ledger.jsonl"
        notes = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        return {note["id"]: note["what"] for note in notes}
