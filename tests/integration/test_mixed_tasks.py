"""What Umbel's API says of a thousand tasks is what the result backend and the application itself say."""

import ast
import re
from typing import Any

import pytest
from celery.utils.saferepr import saferepr

from tests.support.api import api_over
from tests.support.collecting import collecting
from tests.support.deployment import Deployment
from tests.support.workers import Worker
from umbel.model.texts import clean

MIX: dict[str, tuple[int, tuple[Any, ...]]] = {
    "add": (600, (2, 3)),
    "fail": (90, ("no luck",)),
    "flaky": (90, (2,)),
    "always_retry": (30, ()),
    "sleep": (60, (0.01,)),
    "progress": (60, (3,)),
    "big": (40, (5_000,)),
    "hostile": (30, ("\u202e <b>",)),
}
_RUNTIME = re.compile(r"\[([0-9a-f-]{36})\] succeeded in ([0-9.e+-]+)s:")


@pytest.mark.timeout(120)
def test_a_thousand_tasks_are_told_without_a_difference(site: Deployment, worker: Worker) -> None:
    """State, runtime, arguments, outcome, retries and worker of every task equal the other sources' in full."""
    with collecting(site.broker.url) as running:
        sent = _send_all(site)
        running.wait_for(
            lambda: sum(task.is_finished for task in running.store.tasks_by_id(sent)) == len(sent),
            "all tasks are finished",
            within_s=90,
        )
        worker_log, ledger = worker.log(), site.ledger()
        runtimes = {id_: float(seconds) for id_, seconds in _RUNTIME.findall(worker_log)}
        with api_over(running.store) as api:
            told = {id_: _told_by_umbel(api.get(f"/api/v1/tasks/{id_}").json()) for id_ in sent}
        known = {id_: _known(site.result(id_), ledger[id_], runtimes) for id_ in sent}

        assert len(sent) == 1_000
        differences = [(told[id_], known[id_]) for id_ in sent if told[id_] != known[id_]]
        assert differences == []
        health = running.health
        assert (health.malformed, health.unknown, health.dropped) == (0, 0, 0)
        assert health.events == health.committed


def _send_all(site: Deployment) -> list[str]:
    """Send all tasks, the kinds interleaved."""
    kinds = [(position / many, name) for name, (many, _) in MIX.items() for position in range(many)]
    return [site.send(name, *MIX[name][1]) for _, name in sorted(kinds)]


def _told_by_umbel(task: dict[str, Any]) -> dict[str, Any]:
    as_it_is = ("name", "state", "args", "kwargs", "retries", "worker", "queue")
    return {
        **{field: task[field] for field in as_it_is},
        "outcome": task["exception"] if task["state"] == "FAILURE" else task["result"],
        "attempts": [attempt["worker"] for attempt in task["attempts"]],
        "runtime_s": task["runtime_s"] if task["state"] == "SUCCESS" else None,
        "ordered": _is_ordered(task),
    }


def _known(meta: dict[str, Any], notes: list[dict[str, Any]], runtimes: dict[str, float]) -> dict[str, Any]:
    """Return the same from the result backend, the application's ledger and the worker's log."""
    runs = [note for note in notes if note["what"] == "run"]
    done = [note for note in notes if note["what"] == "returned"]
    result = meta["result"]
    return {
        "name": runs[0]["name"],
        "state": meta["status"],
        "args": saferepr(ast.literal_eval(runs[0]["args"])),
        "kwargs": saferepr(ast.literal_eval(runs[0]["kwargs"])),
        "outcome": clean(saferepr(result, 1024)) if done else repr(result),
        "retries": max(run["retries"] for run in runs),
        "attempts": [run["worker"] for run in runs],
        "worker": runs[-1]["worker"],
        "queue": meta["queue"],
        "runtime_s": runtimes[meta["task_id"]] if done else None,
        "ordered": True,
    }


def _is_ordered(task: dict[str, Any]) -> bool:
    """Whether the instants of the task follow each other as they must.

    ``sent_at`` is left out: a producer stamps after it has published, when a worker may have started already.
    """
    instants = [task["received_at"], task["started_at"], task["finished_at"], task["updated_at"]]
    return None not in instants and instants == sorted(instants)
