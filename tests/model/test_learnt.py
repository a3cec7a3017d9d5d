"""What was learnt in another way than by events fills in for them, and gives way to them."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import asdict

from tests.model.test_fold import any_events, folded
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model import learnt
from umbel.model.events import Learnt, Source, TaskEvent
from umbel.model.fold import fold_all
from umbel.model.tasks import Task

DONE = {"status": "SUCCESS", "result": {"sms_sent": True}, "date_done": "2026-11-21T01:00:00+00:00", "traceback": None}
FAILED = {
    "status": "FAILURE",
    "result": {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"},
    "date_done": "2026-11-21T01:00:00",
    "traceback": "Traceback\nValueError: no",
}


def from_backend(meta: dict[str, Any], **more: Any) -> Learnt:
    """Return what the backend's record of ``task-1`` tells."""
    told = learnt.from_backend("task-1", {**meta, **more}, T0 + 50)
    assert told is not None
    return told


def visible(task: Task) -> dict[str, Any]:
    """Return the record without its facts."""
    return {name: value for name, value in asdict(task).items() if name != "facts"}


def test_an_end_that_only_the_backend_knows() -> None:
    """State, result and times are the backend's, and the record says so."""
    end = from_backend(DONE, date_done=T0 + 3)
    task = fold_all([*a_task_that_succeeded()[:2], end])
    assert (task.state, task.result, task.finished_at) == ("SUCCESS", "{'sms_sent': True}", T0 + 3)
    assert task.runtime_s == pytest.approx(2.9)
    assert (task.learnt_from, task.worker, task.pid) == ("result backend", "default@app-01", 100)
    assert [attempt.learnt_from for attempt in task.attempts] == ["result backend"]


def test_a_failure_that_only_the_backend_knows() -> None:
    """The exception reads as in an event, and its traceback is there."""
    task = fold_all([received(0), an_event("started", 0.1), from_backend(FAILED)])
    assert (task.state, task.exception, task.traceback) == ("FAILURE", "ValueError('no')", "Traceback\nValueError: no")


@pytest.mark.parametrize("number", range(1, 4))
def test_an_event_that_comes_late_wins(number: int) -> None:
    """However much was learnt before, the record is then the same as if all had been seen."""
    seen = a_task_that_succeeded()
    guesses = [
        from_backend(FAILED, date_done=T0 + 9, args=[1], worker="other@x"),
        from_backend(DONE, date_done=T0 + 8, result="another"),
        learnt.on_worker("other@x", {"id": "task-1", "name": "x", "time_start": T0 + 2}, is_active=True, now=T0 + 60),
    ]
    told = [guess for guess in guesses if guess is not None]
    late = folded([*seen[: number - 1], *told, *seen[number - 1 :]])
    assert visible(late) == visible(fold_all(seen))


@given(st.lists(any_events().filter(lambda event: not isinstance(event, Learnt)), min_size=1, max_size=8))
def test_what_was_seen_to_end_is_never_told_otherwise(events: list[TaskEvent]) -> None:
    """No end that was learnt changes the state of a task whose end was seen and that did not go on."""
    seen = fold_all(events)
    last = seen.attempts[-1] if seen.attempts else None
    if last is None or not last.is_terminal or len(seen.attempts) > 1:
        return
    assert fold_all([*events, from_backend(FAILED), from_backend(DONE)]).state == seen.state


def test_a_task_of_which_only_the_backend_tells() -> None:
    """With ``result_extended`` it has a name, else only its id and its end."""
    task = fold_all([from_backend(DONE, name="send", args=[1, "a"], kwargs={}, worker="w@x", retries=1, queue="bulk")])
    assert (task.name, task.worker, task.queue) == ("send", "w@x", "bulk")
    assert (task.retries, task.pid) == (1, None)
    bare = fold_all([from_backend(DONE)])
    assert (bare.name, bare.state, bare.worker) == (None, "SUCCESS", None)


def test_an_end_after_a_retry_is_of_another_attempt() -> None:
    """The attempt that was handed back stays as it was seen."""
    events = [received(0), an_event("started", 0.1), an_event("retried", 1.0, exception="E()")]
    task = fold_all([*events, from_backend(DONE, date_done=T0 + 9)])
    assert [attempt.outcome for attempt in task.attempts] == ["RETRY", "SUCCESS"]
    assert (task.state, task.retries) == ("SUCCESS", 1)


