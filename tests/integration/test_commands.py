"""Each command is applied, its effect read back from the worker, and what cannot be done is refused in one sentence."""

from __future__ import annotations

import base64
import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
import redis
from kombu import Queue

from tests.support.commanding import WHO, Commanding, commanding, start_all
from tests.support.deployment import APP, Deployment, a_deployment
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.control.commands.errors import CannotDo, NotConfirmed, NotThere, ReadOnly
from umbel.model import commands
from umbel.model.commands import BadCommand, Command


class Crew(NamedTuple):
    """A worker of each pool, and one that scales itself."""

    prefork: Worker
    threads: Worker
    solo: Worker
    gevent: Worker
    scaling: Worker


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Commanding, Crew]]:
    """Run Redis, the crew, each on a queue of its own, and a dispatcher."""
    folder = tmp_path_factory.mktemp("commands")
    with a_deployment(folder, "redis") as site, commanding(site, folder) as at, ExitStack() as stack:
        crew = Crew(
            site.worker("prefork", queues="prefork", env={"UMBEL_TEST_POOL_RESTARTS": "1"}),
            site.worker("threads", pool="threads", queues="threads"),
            site.worker("solo", pool="solo", queues="solo", events=False),
            site.worker("gevent", pool="gevent", queues="gevent"),
            site.worker("scaling", queues="scaling", options=["--autoscale=3,1"]),
        )
        start_all(stack, crew)
        at.wait_for(crew)
        yield at, crew


@pytest.fixture
def at(desk: tuple[Commanding, Crew]) -> Commanding:
    """What an operator has."""
    return desk[0]


@pytest.fixture
def crew(desk: tuple[Commanding, Crew]) -> Crew:
    """The workers."""
    return desk[1]


def refused(at: Commanding, command: Command) -> str:
    """Return the sentence with which it is refused, nothing having been written down or sent."""
    before = at.collected.store.audit.entries(limit=1).entries
    with pytest.raises((CannotDo, BadCommand)) as why:
        at.run(command)
    assert at.collected.store.audit.entries(limit=1).entries == before
    return str(why.value)


def test_pools_grow_and_shrink(at: Commanding, crew: Crew) -> None:
    """Of prefork and gevent; solo and threads cannot, one that scales itself will not, and one process stays."""
    for worker in (crew.prefork, crew.gevent):
        was = at.pool(worker)
        at.run(commands.PoolGrow(workers=[worker.name], by=2))
        at.wait_for_pool(worker, was + 2)
        at.run(commands.PoolShrink(workers=[worker.name], by=2))
        at.wait_for_pool(worker, was)
    for worker in (crew.solo, crew.threads):
        assert "cannot change its size" in refused(at, commands.PoolGrow(workers=[worker.name]))
    assert "sized by autoscale" in refused(at, commands.PoolGrow(workers=[crew.scaling.name]))
    told = refused(at, commands.PoolShrink(workers=[crew.prefork.name], by=50))
    assert told == f"{crew.prefork.name}: its pool has 2 and keeps at least 1"


def test_some_can_and_some_cannot(at: Commanding, crew: Crew) -> None:
    """Who cannot is left out and says why; the others do it; both are in the audit log."""
    replies = at.replies(commands.PoolGrow(workers=[crew.prefork.name, crew.solo.name]))
    assert {name: reply.state for name, reply in replies.items()} == {
        crew.prefork.name: "done",
        crew.solo.name: "refused",
    }
    entry = at.last()
    assert (entry.who, entry.command, entry.outcome, len(entry.replies)) == (WHO, "pool_grow", "partly", 2)
    at.run(commands.PoolShrink(workers=[crew.prefork.name]))


def test_autoscale(at: Commanding, crew: Crew) -> None:
    """The bounds are those of the worker's own autoscaler; without one it says so."""
    at.run(commands.Autoscale(workers=[crew.scaling.name], least=2, most=5))
    scaler = at.look("stats", crew.scaling)["autoscaler"]
    assert (scaler["min"], scaler["max"]) == (2, 5)
    told = refused(at, commands.Autoscale(workers=[crew.prefork.name], least=1, most=2))
    assert told == f"{crew.prefork.name}: it was started without --autoscale"


