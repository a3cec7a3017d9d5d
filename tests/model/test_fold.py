"""The fold reads one truth from the events of a task, however they come."""

import itertools

from hypothesis import given, strategies as st

from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.events import Learnt, Source, TaskEvent
from umbel.model.fold import MARKS_PER_KIND, fold, fold_all, merge, named_exception
from umbel.model.tasks import TERMINAL_STATES, State, Task

WORKERS = st.sampled_from(["a@x", "b@y"])
KINDS = [
    "sent",
    "received",
    "started",
    "succeeded",
    "failed",
    "retried",
    "revoked",
    "rejected",
    "cancelled",
    "progress",
]


@st.composite
def anything_learnt(draw: st.DrawFn) -> Learnt:
    """A fact that was not seen as an event."""
    return Learnt(
        uuid="task-1",
        timestamp=T0 + draw(st.integers(0, 6)),
        hostname=draw(st.sampled_from(["", "a@x", "b@y"])),
        state=draw(st.sampled_from([*State, "NONSENSE"])),
        source=draw(st.sampled_from(list(Source))),
        name=draw(st.sampled_from([None, "one", "two"])),
        args=draw(st.sampled_from([None, "(1,)", "(2,)"])),
        retries=draw(st.sampled_from([None, 0, 1])),
        result=draw(st.sampled_from([None, "1", "2"])),
        exception=draw(st.sampled_from([None, "E()"])),
    )


@st.composite
def any_events(draw: st.DrawFn) -> TaskEvent:
    """An event of one task, small enough in its fields that identities, stamps and clocks collide often."""
    kind = draw(st.sampled_from([*KINDS, "learnt"]))
    if kind == "learnt":
        return draw(anything_learnt())
    return an_event(
        kind,
        hostname=draw(WORKERS),
        pid=draw(st.integers(1, 2)),
        clock=draw(st.integers(0, 6)),
        timestamp=T0 + draw(st.integers(0, 6)),
        name=draw(st.sampled_from([None, "one", "two"])),
        args=draw(st.sampled_from([None, "(1,)", "(2,)"])),
        retries=draw(st.sampled_from([None, 0, 1, 2])),
        result=draw(st.sampled_from([None, "1"])),
        runtime=draw(st.sampled_from([None, 0.5, 3.0])),
        exception=draw(st.sampled_from([None, "E()", "ExceptionWithTraceback()"])),
        traceback=draw(st.sampled_from([None, "Traceback\nValueError: x", "Traceback\nKeyError: y"])),
        extra={"done": draw(st.integers(0, 2))} if kind == "progress" else None,
        sent_at=draw(st.sampled_from([None, T0 - 1, T0 + 2])),
        arguments=draw(st.sampled_from([None, "{}", '{"args":[1]}'])),
        cpu_s=draw(st.sampled_from([None, 0.0, 0.25])),
        peak_memory_bytes=draw(st.sampled_from([None, 5, 70])),
    )


def folded(events: list[TaskEvent]) -> Task:
    """Fold one event after the other."""
    record: Task | None = None
    for event in events:
        record = fold(record, event)
    assert record is not None
    return record


