"""Real workers are asked many things at once, and one that is silent keeps nobody waiting but for its deadline."""

import time
from pathlib import Path

import pytest

from tests.support.deployment import Deployment, a_deployment
from tests.support.inspecting import an_inspector
from tests.support.workers import Worker
from umbel.control.inspect import CannotAsk, Command

LISTS = [Command(name=name) for name in ("active", "reserved", "scheduled", "stats")]


def test_all_commands_at_once(site: Deployment, worker: Worker) -> None:
    """Each answer finds its question, over one queue; who is not there is silent, and waited for once."""
    with an_inspector(site.broker.url) as inspector:
        for _ in range(3):
            answers = inspector.ask(LISTS, [worker.name], within_s=10)
            assert [set(answer.told) for answer in answers] == [{worker.name}] * len(LISTS)
            assert answers[3].told[worker.name]["pid"] == worker.pid
            assert isinstance(answers[0].told[worker.name], list)
        began = time.monotonic()
        answers = inspector.ask(LISTS, [worker.name, "nobody@here"], within_s=1.0)
        assert all((set(one.told), set(one.silent)) == ({worker.name}, {"nobody@here"}) for one in answers)
        assert time.monotonic() - began < 3.0, "one deadline, not one a command"


def test_who_was_not_named_answers_too(site: Deployment, worker: Worker) -> None:
    """A question to all reaches workers of which nobody has heard yet."""
    with an_inspector(site.broker.url) as inspector:
        (answers,) = inspector.ask([Command(name="ping")], ["nobody@here"], to_all=True, within_s=1.0)
        assert answers.told[worker.name] == {"ok": "pong"}


def test_what_a_worker_refuses_is_its_answer(site: Deployment, worker: Worker) -> None:
    """An unknown command is answered with an error, which is no reason to wait."""
    with an_inspector(site.broker.url) as inspector:
        (answers,) = inspector.ask([Command(name="no_such_command")], [worker.name], within_s=10)
        assert "error" in answers.told[worker.name]


def test_the_broker_goes_and_comes_back(tmp_path: Path) -> None:
    """Without a link it is said so; with the next broker it works again, over a new queue."""
    with a_deployment(tmp_path, "redis") as site, site.worker() as worker, an_inspector(site.broker.url) as inspector:
        assert inspector.ask(LISTS[:1], [worker.name], within_s=10)[0].told
        site.broker.stop()
        with pytest.raises(CannotAsk):
            inspector.ask(LISTS[:1], [worker.name], within_s=1.0)
        site.broker.start()
        worker.restart_if_gone()
        deadline = time.monotonic() + 30
        told: dict[str, object] = {}
        while not told and time.monotonic() < deadline:
            try:
                told = inspector.ask(LISTS[:1], [worker.name], within_s=1.0)[0].told
            except CannotAsk:
                time.sleep(0.1)
        assert set(told) == {worker.name}
