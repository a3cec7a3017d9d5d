"""What follows from a result, from the workers' lists and from silence: a case each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.events import T0, a_heartbeat, an_event, received
from tests.support.inspecting import Scripted
from umbel.control import evidence as evidence_module
from umbel.control.evidence import Evidence, Held, _Sighting, held_by_workers, reason_to_give_up, what_is_new
from umbel.control.inspect import Answers, Command, _answers, _Question
from umbel.control.results import Found
from umbel.model.fold import fold_all
from umbel.model.learnt import judged_lost
from umbel.model.tasks import Task
from umbel.model.workers import Worker, observe

NAME = "default@app-01"
SENT = fold_all([an_event("sent", 0, hostname="gen1@web", retries=0)])
HELD = fold_all([received(0)])
RUNNING = fold_all([received(0), an_event("started", 1)])
LOST = fold_all([received(0), an_event("started", 1), judged_lost(RUNNING, "x")])
LATER = T0 + 10_000


def a_worker(pid: int = 100, seen_at: float = LATER, *, has_stopped: bool = False) -> Worker:
    """Return a worker that was heard last at ``seen_at``, maybe with the word that it stops."""
    worker = observe(None, a_heartbeat(0, pid=pid, timestamp=seen_at), seen_at)
    goodbye = a_heartbeat(0, type="worker-offline", pid=pid, timestamp=seen_at)
    return observe(worker, goodbye, seen_at) if has_stopped else worker


def evidence(**known: Any) -> Evidence:
    """Return what is known long after: a worker that lives and lists nothing, a backend that knows nothing."""
    given: dict[str, Any] = {
        "held": Held(answered=frozenset({NAME})),
        "workers": {NAME: a_worker()},
        "results": Found(looked_up=frozenset({"task-1"})),
        "why_no_results": None,
        "seeing_since": T0,
        "now": LATER,
    }
    return Evidence(**{**given, **known})


def listed(*, is_active: bool) -> Held:
    """Return that the worker holds the task."""
    request = {"id": "task-1", "name": "x", "time_start": T0 + 5 if is_active else None}
    return Held(tasks={"task-1": _Sighting(NAME, request, is_active)}, answered=frozenset({NAME}))


def result(status: str = "SUCCESS", at: float = T0 + 9, **more: Any) -> Found:
    """Return that the backend knows an end."""
    meta = {"status": status, "result": 1, "date_done": at, **more}
    return Found(metas={"task-1": meta}, looked_up=frozenset({"task-1"}))


@pytest.mark.parametrize(
    ("task", "known", "state"),
    [
        (RUNNING, {"results": result()}, "SUCCESS"),
        (SENT, {"results": result()}, "SUCCESS"),
        (LOST, {"results": result()}, "SUCCESS"),
        (RUNNING, {"results": result(at=T0 - 60)}, None),
        (RUNNING, {"results": result("RETRY", retries=0)}, "RETRY"),
        (RUNNING, {"results": result("RETRY", retries=1)}, None),
        (RUNNING, {"results": result("PENDING")}, None),
        (SENT, {"held": listed(is_active=False)}, "RECEIVED"),
        (SENT, {"held": listed(is_active=True)}, "STARTED"),
        (HELD, {"held": listed(is_active=True)}, "STARTED"),
        (HELD, {"held": listed(is_active=False)}, None),
        (RUNNING, {"held": listed(is_active=True)}, None),
        (LOST, {"held": listed(is_active=True)}, "STARTED"),
        (RUNNING, {}, None),
    ],
)
def test_what_is_learnt(task: Task, known: dict[str, Any], state: str | None) -> None:
    """Only what the record does not say yet; a result of an earlier run is none of this one."""
    fact = what_is_new(task, evidence(**known))
    assert (fact and fact.state) == state
    if fact is not None:
        assert fold_all([*_events(task), fact]).state == state


def _events(task: Task) -> list[Any]:
    known = {id(SENT): [an_event("sent", 0, hostname="gen1@web", retries=0)], id(HELD): [received(0)]}
    return known.get(id(task), [received(0), an_event("started", 1)])


@pytest.mark.parametrize(
    ("task", "known", "reason"),
    [
        (RUNNING, {}, f"{NAME} does not list it any more; the result backend knows no end of it"),
        (
            RUNNING,
            {"workers": {NAME: a_worker(pid=200)}},
            f"{NAME} was restarted while this ran; the result backend knows no end of it",
        ),
        (
            HELD,
            {"workers": {NAME: a_worker(pid=200)}, "why_no_results": "no result backend is known", "results": Found()},
            f"{NAME} was restarted while it held this; no result backend is known",
        ),
        (
            RUNNING,
            {"workers": {NAME: a_worker(seen_at=T0 + 2)}, "held": Held()},
            f"{NAME} went offline while this ran; the result backend knows no end of it",
        ),
        (
            RUNNING,
            {"now": T0 + 70, "workers": {NAME: a_worker(seen_at=T0 + 2, has_stopped=True)}, "held": Held()},
            f"{NAME} went offline while this ran; the result backend knows no end of it",
        ),
        (
            RUNNING,
            {"now": T0 + 70, "workers": {NAME: a_worker(pid=200, seen_at=T0 + 2)}, "held": Held()},
            f"{NAME} went offline while this ran; the result backend knows no end of it",
        ),
        (
            RUNNING,
            {"workers": {}, "held": Held()},
            f"{NAME} is not known any more; the result backend knows no end of it",
        ),
        (
            RUNNING,
            {"results": Found(refused=frozenset({"task-1"}))},
            f"{NAME} does not list it any more; its id is none that the result backend can be asked for",
        ),
    ],
)
def test_what_is_given_up(task: Task, known: dict[str, Any], reason: str) -> None:
    """The reason says what was asked, and what it did not know."""
    assert reason_to_give_up(task, evidence(**known)) == reason


@pytest.mark.parametrize(
    ("why", "task", "known"),
    [
        ("it waits in a queue", SENT, {}),
        ("it was handed back", fold_all([received(0), an_event("retried", 1, exception="E()")]), {}),
        ("a worker lists it", RUNNING, {"held": listed(is_active=True)}),
        ("the backend did not answer", RUNNING, {"results": Found()}),
        ("a worker that lives did not answer", RUNNING, {"held": Held()}),
        (
            "a busy solo worker sends nothing at all",
            RUNNING,
            {"now": T0 + 7_000, "held": Held(), "workers": {NAME: a_worker(seen_at=T0 + 2)}},
        ),
        ("it was heard just now", RUNNING, {"now": T0 + 30, "workers": {NAME: a_worker(seen_at=T0 + 29)}}),
        ("its broker may deliver it again", HELD, {"now": T0 + 3_700}),
        ("it is held for its ETA", fold_all([received(0, eta="2026-11-21T23:00:00")]), {}),
        ("nobody has looked long enough", RUNNING, {"seeing_since": LATER - 5, "held": Held(), "workers": {}}),
        (
            "the silence was ours",
            RUNNING,
            {"seeing_since": LATER - 65, "held": Held(), "workers": {NAME: a_worker(seen_at=LATER - 80)}},
        ),
        ("it was given up before", LOST, {}),
    ],
)
def test_what_is_not_given_up(why: str, task: Task, known: dict[str, Any]) -> None:
    """While anything may still tell, nothing is said."""
    if why == "the silence was ours":
        known = {**known, "now": LATER - 6}
    assert reason_to_give_up(task, evidence(**known)) is None, why


def answering(**lists: Answers) -> Scripted:
    """Return an inspector to which workers answer these, and empty lists elsewhere."""
    return Scripted(lambda command, workers: lists.get(command, Answers(told={name: [] for name in workers})))


def test_lists_that_are_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs is always kept; a worker of which something was left out has not told what it does not hold."""
    monkeypatch.setattr(evidence_module, "REQUESTS_AT_MOST", 3)
    waiting = [{"eta": "x", "request": {"id": f"eta-{number}"}} for number in range(3)]
    lists = {
        "scheduled": Answers(told={NAME: waiting, "other@h": []}),
        "reserved": Answers(told={NAME: [{"id": "eta-2"}], "other@h": [{"id": "left out"}]}),
        "active": Answers(told={NAME: [{"id": "runs"}], "other@h": [{"id": "runs, too"}]}),
    }
    held = held_by_workers(answering(**lists), {NAME, "other@h"})
    assert set(held.tasks) == {"eta-0", "eta-1", "eta-2", "runs", "runs, too"}
    assert held.answered == {NAME}


def test_workers_that_share_a_name() -> None:
    """Only one of their answers is known, so that nothing follows from what is not in it."""
    lists = {"active": Answers(told={NAME: [{"id": "a"}]}, twice=frozenset({NAME}))}
    lists["scheduled"] = lists["reserved"] = Answers(told={NAME: []})
    held = held_by_workers(answering(**lists), {NAME})
    assert (set(held.tasks), held.answered) == ({"a"}, frozenset())


def test_a_second_answer_under_a_name_is_noted() -> None:
    """The first one is kept."""
    question = _Question(Command(name="active"), {NAME, "other@h"}, True, 3.0)
    for name, answer in ((NAME, "first"), ("other@h", "x"), (NAME, "second")):
        question.take({name: answer})
    answers = _answers(question)
    assert (answers.told, answers.twice) == ({NAME: "first", "other@h": "x"}, frozenset({NAME}))