def test_pool_restart(at: Commanding, crew: Crew) -> None:
    """Its processes are others then; a worker whose application does not allow it says so."""
    was = set(at.look("stats", crew.prefork)["pool"]["processes"])
    at.run(commands.PoolRestart(workers=[crew.prefork.name]))

    def are_others() -> bool:
        at.site.send("add", 1, 2, queue="prefork")
        return was.isdisjoint(at.look("stats", crew.prefork)["pool"]["processes"])

    wait_until(are_others, "each is another after its next task", every_s=0.2)
    assert "worker_pool_restarts" in refused(at, commands.PoolRestart(workers=[crew.scaling.name]))
    assert "cannot be started anew" in refused(at, commands.PoolRestart(workers=[crew.threads.name]))


def test_consumers(at: Commanding, crew: Crew) -> None:
    """Every kind of worker takes from one more queue and lets go of it; what changes nothing is refused."""
    for worker in (crew.prefork, crew.threads, crew.solo, crew.gevent):
        at.run(commands.AddConsumer(workers=[worker.name], queue="more"))
        at.wait_for_queue(worker, "more", there=True)
        assert "already" in refused(at, commands.AddConsumer(workers=[worker.name], queue="more"))
        at.run(commands.CancelConsumer(workers=[worker.name], queue="more"))
        at.wait_for_queue(worker, "more", there=False)
    told = refused(at, commands.CancelConsumer(workers=[crew.prefork.name], queue="more"))
    assert told == f"{crew.prefork.name}: it takes no tasks from more; its queues: prefork"


def limits(at: Commanding, worker: Worker, what: str) -> dict[str, str]:
    """Return what a worker says of its tasks."""
    told = at.look("registered", worker, taskinfoitems=[what])
    found = (text.partition(" [") for text in told)
    return {name: info.removesuffix("]").removeprefix(f"{what}=") for name, _, info in found}


def test_rate_limits(at: Commanding, crew: Crew) -> None:
    """On one worker or on all that live; 0 lifts it; a task that nobody knows is refused."""
    task = f"{APP}.add"
    at.run(commands.RateLimit(workers=[crew.threads.name], task=task, rate="10/m"))
    assert limits(at, crew.threads, "rate_limit")[task] == "10/m"
    assert limits(at, crew.gevent, "rate_limit")[task] == ""
    replies = at.replies(commands.RateLimit(everywhere=True, task=task, rate="0"))
    assert {name for name, reply in replies.items() if reply.state == "done"} >= {worker.name for worker in crew}
    assert limits(at, crew.threads, "rate_limit")[task] == "0"
    told = refused(at, commands.RateLimit(workers=[crew.solo.name], task="nobody.knows", rate="1/s"))
    assert told == f"{crew.solo.name}: it knows no task nobody.knows"


def test_time_limits(at: Commanding, crew: Crew) -> None:
    """Where the pool looks at them; a thread cannot be held to one."""
    task = f"{APP}.sleep"
    at.run(commands.TimeLimit(workers=[crew.prefork.name], task=task, soft_s=20.5, hard_s=40.5))
    assert limits(at, crew.prefork, "time_limit")[task] == "40.5"
    assert limits(at, crew.prefork, "soft_time_limit")[task] == "20.5"
    at.run(commands.TimeLimit(workers=[crew.prefork.name], task=task))
    assert limits(at, crew.prefork, "time_limit")[task] == ""
    told = refused(at, commands.TimeLimit(workers=[crew.threads.name], task=task, hard_s=1))
    assert told == f"{crew.threads.name}: its pool (threads) holds no task to a time limit"


def test_events(at: Commanding, crew: Crew) -> None:
    """A worker without -E sends them when told to, and stops; one with -E says that it goes on."""
    assert at.run(commands.EnableEvents(workers=[crew.solo.name])).entry.outcome == "done"
    task_id = at.site.send("add", 1, 2, queue="solo")
    at.collected.wait_for_state(task_id, "SUCCESS")
    assert at.run(commands.DisableEvents(workers=[crew.solo.name])).entry.replies[0].text == (
        "it sends no task events any more"
    )
    told = at.replies(commands.DisableEvents(workers=[crew.threads.name]))[crew.threads.name]
    assert "started with -E" in told.text


