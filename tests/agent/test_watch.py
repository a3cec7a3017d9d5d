"""The one line in an application: whatever it is given, it does no harm."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, signals

from umbel.agent import watch
from umbel.agent.step import ATTRIBUTE
from umbel.agent.watch import SWITCH, stamp


@pytest.fixture
def app() -> Iterator[Celery]:
    """Return an application, and leave no hook of it behind."""
    made = Celery("watched", broker="memory://", set_as_current=False)
    yield made
    for signal, name in (
        (signals.before_task_publish, "publish"),
        (signals.worker_init, "worker"),
        (signals.beat_init, "beat"),
    ):
        signal.disconnect(dispatch_uid=f"umbel.{name}.{id(made)}")


def test_a_second_call_changes_nothing(app: Celery) -> None:
    """There is one agent, with the options of the first call, and one step."""
    watch(app, redact="phone")
    agent = getattr(app, ATTRIBUTE)
    watch(app, arguments=True)

    assert getattr(app, ATTRIBUTE) is agent
    assert (agent._options.redact, agent._options.arguments) == (("phone",), False)
    assert len(app.steps["consumer"]) == 1


def test_it_can_be_turned_off_from_outside(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a change of the application."""
    monkeypatch.setenv(SWITCH, "0")
    watch(app)

    assert not hasattr(app, ATTRIBUTE)
    assert not app.steps["consumer"]


@pytest.mark.parametrize("nonsense", [{"interval_s": "often"}, {"redact": 5}])
def test_nonsense_is_survived(app: Celery, nonsense: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """The application starts without an agent, and its log says why."""
    watch(app, **nonsense)

    assert not hasattr(app, ATTRIBUTE)
    assert "Umbel's agent failed" in caplog.text


def test_each_message_says_when_it_was_published() -> None:
    """A retry is a new message; a time that the application gave itself stays."""
    headers: dict[str, Any] = {"umbel_sent_at": 1.0}
    properties: dict[str, Any] = {"timestamp": 5}
    stamp(headers=headers, properties=properties)
    stamp(headers=None, properties=None)

    assert headers["umbel_sent_at"] > 1_700_000_000
    assert properties == {"timestamp": 5}