def test_a_worker_lists_what_was_never_heard_to_start() -> None:
    """The list gives the start, the name and the queue."""
    request = {
        "id": "task-1",
        "name": "send",
        "args": [1],
        "kwargs": {"a": None},
        "time_start": T0 + 5,
        "worker_pid": 7,
        "delivery_info": {"exchange": "", "routing_key": "bulk", "priority": 0},
    }
    told = learnt.on_worker("w@x", request, is_active=True, now=T0 + 9)
    assert told is not None
    task = fold_all([told])
    assert (task.state, task.started_at, task.worker, task.queue) == ("STARTED", T0 + 5, "w@x", "bulk")
    assert (task.name, task.learnt_from) == ("send", "worker")
    seen = fold_all([received(0), told])
    assert (seen.name, seen.kwargs, seen.state) == ("send_customer_sms", "{'escalation_id': 789}", "STARTED")


def test_hidden_arguments_stay_hidden() -> None:
    """Workers' lists and result backends hold the real ones, which ``argsrepr`` keeps out of the events."""
    real = {"args": ["4111-1111"], "kwargs": {"cvv": "123"}}
    listed = [learnt.on_worker("w@x", {"id": "task-1", **real}, is_active=active, now=T0) for active in (False, True)]
    for fact in (from_backend(DONE, **real), *listed):
        assert fact is not None
        assert not any(secret in repr(asdict(fact)) for secret in ("4111", "cvv", "123"))
        task = fold_all([fact])
        assert (task.args, task.kwargs) == (None, None)


def test_lost_until_something_newer_is_known() -> None:
    """The judgement stands on what was known; anything newer revokes it, an end whenever it was."""
    events = a_task_that_succeeded()
    running = fold_all(events[:2])
    lost = learnt.judged_lost(running, "default@app-01 was restarted")
    task = fold_all([*events[:2], lost])
    assert (task.state, task.lost_because, task.finished_at) == ("LOST", "default@app-01 was restarted", None)
    assert task.updated_at == running.updated_at
    assert task.learnt_from is None
    sign = learnt.on_worker("default@app-01", {"id": "task-1"}, is_active=True, now=T0 + 60)
    assert sign is not None
    assert fold_all([*events[:2], lost, sign]).state == "STARTED"
    assert visible(fold_all([*events, lost])) == visible(fold_all(events))
    assert fold_all([events[0], learnt.judged_lost(fold_all(events[:1]), "x"), events[1]]).state == "STARTED"


def test_two_judges_judge_the_same() -> None:
    """Who knew the same stamps the same: the second judgement changes nothing."""
    task = fold_all(a_task_that_succeeded()[:2])
    one, other = learnt.judged_lost(task, "gone"), learnt.judged_lost(task, "gone")
    assert fold_all([one, other]) == fold_all([one])
    twice = fold_all([*a_task_that_succeeded()[:2], one])
    assert learnt.judged_lost(twice, "gone") == one


@pytest.mark.parametrize(
    "meta",
    [
        {"status": "PENDING", "result": None},
        {"status": "STARTED", "result": {"pid": 1, "hostname": "w@x"}},
        {"status": "RETRY", "result": None},
        {"status": ["SUCCESS"]},
        {},
    ],
)
def test_what_tells_nothing(meta: dict[str, Any]) -> None:
    """A backend that does not know the end, or says nonsense, adds nothing."""
    assert learnt.from_backend("task-1", meta, T0) is None


@given(
    st.dictionaries(
        st.sampled_from(["result", "traceback", "date_done", "name", "args", "kwargs", "worker", "retries", "queue"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        ),
    ),
    st.sampled_from(["SUCCESS", "FAILURE", "RETRY", "REVOKED"]),
)
def test_any_meta_is_survived(meta: dict[str, Any], status: str) -> None:
    """Whatever a backend holds, what is taken of it can be kept by every store."""
    told = learnt.from_backend("task-1", {**meta, "status": status}, T0)
    assert told is None or told.source == Source.BACKEND
    if told is not None:
        texts = [value for value in asdict(told).values() if isinstance(value, str)]
        assert all("\0" not in text and text.encode() is not None for text in texts)
        assert fold_all([told]).state == status