def test_what_has_not_begun_is_revoked(at: Commanding, crew: Crew) -> None:
    """Many at once; every worker knows of it, and the one that meets it skips it."""
    ids = [at.site.send("add", 1, n, queue="prefork", countdown=1.0) for n in range(3)]
    done = at.run(commands.Revoke(ids=ids), why="sent twice")
    assert done.entry.outcome == "done"
    assert {reply.worker for reply in done.entry.replies} >= {worker.name for worker in crew}
    assert set(ids) <= set(at.look("revoked", crew.gevent))
    for task_id in ids:
        at.collected.wait_for_state(task_id, "REVOKED")
    assert (at.last().why, at.last().what) == ("sent twice", f"revoke: {', '.join(ids)}")
    preview = at.dispatcher.preview(commands.Revoke(ids=[*ids[:2], "not-begun"]))
    assert preview.effect[-1] == "2 others ended already, and are left out."
    ended = refused(at, commands.Revoke(ids=ids[:1]))
    assert ended == f"{ids[0]} ended already (REVOKED)"


def test_what_runs_is_ended(at: Commanding, crew: Crew) -> None:
    """In prefork and gevent pools; a thread cannot be ended, and what nobody runs need not be."""
    for worker in (crew.prefork, crew.gevent):
        queue = worker.name.partition("@")[0].rstrip("0123456789")
        task_id = at.site.send("sleep", 60, queue=queue)
        at.collected.wait_for_state(task_id, "STARTED")
        replies = at.replies(commands.Terminate(ids=[task_id], signal="KILL"))
        assert replies[worker.name].text == "it ends what it runs of these"
        at.collected.wait_for_state(task_id, "REVOKED")
        assert at.look("active", worker) == []
    in_thread = at.site.send("sleep", 3, queue="threads")
    at.collected.wait_for_state(in_thread, "STARTED")
    told = refused(at, commands.Terminate(ids=[in_thread]))
    assert told == f"{crew.threads.name} runs {in_thread} in a threads pool, which cannot end a single task"
    assert "no worker runs nowhere now" in refused(at, commands.Terminate(ids=["nowhere"]))


def test_who_is_busy_on_its_only_thread_is_silent(at: Commanding, crew: Crew) -> None:
    """No answer in time is not a failure, and it obeys later."""
    at.site.send("sleep", 5, queue="solo")
    time.sleep(0.5)
    done = at.run(commands.AddConsumer(workers=[crew.solo.name], queue="later"))
    assert (done.entry.outcome, done.entry.replies[0].state) == ("silent", "silent")
    assert "it may still obey" in done.entry.text
    at.wait_for_queue(crew.solo, "later", there=True)
    at.run(commands.CancelConsumer(workers=[crew.solo.name], queue="later"))


@pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")  # Celery's own call
def test_an_abortable_task_is_aborted(at: Commanding, crew: Crew) -> None:
    """It finds ABORTED in the result backend and ends itself; another kind of task is refused."""
    task_id = at.site.send("abortable", queue="prefork")
    at.collected.wait_for_state(task_id, "STARTED")
    at.run(commands.Abort(ids=[task_id]))
    wait_until(lambda: any(note["what"] == "aborted" for note in at.site.ledger()[task_id]), "it noticed")
    other = at.site.send("sleep", 2, queue="prefork")
    at.collected.wait_for_state(other, "STARTED")
    assert "is no AbortableTask" in refused(at, commands.Abort(ids=[other]))


def test_a_task_is_sent_by_name(at: Commanding, crew: Crew) -> None:
    """Where a live worker knows it, to the queue that is named."""
    command = commands.SendTask(name=f"{APP}.add", args=[20, 22], queue="threads")
    done = at.run(command)
    assert done.task_id is not None
    at.collected.wait_for_state(done.task_id, "SUCCESS")
    assert at.site.ledger()[done.task_id][-1]["value"] == "42"
    assert "20" not in at.last().what, "arguments stay out of the audit log"
    assert "say which queue" in refused(at, commands.SendTask(name=f"{APP}.add", args=[1, 2]))
    assert "no worker that answered knows a task 'no.such'" in refused(at, commands.SendTask(name="no.such"))


def test_a_stranger_is_refused(at: Commanding, crew: Crew) -> None:
    """A worker that was never seen, with those that there are; nothing is broadcast in its place."""
    told = refused(at, commands.PoolGrow(workers=["nobody@here"]))
    assert told.startswith("no worker 'nobody@here' is known; there are ")
    with pytest.raises(NotThere):
        at.run(commands.Shutdown(workers=["nobody@here"]))


