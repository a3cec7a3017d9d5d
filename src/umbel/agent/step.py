"""The agent's step of a worker's consumer: it begins and ends with the link to the broker."""

from __future__ import annotations

from typing import Any, Final

from celery import bootsteps

ATTRIBUTE: Final = "_umbel_agent"
"""Where ``watch`` leaves the agent on the application."""


class Step(bootsteps.StartStopStep):
    """After the dispatcher of events is there."""

    name = "UmbelAgent"
    requires = ("celery.worker.consumer.events:Events",)

    def start(self, parent: Any) -> None:  # noqa: ANN401 - Celery's consumer
        """The link is there."""
        agent = getattr(parent.app, ATTRIBUTE, None)
        if agent is not None:
            agent.start(parent)

    def stop(self, parent: Any) -> None:  # noqa: ANN401 - Celery's consumer
        """The link ends, or the worker does."""
        agent = getattr(parent.app, ATTRIBUTE, None)
        if agent is not None:
            agent.stop()
