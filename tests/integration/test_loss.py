"""What real workers counted against what arrived of them: loss is told, and nothing else is taken for one."""

import json
import logging
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import Deployment
from tests.support.inspecting import an_inspector
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.control.catalogue import Catalogue
from umbel.control.mute import Muted, MuteTasks
from umbel.ingest.accounting import WorkerAccount
from umbel.ingest.receivers.protocol import RawMessage, Received, Receiver

QUICK = ("--heartbeat-interval", "1")


class Cutter:
    """A receiver that lets messages of others fall, one in ten, and counts the starts of tasks in them by worker."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._random = random.Random(1)
        self.share = 0.0
        self.cut: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        return getattr(self._receiver, name)

    def receive(self, timeout_s: float) -> Received:
        """Return what is left of what came."""
        messages, token = self._receiver.receive(timeout_s)
        return Received([message for message in messages if not self._falls(message)], token)

    def _falls(self, message: RawMessage) -> bool:
        if self._random.random() >= self.share:
            return False
        parsed = json.loads(message.body)  # type: ignore[arg-type]  # bytes or text, by Celery
        for event in parsed if isinstance(parsed, list) else [parsed]:
            self.cut[event["hostname"]] += event["type"] == "task-started"
        return True


class Rig:
    """A collector whose receiver loses messages when a test says so."""

    def __init__(self, site: Deployment, running: Collecting) -> None:
        self.site = site
        self.running = running
        self.cutter = Cutter(running.collector._receiver)
        running.collector._receiver = cast("Receiver", self.cutter)

    def account(self, name: str) -> WorkerAccount | None:
        """What is told of a worker."""
        return next((one for one in self.running.collector.account().workers if one.name == name), None)

    def wait_for(self, name: str, holds: Callable[[WorkerAccount], bool], what: str) -> WorkerAccount:
        """Return what is told of a worker once something holds of it."""

        def look() -> bool:
            known = self.account(name)
            return known is not None and holds(known)

        wait_until(look, f"{what} ({self.account(name)})", within_s=30.0)
        told = self.account(name)
        assert told is not None
        return told

    def run(self, tasks: int, queue: str) -> None:
        """Send tasks to the worker of a queue."""
        for number in range(tasks):
            self.site.send("add", number, 1, queue=queue)

    def measure(self, worker: Worker, queue: str, *, processes: int = 1) -> int:
        """Wait until the newest of so many processes is compared, and return what is expected by then."""
        self.run(1, queue)
        told = self.wait_for(
            worker.name, lambda one: one.state == "measured" and one.processes == processes, "it is measured"
        )
        return told.expected

    def run_all(self, worker: Worker, queue: str, tasks: int, since: int) -> WorkerAccount:
        """Let a worker run tasks, and return what is told of it once it has counted them."""
        self.run(tasks, queue)
        return self.wait_for(worker.name, lambda one: one.expected >= since + tasks, f"{tasks} more are counted")


@contextmanager
def a_rig(site: Deployment, **settings: Any) -> Iterator[Rig]:
    """Collect from a deployment for the length of a block."""
    with collecting(site.broker.url, **settings) as running:
        yield Rig(site, running)


def test_a_tenth_that_is_cut_away_is_told_and_a_restart_is_no_loss(redis_site: Deployment) -> None:
    """Of two workers each tells its own share within one point; what restarts meanwhile loses nothing by it."""
    with (
        a_rig(redis_site) as rig,
        redis_site.worker("cut", queues="cut-1", options=QUICK) as one,
        redis_site.worker("cut", queues="cut-2", options=QUICK) as two,
    ):
        crew = ((one, "cut-1", 150), (two, "cut-2", 60))
        before = {worker.name: rig.measure(worker, queue) for worker, queue, _ in crew}
        rig.cutter.share = 0.1
        for worker, queue, tasks in crew:
            rig.run_all(worker, queue, tasks, before[worker.name])
        rig.cutter.share = 0.0
        assert sum(rig.cutter.cut.values()) > 0
        for worker, _, _ in crew:
            told = settled(rig, worker, rig.cutter.cut[worker.name])
            assert abs(told.lost - rig.cutter.cut[worker.name]) <= 0.01 * told.expected
            assert told.window_lost == told.lost

        two.stop(signal.SIGKILL)
        two.start()
        expected = rig.measure(two, "cut-2", processes=2)
        assert rig.run_all(two, "cut-2", 20, expected).lost == rig.cutter.cut[two.name]


def settled(rig: Rig, worker: Worker, lost: int) -> WorkerAccount:
    """Return what is told of a worker once it tells all that was lost."""
    return rig.wait_for(worker.name, lambda one: one.lost >= lost, f"{lost} are told as lost")


def test_without_events_there_is_nothing_to_lose(redis_site: Deployment) -> None:
    """A worker without ``-E`` sends no task events, which is said; once they are switched on it loses none."""
    with (
        a_rig(redis_site, enable_events=False) as rig,
        redis_site.worker("mute", queues="mute", events=False, options=QUICK) as worker,
    ):
        rig.run(5, "mute")
        told = rig.wait_for(worker.name, lambda one: one.state == "no_task_events", "it is silent")
        assert (told.expected, told.lost) == (0, 0)

        redis_site.client.control.enable_events(destination=[worker.name])
        assert rig.run_all(worker, "mute", 20, rig.measure(worker, "mute")).lost == 0


def test_tasks_that_send_no_events_are_not_lost(redis_site: Deployment) -> None:
    """A worker counts tasks with ``send_events = False`` as well; it is asked how many, and these are left out."""
    with (
        a_rig(redis_site) as rig,
        redis_site.worker("quiet", queues="quiet", options=QUICK) as worker,
        an_inspector(redis_site.broker.url) as inspector,
    ):
        lost = {worker.name: 0}
        mute = MuteTasks(inspector, lambda: lost, clock=time.time)
        catalogue = Catalogue(
            inspector, rig.running.store, mute=mute, clock=time.time, logger=logging.getLogger("test")
        )
        since = rig.measure(worker, "quiet")
        for _ in range(8):
            redis_site.send("silent", queue="quiet")
        rig.wait_for(worker.name, lambda one: one.lost == 8, "they are missed")
        assert rig.run_all(worker, "quiet", 5, since + 8).lost == 8

        lost[worker.name] = 10

        def has_told() -> bool:
            catalogue.look()
            return worker.name in mute.known()

        wait_until(has_told, "the worker has told")
        assert mute.known()[worker.name] == Muted(ran=8, lost=2)