def test_danger_is_confirmed_and_read_only_refuses(at: Commanding, crew: Crew, tmp_path: Path) -> None:
    """Without the words nothing happens; a read-only server takes no command at all."""
    with pytest.raises(NotConfirmed, match="it has to be 'prefork'"):
        at.dispatcher.run(commands.Purge(queue="prefork"), who=WHO, confirm="prefer")
    with commanding(at.site, tmp_path, read_only=True) as other, pytest.raises(ReadOnly):
        other.run(commands.Revoke(ids=["x"]))
    with commanding(at.site, tmp_path, keeps_events_on=True) as other:
        assert "--enable-events no" in refused(other, commands.DisableEvents(everywhere=True))


def test_a_worker_is_shut_down(at: Commanding, crew: Crew) -> None:
    """It says goodbye, which is its only answer; from then on it is refused."""
    with at.site.worker("short", queues="short") as worker:
        at.wait_for([worker])
        preview = at.dispatcher.preview(commands.Shutdown(workers=[worker.name]))
        assert preview.confirm == worker.name
        assert preview.effect[0] == "1 worker will stop taking new tasks and end."
        done = at.run(commands.Shutdown(workers=[worker.name]))
        assert (done.entry.outcome, done.entry.replies[0].text) == ("done", "it stopped")
        assert refused(at, commands.PoolGrow(workers=[worker.name])) == (
            f"{worker.name} is offline: it said that it stops"
        )


def multiply(broker: str, queue: str, count: int) -> None:
    """Make ``count`` messages of the one that waits, which kombu would take long to send one by one."""
    with contextlib.closing(redis.Redis.from_url(broker)) as client:
        (first,) = client.lrange(queue, 0, -1)
        message = json.loads(first)
        with client.pipeline(transaction=False) as pipe:
            for n in range(1, count):
                body = base64.b64encode(json.dumps([[n], {}, {}]).encode()).decode()
                properties = {**message["properties"], "delivery_tag": str(uuid.uuid4())}
                one = {**message, "body": body, "headers": {"id": f"id-{n}"}, "properties": properties}
                pipe.lpush(queue, json.dumps(one))
            pipe.execute()


@pytest.mark.timeout(150)  # ten thousand messages are taken one by one
@pytest.mark.parametrize("kind", ["redis", "rabbitmq"])
def test_a_queue_is_purged(kind: str, request: pytest.FixtureRequest, tmp_path: Path, redis_site: Deployment) -> None:
    """Many messages: the count before, the export equal to what was there, the count after, and the entry."""
    site: Deployment = request.getfixturevalue(f"{kind}_site")
    queue, count = "to-be-purged", 10_000 if kind == "redis" else 1_000
    with site.client.connection_for_write() as connection, commanding(site, tmp_path) as at:
        producer = connection.Producer()
        with pytest.raises(NotThere):
            at.run(commands.Purge(queue=queue))
        declared = connection.channel()
        Queue(queue, channel=declared).declare()
        for n in range(count if kind == "rabbitmq" else 1):
            producer.publish([[n], {}, {}], routing_key=queue, headers={"id": f"id-{n}"}, serializer="json")
        if kind == "redis":
            multiply(site.broker.url, queue, count)
        preview = at.dispatcher.preview(commands.Purge(queue=queue, export=True))
        assert (preview.messages, preview.confirm) == (count, queue)
        in_the_way = tmp_path / "purged"
        in_the_way.write_text("no folder")
        with pytest.raises(CannotDo, match="what could not be written stays in to-be-purged"):
            at.run(commands.Purge(queue=queue, export=True))
        in_the_way.unlink()
        wait_until(lambda: at.dispatcher.purges.count(queue) == count, "all of them are back")
        done = at.run(commands.Purge(queue=queue, export=True))
        assert done.export is not None
        lines = [json.loads(line) for line in at.dispatcher.purges.export(done.export).read_text().splitlines()]
        assert [json.loads(line["body"])[0] for line in lines] == [[n] for n in range(count)]
        assert [line["headers"]["id"] for line in lines] == [f"id-{n}" for n in range(count)]
        entry = at.last()
        assert (entry.command, entry.target, entry.outcome) == ("purge", queue, "done")
        assert entry.text == f"{count:,} messages of {queue} written to {done.export} and deleted"
        for n in range(3):
            producer.publish([[n], {}, {}], routing_key=queue, serializer="json")
        assert at.run(commands.Purge(queue=queue)).entry.text == f"3 messages of {queue} deleted"
