"""What no event tells is asked of real workers."""

import logging
import time

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import APP, Deployment
from tests.support.inspecting import an_inspector
from tests.support.workers import Worker
from umbel.control.catalogue import Catalogue
from umbel.model.workers import WorkerState, liveness


def is_online(collected: Collecting, name: str) -> bool:
    """Whether the store knows the worker as online."""
    worker = collected.worker(name)
    return worker is not None and liveness(worker, time.time())[0] is WorkerState.ONLINE


def test_a_worker_tells_how_often_its_tasks_are_tried(site: Deployment, worker: Worker) -> None:
    """The maximum of retries is in the store once the worker was seen; it was asked once."""
    with collecting(site.broker.url) as collected:
        collected.wait_for(lambda: is_online(collected, worker.name), "the worker is online")
        with an_inspector(site.broker.url) as inspector:
            Catalogue(inspector, collected.store, clock=time.time, logger=logging.getLogger("test")).look()
        types = collected.store.task_types()

    assert types[f"{APP}.add"].max_retries == 3, "Celery's own default"
    assert types[f"{APP}.always_retry"].max_retries == 2
