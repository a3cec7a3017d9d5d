"""A verdict says what the state cannot, and only on evidence."""

from tests.support.events import T0, a_heartbeat, a_task_that_succeeded, an_event, received
from umbel.model.fold import fold_all
from umbel.model.learnt import judged_lost
from umbel.model.verdicts import verdict_of
from umbel.model.workers import Worker, WorkerState, liveness, observe

RUNNING = fold_all([received(0), an_event("started", 1)])


def a_worker(*events: object) -> Worker:
    """A worker as these events, each seen when it was stamped, leave it."""
    worker = None
    for event in events:
        worker = observe(worker, event, event.timestamp)  # type: ignore[arg-type, attr-defined]  # any event
    assert worker is not None
    return worker


def code(worker: Worker | None, state: WorkerState | None = WorkerState.ONLINE) -> str | None:
    """The code of the verdict on a running task."""
    verdict = verdict_of(RUNNING, worker, state, T0 + 100)
    return verdict.code if verdict else None


def test_a_running_task_of_a_live_worker_needs_no_words() -> None:
    """While its worker runs something, or was just heard, nothing is said."""
    assert code(a_worker(a_heartbeat(0), a_heartbeat(60, active=1))) is None
    assert code(a_worker(a_heartbeat(0), a_heartbeat(2, active=0))) is None
    assert code(None, None) is None


def test_a_worker_that_died_orphans_its_task() -> None:
    """Another process under the same name, or silence, leaves the task without an end."""
    assert code(a_worker(a_heartbeat(0), a_heartbeat(60, type="worker-online", pid=200))) == "orphaned"
    assert code(a_worker(a_heartbeat(0)), WorkerState.OFFLINE) == "orphaned"


def test_an_idle_worker_has_ended_its_task() -> None:
    """A task that raised Ignore has no last event; the worker's own count of active tasks tells."""
    assert code(a_worker(a_heartbeat(0), a_heartbeat(60, active=0))) == "ended_unseen"


def test_a_lost_task_says_why() -> None:
    """The reason that was given when it was judged is its verdict, whatever is known of its worker now."""
    lost = fold_all([received(0), judged_lost(fold_all([received(0)]), "default@app-01 was restarted")])
    verdict = verdict_of(lost, a_worker(a_heartbeat(0)), WorkerState.ONLINE, T0)
    assert verdict is not None
    assert (verdict.code, verdict.text) == ("lost", "default@app-01 was restarted")


def test_other_verdicts() -> None:
    """Expired, delivered twice, replaced, held and retried each have their sentence."""
    expired = fold_all([an_event("revoked", 1, expired=True)])
    twice = fold_all([received(0), an_event("started", 1), received(9, pid=200), an_event("started", 10, pid=200)])
    replaced = fold_all([received(0, name="a"), an_event("started", 1), received(2, name="b")])
    held = fold_all([received(0, eta="2099-01-01T00:00:00")])
    retried = fold_all([received(0, retries=2), an_event("succeeded", 1)])
    plain = fold_all(a_task_that_succeeded())
    found = [verdict_of(task, None, None, T0) for task in (expired, twice, replaced, held, retried, plain)]
    assert [verdict.code if verdict else None for verdict in found] == [
        "expired_unrun",
        "redelivered",
        "replaced",
        "held_until_eta",
        "retried",
        None,
    ]


def test_liveness_says_why() -> None:
    """Late heartbeats are silence before they are absence, and without the broker nothing is known."""
    worker = a_worker(a_heartbeat(0))
    assert liveness(worker, T0 + 5)[0] == "online"
    assert liveness(worker, T0 + 20)[0] == "silent"
    assert liveness(worker, T0 + 120)[0] == "offline"
    assert liveness(worker, T0 + 120, blind_since=T0 + 5)[0] == "unknown"
    assert liveness(a_worker(a_heartbeat(0), a_heartbeat(1, type="worker-offline")), T0 + 2)[0] == "offline"
    assert liveness(a_worker(received(0)), T0)[0] == "unknown"


def test_silence_counts_from_when_the_link_came_back() -> None:
    """What Umbel could not hear says nothing about a worker."""
    worker = a_worker(a_heartbeat(0))
    assert liveness(worker, T0 + 300, seeing_since=T0 + 299)[0] == "online"
    assert liveness(worker, T0 + 400, seeing_since=T0 + 299)[0] == "offline"


def test_a_stamp_from_the_future_outdates_nothing() -> None:
    """One wrong clock must not hide what comes after it."""
    worker = observe(None, a_heartbeat(10_000_000), T0)
    worker = observe(worker, a_heartbeat(70, processed=7), T0 + 70)
    assert (worker.processed, worker.last_heartbeat_at) == (7, T0 + 70)


def test_a_stale_goodbye_does_not_end_a_worker() -> None:
    """After an outage the goodbye that was stamped at its start arrives late, next to the new greeting."""
    worker = a_worker(a_heartbeat(10), a_heartbeat(2, type="worker-offline"))
    assert liveness(worker, T0 + 11)[0] == "online"


def test_a_wakeup_answer_keeps_the_counters() -> None:
    """The answer to a heartbeat broadcast has no counters and a wrong frequency."""
    bare = a_heartbeat(5, freq=5.0, active=None, processed=None, loadavg=None)
    worker = a_worker(a_heartbeat(0, processed=7), bare)
    assert (worker.freq_s, worker.processed, worker.last_heartbeat_at) == (2.0, 7, T0 + 5)


def test_a_restart_is_counted() -> None:
    """A new process id under the same name is a restart; its own counters count from then."""
    worker = a_worker(a_heartbeat(0), a_heartbeat(10, pid=200, type="worker-online"))
    assert (worker.restarts, worker.pid, worker.online_since) == (1, 200, T0 + 10)