@given(st.lists(any_events(), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_order_does_not_matter(events: list[TaskEvent], random: object) -> None:
    """Any permutation of any events, each any number of times, gives the same record."""
    shuffled = [*events, *events[::2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random typed as object
    assert folded(events) == folded(shuffled) == fold_all(events)


@given(*[st.lists(any_events(), min_size=1, max_size=40)] * 3)
def test_merge_is_a_join(one: list[TaskEvent], two: list[TaskEvent], three: list[TaskEvent]) -> None:
    """``merge`` is commutative, associative and idempotent, and equals the fold of all events."""
    a, b, c = fold_all(one), fold_all(two), fold_all(three)
    assert merge(a, b) == merge(b, a) == fold_all([*one, *two])
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a


@given(st.lists(any_events(), min_size=1, max_size=30))
def test_a_record_is_never_in_an_impossible_state(events: list[TaskEvent]) -> None:
    """Only a finished task has an end, no duration is negative, and attempts are ordered by retries."""
    task = fold_all(events)
    assert (task.finished_at is not None) == (task.state in TERMINAL_STATES)
    assert all(d is None or d >= 0 for d in (task.runtime_s, task.wait_s, task.pickup_s))
    retries = [attempt.retries for attempt in task.attempts]
    assert retries == sorted(retries)


@given(st.lists(st.floats(-30, 30), min_size=4, max_size=4))
def test_clock_skew_never_unfinishes_a_task(skew: list[float]) -> None:
    """Whatever each host's clock says, a task that ended has ended."""
    events = [
        an_event("sent", skew[0], hostname="gen1@web", name="one", retries=0),
        received(skew[1], hostname="a@x", clock=1),
        an_event("started", skew[1] + 1, hostname="a@x", clock=2),
        an_event("retried", skew[1] + 2, hostname="a@x", clock=4, exception="E()"),
        received(skew[2], hostname="b@y", clock=1, retries=1),
        an_event("started", skew[2] + 1, hostname="b@y", clock=2),
        an_event("succeeded", skew[2] + 2, hostname="b@y", clock=3, runtime=1.0),
    ]
    assert fold_all(events).state == State.SUCCESS


def test_a_plain_run() -> None:
    """Received, started, succeeded: one attempt with all its times."""
    task = fold_all(a_task_that_succeeded())
    assert (task.state, task.name, task.result) == ("SUCCESS", "send_customer_sms", "{'sms_sent': True}")
    assert (task.received_at, task.started_at) == (T0, T0 + 0.1)
    assert task.runtime_s == 2.1
    assert task.pickup_s is not None
    assert round(task.pickup_s, 6) == 0.1
    assert [a.outcome for a in task.attempts] == ["SUCCESS"]


def test_a_retry_that_is_received_before_it_is_retried() -> None:
    """Celery announces the next attempt first; the task is not back in RETRY once that attempt runs."""
    events = [
        received(0, clock=1),
        an_event("started", 0.1, clock=2),
        received(1.0, clock=3, retries=1),
        an_event("retried", 1.1, clock=4, exception="KeyError('k')", traceback="Traceback\nKeyError: 'k'"),
        an_event("started", 2.0, clock=5),
    ]
    assert [folded(events[:n]).state for n in range(1, 6)] == ["RECEIVED", "STARTED", "RECEIVED", "RECEIVED", "STARTED"]
    task = folded([*events, an_event("failed", 3, clock=6, exception="ValueError('v')", traceback="T\nValueError: v")])
    assert (task.state, task.retries, task.exception) == ("FAILURE", 1, "ValueError('v')")
    assert [(a.retries, a.outcome, a.exception) for a in task.attempts] == [
        (0, "RETRY", "KeyError('k')"),
        (1, "FAILURE", "ValueError('v')"),
    ]


def test_a_retry_held_until_its_eta_reads_retry() -> None:
    """A worker that holds the next attempt until its time has not taken it up yet."""
    held = received(1, retries=1, eta="2026-11-21T12:00:00+00:00")
    assert folded([received(0), an_event("started", 0.1), held]).state == "RETRY"


def test_a_replaced_task_keeps_both_names() -> None:
    """One uuid under two names: the first attempt was replaced, the second one counts."""
    events = [
        received(0, name="outer"),
        an_event("started", 0.1),
        received(1, name="inner"),
        an_event("started", 1.1),
        an_event("succeeded", 1.2, runtime=0.1, result="3"),
    ]
    for order in itertools.permutations(events):
        task = folded(list(order))
        assert (task.name, task.state) == ("inner", "SUCCESS")
        assert [(a.name, a.outcome) for a in task.attempts] == [("outer", "REPLACED"), ("inner", "SUCCESS")]


def test_a_hard_time_limit_names_its_class() -> None:
    """Two failures of one attempt are one, and the wrapper's name gives way to the class in the traceback."""
    wrapped = 'Traceback\n"billiard.exceptions.TimeLimitExceeded: TimeLimitExceeded(1,)"'
    events = [
        received(0),
        an_event("started", 0.1),
        an_event("failed", 1.1, exception="ExceptionWithTraceback()", traceback=wrapped),
        an_event("failed", 1.2, exception="TimeLimitExceeded(1)", traceback=None),
    ]
    task = folded(events)
    assert task.exception == "billiard.exceptions.TimeLimitExceeded: TimeLimitExceeded(1,)"
    assert len(task.attempts) == 1


def test_a_rejection_after_a_failure() -> None:
    """Celery 5.7 reports ``Reject`` as a failure and then a rejection; earlier ones only as a rejection."""
    events = [received(0), an_event("failed", 0.5, exception="Reject('no')"), an_event("rejected", 0.6, requeue=False)]
    assert folded(events).state == "REJECTED"
    assert folded([events[0], events[2]]).state == "REJECTED"


def test_revoked_before_it_was_received() -> None:
    """Without ``task-sent`` nothing but the id and the end is known."""
    task = folded([an_event("revoked", 5, expired=True)])
    assert (task.state, task.name, task.finished_at) == ("REVOKED", None, T0 + 5)
    assert task.attempts[0].expired


def test_sent_then_revoked_is_one_attempt() -> None:
    """What the producer said and what the worker said is the same attempt."""
    sent = an_event("sent", 0, hostname="gen1@web", name="one", args="(1,)", retries=0, queue="default")
    task = folded([sent, an_event("revoked", 5)])
    assert (task.state, task.name, task.queue, task.args, task.client) == (
        "REVOKED",
        "one",
        "default",
        "(1,)",
        "gen1@web",
    )
    assert len(task.attempts) == 1


def test_delivered_twice() -> None:
    """After the visibility timeout a second worker gets it too; when both end it is finished once."""
    events = [
        received(0, hostname="a@x"),
        an_event("started", 1, hostname="a@x"),
        received(10, hostname="b@y"),
        an_event("started", 11, hostname="b@y"),
    ]
    assert [a.outcome for a in folded(events).attempts] == ["REDELIVERED", None]
    task = folded([*events, an_event("succeeded", 12, hostname="a@x", runtime=11.0)])
    assert task.state == "SUCCESS"
    assert task.worker == "a@x"


def test_events_that_waited_out_a_lost_link_carry_late_stamps() -> None:
    """The end is the start plus the run time when that is earlier than the stamp."""
    task = folded([received(0), an_event("started", 1), an_event("succeeded", 60, runtime=2.0)])
    assert task.finished_at == T0 + 3


def test_a_clock_that_is_set_back_while_a_task_runs_does_not_end_it_before_its_start() -> None:
    """The end is never before the start on the same host, with a run time and without."""
    for runtime in (2.0, None):
        task = folded([received(0), an_event("started", 10), an_event("succeeded", 4, clock=9, runtime=runtime)])
        assert task.finished_at == task.started_at == T0 + 10


def test_a_task_that_retries_for_ever_is_bounded() -> None:
    """Old attempts give way, the number of retries stays right, and the record says that it was cut."""
    events = []
    for n in range(200):
        events += [received(n, retries=n), an_event("started", n + 0.1), an_event("retried", n + 0.5, exception="E()")]
    task = folded(events)
    assert len(task.facts.marks) <= 4 * (MARKS_PER_KIND + 1)
    assert (task.retries, task.state, task.facts.cut) == (199, "RETRY", True)
    assert task.received_at == T0


def test_progress_and_custom_states() -> None:
    """``task-progress`` reports on a running task; any other custom event names its state."""
    running = [received(0), an_event("started", 0.1)]
    task = folded([*running, an_event("progress", 1, extra={"done": 1, "total": 2})])
    assert task.state == "STARTED"
    assert task.facts.progress is not None
    assert task.facts.progress.fields == {"done": 1, "total": 2}
    assert folded([*running, an_event("uploading-file", 1, extra={})]).state == "UPLOADING_FILE"
    assert folded([*running, an_event("uploading-file", 1, extra={}), an_event("succeeded", 2)]).state == "SUCCESS"
    assert folded([*running, an_event("success", 1, extra={})]).state == "STARTED", "only Celery ends a task"


def test_a_solo_worker_wraps_the_cause_of_a_retry() -> None:
    """The cause is what a reader looks for; a retry without one keeps its wrapper."""
    assert named_exception("Retry(Retry(...), RingCentralAPIError('Rate limit, exceeded'), 3)", None) == (
        "RingCentralAPIError('Rate limit, exceeded')"
    )
    assert named_exception("Retry(Retry(...), None, 3)", None) == "Retry(Retry(...), None, 3)"


def test_a_traceback_without_a_class_leaves_the_wrapper() -> None:
    """Nothing is made up where the traceback does not say."""
    assert named_exception("ExceptionWithTraceback()", "  \n") == "ExceptionWithTraceback()"
    assert named_exception("ValueError('x')", "T\nKeyError: y") == "ValueError('x')"


def test_of_its_progress_only_the_newest_word_is_kept() -> None:
    """A task may tell for hours how far it is: nothing is left out for it, and nothing is called cut."""
    running = [received(0), an_event("started", 0.1)]
    task = folded([*running, *(an_event("progress", n, extra={"done": n}) for n in range(1, 500))])

    assert [mark.type for mark in task.facts.marks] == [None, None, "task-progress"]
    assert (task.facts.cut, task.state, task.updated_at) == (False, State.STARTED, T0 + 499)
    assert task.facts.progress is not None
    assert task.facts.progress.fields == {"done": 499}
