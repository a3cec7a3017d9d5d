"""Transports without a reader of their own are read in kombu's way."""

import json
import logging
import time
from typing import cast

import kombu
from celery.events.event import get_exchange

from tests.support.bodies import started
from tests.support.processes import wait_until
from umbel.ingest.app import make_app
from umbel.ingest.receivers.kombu import KombuReceiver


def test_a_transport_that_kombu_polls() -> None:
    """All messages come, in order, a bounded number at a time, and the end of a wait is no fault."""
    app = make_app("memory://")
    receiver = KombuReceiver(app, clock=time.time, random=lambda: 0.0, logger=logging.getLogger("test"))
    came: list[int] = []

    def have_all_come() -> bool:
        messages = receiver.receive(0.01).messages
        came.extend(json.loads(cast("bytes", message.body))["clock"] for message in messages)
        return len(came) >= 300

    assert not receiver.receive(0.01).messages
    assert receiver.health().state == "connected"
    with kombu.Connection("memory://") as connection:
        producer = connection.Producer(exchange=get_exchange(connection))
        for clock in range(300):
            producer.publish(
                json.dumps(started(clock=clock)),
                routing_key="task.started",
                content_type="application/json",
                content_encoding="utf-8",
            )
        wait_until(have_all_come, "all have come", every_s=0.0)
    receiver.receive(0.01)
    receiver.enable_events()
    health = receiver.health()
    receiver.close()

    assert came == list(range(300))
    assert (health.state, health.reconnects, health.transport) == ("connected", 0, "memory")
