"""The groups of a producer's canvas are told by the result backend, and so is what a waiting chord waits for."""

from __future__ import annotations

import gc

from celery import Celery, chord, group
from celery.result import GroupResult

from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from tests.support.workers import Worker
from umbel.control.groups import GroupFinder
from umbel.model.secrets import Masker
from umbel.model.workflow import Groups

APP = "tests.support.celery_app"


def test_a_chord_is_known_by_its_records(redis_site: Deployment, redis_worker: Worker) -> None:
    """While one member runs, the size of the chord is told; at the end its members are one group with its body."""
    client = redis_site.client
    header = [client.signature(f"{APP}.add", (n, 1)) for n in range(3)] + [client.signature(f"{APP}.sleep", (3.0,))]
    result = chord(group(header), client.signature(f"{APP}.total")).apply_async()
    assert isinstance(result.parent, GroupResult)
    members, body = [one.id for one in result.parent.results or ()], result.id
    del result, header
    gc.collect()  # results unsubscribe when they are collected, which must not be after the backend's end
    finder = GroupFinder(client, masker=Masker(), elapsed=iter(range(0, 100_000, 60)).__next__)

    def told(size: int) -> bool:
        return len(finder.look_up(members).of_task) == size

    wait_until(lambda: told(3), "three of them have ended")
    waiting = finder.look_up(members)
    assert (set(waiting.of_task), list(waiting.waiting.values())) == (set(members[:3]), [4])
    wait_until(lambda: finder.look_up([*members, body]).of_task.get(body) is not None, "the body has ended")
    found = finder.look_up([*members, body])
    assert (len(set(found.of_task.values())), len(found.of_task), found.waiting) == (1, 5, {})
    assert finder.why_none() is None


def test_without_a_backend_nothing_is_told_and_why() -> None:
    """An application that keeps no results is an answer, not an error."""
    finder = GroupFinder(Celery("none", broker="memory://", set_as_current=False), masker=Masker())
    assert finder.look_up(["one"]) == Groups()
    assert finder.why_none() == "no result backend is known"
