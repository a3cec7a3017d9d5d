"""A task whose last event was lost is known to have ended, from what its result backend publishes."""

from tests.support.collecting import collecting
from tests.support.deployment import Deployment
from tests.support.processes import wait_until
from umbel.ingest.health import ResultFeedHealth
from umbel.model.tasks import State


def test_an_end_without_an_event_is_learnt(rabbitmq_site: Deployment) -> None:
    """A worker falls silent while a task runs; its end is there seconds later, and marked as what it is."""
    site = rabbitmq_site  # whose results are on a Redis of their own
    settings = {"backend": site.backend, "result_feed": True, "enable_events": False}
    with site.worker(events=False) as worker, collecting(site.broker.url, **settings) as running:

        def feed() -> ResultFeedHealth:
            results = running.collector.health().results
            assert results is not None
            return results

        wait_until(lambda: feed().state == "connected", "the feed is connected")
        site.client.control.enable_events([worker.name])
        seen = running.wait_for_state(site.send("add", 1, 2), State.SUCCESS)
        silent = site.send("sleep", 4.0)
        running.wait_for_state(silent, State.STARTED)
        assert site.client.control.broadcast("disable_events", destination=[worker.name], reply=True, timeout=3.0)
        ended = running.wait_for_state(silent, State.SUCCESS, within_s=30.0)

        assert (ended.learnt_from, ended.worker) == ("result backend", worker.name)
        assert seen.learnt_from is None
        assert feed().learnt == 1


def test_without_redis_there_is_no_feed(rabbitmq_site: Deployment) -> None:
    """Then it is off, its health says why, and events are collected as ever."""
    with collecting(rabbitmq_site.broker.url, result_feed=True) as running:
        running.wait_for(lambda: running.collector.health().results.state == "off", "it is off")  # type: ignore[union-attr]  # asked for
        results = running.collector.health().results
        assert results is not None
        assert results.last_error == "the result backend is not Redis"
