"""Where Celery's events mislead, each with the truth that must be told all the same, by real workers."""

import time
from datetime import UTC, datetime, timedelta

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import APP, Deployment
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.model.tasks import REPLACED, State
from umbel.model.workers import WorkerState, liveness


def outcomes(collected: Collecting, task_id: str) -> list[str | None]:
    """Return how each attempt ended."""
    task = collected.task(task_id)
    return [attempt.outcome for attempt in task.attempts] if task else []


def run_all_before(site: Deployment, collected: Collecting) -> None:
    """Wait until the worker has done what was sent before, and its events are stored."""
    collected.wait_for_state(site.send("add", 0, 0), State.SUCCESS)


def test_a_retry_is_told_in_the_order_of_its_attempts(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """The receipt of a retry comes before the retry itself; the attempts must not be mixed up by it."""
    task_id = redis_site.send("flaky", 2)
    task = collected.wait_for_state(task_id, State.SUCCESS)

    assert outcomes(collected, task_id) == [State.RETRY, State.RETRY, State.SUCCESS]
    assert [attempt.retries for attempt in task.attempts] == [0, 1, 2]
    assert task.result == "3"
    assert task.exception is None
    assert task.attempts[0].exception == "ConnectionError('the other side hung up')"
    assert task.parent_id == task.root_id == task_id, "Celery makes a retried task its own parent"


def test_a_waiting_retry_is_not_running(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """Between two tries the worker holds the task until its ETA, and the state says so."""
    task_id = redis_site.send("flaky", 1, kwargs={"countdown_s": 2})
    task = collected.wait_for_state(task_id, State.RETRY)
    assert task.eta is not None
    assert task.eta > time.time() - 2

    collected.wait_for_state(task_id, State.SUCCESS)


def test_a_task_that_gives_up_retrying_failed(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """After its last retry it is a failure with the exception of the last try."""
    task_id = redis_site.send("always_retry")
    task = collected.wait_for_state(task_id, State.FAILURE)

    assert outcomes(collected, task_id) == [State.RETRY, State.RETRY, State.FAILURE]
    assert task.exception == "KeyError('never there')"
    assert task.retries == 2


def test_a_replaced_task_goes_on_under_its_id(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """``replace`` runs another task under the same id: the first run ended, though no event says so."""
    task_id = redis_site.send("replace")
    task = collected.wait_for_state(task_id, State.SUCCESS)

    assert outcomes(collected, task_id) == [REPLACED, State.SUCCESS]
    assert [attempt.name for attempt in task.attempts] == [f"{APP}.replace", f"{APP}.add"]
    assert task.result == "6"


def test_an_ignored_task_never_ends(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """No event tells the end of a task that raised ``Ignore``; none must be invented."""
    task_id = redis_site.send("ignore")
    wait_until(lambda: len(redis_site.ledger()[task_id]) == 2, "the task has run")
    run_all_before(redis_site, collected)

    assert collected.state(task_id) == State.STARTED
    assert outcomes(collected, task_id) == [None]


def test_a_rejected_task_is_rejected(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """Celery 5.7 reports a failure first, and then the rejection, which is what counts."""
    task_id = redis_site.send("reject")
    collected.wait_for_state(task_id, State.REJECTED)
    run_all_before(redis_site, collected)

    assert outcomes(collected, task_id) == [State.REJECTED]


def test_an_expired_task_is_revoked_unrun(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """It has no receipt, so its name and arguments come from the sender's event."""
    past = datetime.now(UTC) - timedelta(seconds=5)
    task = collected.wait_for_state(redis_site.send("add", 1, 2, expires=past), State.REVOKED)

    assert (task.name, task.args, task.queue) == (f"{APP}.add", "(1, 2)", "celery")
    assert task.started_at is None
    assert task.attempts[-1].expired
    assert not redis_site.ledger()[task.id]


def test_a_task_revoked_before_its_start_never_ran(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """The worker tells the revocation when it meets the message, and not before."""
    task_id = "revoked-before-its-start"
    assert redis_site.client.control.broadcast("revoke", {"task_id": task_id}, reply=True, limit=1, timeout=10)
    redis_site.send("add", 1, 2, task_id=task_id)
    task = collected.wait_for_state(task_id, State.REVOKED)

    assert task.started_at is None
    assert not task.attempts[-1].expired


def test_a_terminated_task_is_revoked(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """A task that was killed by an operator ended as revoked, at the kill."""
    task_id = redis_site.send("sleep", 60)
    collected.wait_for_state(task_id, State.STARTED)
    redis_site.client.control.revoke(task_id, terminate=True)
    task = collected.wait_for_state(task_id, State.REVOKED)

    assert task.started_at is not None
    assert task.finished_at is not None


def test_a_hard_time_limit_is_one_failure_with_its_name(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """Celery 5.7 reports it twice, and the class is in the traceback only."""
    task_id = redis_site.send("hard_limit")
    collected.wait_for_state(task_id, State.FAILURE)
    run_all_before(redis_site, collected)
    task = collected.wait_for_state(task_id, State.FAILURE)

    assert outcomes(collected, task_id) == [State.FAILURE]
    assert task.exception is not None
    assert "TimeLimitExceeded" in task.exception


def test_a_killed_child_is_named(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """When the process that runs a task is killed, the failure says so."""
    task = collected.wait_for_state(redis_site.send("die"), State.FAILURE)

    assert task.exception is not None
    assert "WorkerLostError" in task.exception
    assert "SIGKILL" in task.exception


def test_a_task_that_nobody_knows_fails(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """The worker reports a failure without a receipt; the name comes from the sender's event."""
    task_id = str(redis_site.client.send_task("no.such.task", (1,)).id)
    task = collected.wait_for_state(task_id, State.FAILURE)

    assert task.name == "no.such.task"
    assert task.exception == "NotRegistered('no.such.task')"


def test_a_silenced_task_is_only_known_to_be_sent(
    redis_site: Deployment, redis_worker: Worker, collected: Collecting
) -> None:
    """With ``send_events = False`` the worker tells nothing; the sender's event stands alone."""
    task_id = redis_site.send("silent")
    wait_until(lambda: len(redis_site.ledger()[task_id]) == 2, "the task has run")
    run_all_before(redis_site, collected)

    assert collected.state(task_id) == State.PENDING


def test_progress_is_kept_and_is_no_state(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """A custom event leaves what it told, newest first, and does not hide the outcome."""
    task = collected.wait_for_state(redis_site.send("progress", 3), State.SUCCESS)

    assert task.facts.progress is not None
    assert task.facts.progress.fields == {"done": 3, "total": 3, "note": "step 3"}


def test_children_know_their_parent(redis_site: Deployment, redis_worker: Worker, collected: Collecting) -> None:
    """Tasks that a task has started point to it."""
    task_id = redis_site.send("parent", 2)
    collected.wait_for_state(task_id, State.SUCCESS)
    children = redis_site.result(task_id)["result"]
    for child_id in children:
        child = collected.wait_for_state(child_id, State.SUCCESS)
        assert (child.parent_id, child.root_id) == (task_id, task_id)


def test_a_solo_worker_is_silent_and_alive(redis_site: Deployment, collected: Collecting) -> None:
    """It tells all three states after the task has ended, and no heartbeat meanwhile; its stamps are true."""
    with redis_site.worker("solo", pool="solo", queues="solo") as worker:
        collected.wait_for(lambda: collected.worker(worker.name), "its heartbeat has come")
        task = collected.wait_for_state(redis_site.send("sleep", 2.0, queue="solo"), State.SUCCESS)
        assert task.started_at is not None
        assert task.finished_at is not None
        assert task.runtime_s is not None
        assert task.runtime_s >= 2.0
        assert task.finished_at - task.started_at <= task.runtime_s + 0.001

        seen = collected.worker(worker.name)
        assert seen is not None
        state, _ = liveness(seen, seen.last_seen_at + 9.0)
        assert state == WorkerState.SILENT

    def is_offline() -> bool:
        seen = collected.worker(worker.name)
        return seen is not None and seen.offline_at is not None

    collected.wait_for(is_offline, "it said goodbye")


def test_a_worker_in_another_time_zone_tells_the_same_time(redis_site: Deployment) -> None:
    """Stamps are UTC whatever the worker's clock on the wall shows; Celery's own receiver shifts them."""
    env = {"TZ": "Asia/Kolkata", "UMBEL_TEST_TIMEZONE": "Asia/Kolkata"}
    with (
        redis_site.worker("kolkata", queues="kolkata", env=env) as worker,
        collecting(redis_site.broker.url) as collected,
    ):
        before = time.time()
        task_id = redis_site.send("flaky", 1, queue="kolkata", kwargs={"countdown_s": 1})
        retried = collected.wait_for_state(task_id, State.RETRY)
        task = collected.wait_for_state(task_id, State.SUCCESS)
        after = time.time()

        assert task.worker == worker.name
        assert task.received_at is not None
        assert task.started_at is not None
        assert task.finished_at is not None
        assert before <= task.received_at <= task.started_at <= task.finished_at <= after
        assert retried.eta is not None
        assert before <= retried.eta <= after
        seen = collected.worker(worker.name)
        assert seen is not None
        assert seen.clock_offset_s is not None
        assert abs(seen.clock_offset_s) < 60


def test_a_worker_without_events_is_asked_for_them(redis_site: Deployment) -> None:
    """Workers started without ``-E`` are seen all the same, whether they were there first or come later."""
    with redis_site.worker("mute", queues="mute", events=False), collecting(redis_site.broker.url) as collected:
        _until_seen(redis_site, collected, "mute")
        with redis_site.worker("mute", queues="late", events=False):
            _until_seen(redis_site, collected, "late")


def _until_seen(site: Deployment, collected: Collecting, queue: str) -> None:
    """Send tasks until one of them is seen to end."""
    sent: list[str] = []

    def is_seen() -> bool:
        sent.append(site.send("add", 1, 2, queue=queue))
        return any(task.state == State.SUCCESS for task in collected.store.tasks_by_id(sent))

    wait_until(is_seen, f"a task of the worker of {queue} is seen", every_s=0.2)
