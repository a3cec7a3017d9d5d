"""The contract of every receiver, on real brokers: see ``umbel.ingest.receivers.protocol``."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kombu
import pytest
import redis
from celery.events.event import get_exchange

from tests.support import bodies
from tests.support.deployment import Deployment
from tests.support.listening import EXCHANGE, Listening, listening, publishing
from tests.support.processes import free_port
from tests.support.services import RabbitServer, RedisServer
from umbel.ingest.app import make_app
from umbel.ingest.decode import EventDecoder
from umbel.ingest.receivers import amqp, redis as redis_receiver
from umbel.ingest.receivers.protocol import RawMessage
from umbel.ingest.tally import Tally
from umbel.model.events import Event


@pytest.fixture(params=["kombu", "fast"])
def choice(request: pytest.FixtureRequest) -> str:
    """Return which receiver is to be taken: kombu's, or the fast one of the broker at hand."""
    return "auto" if request.param == "fast" else "kombu"


def test_messages_come_in_order_as_they_are(site: Deployment, choice: str) -> None:
    """What was published before nobody listened is not there; the rest comes raw, complete and in order."""
    with publishing(site.broker.url) as publish:
        publish(1)
        with listening(site.broker.url, choice=choice) as listener:
            publish(*range(10, 3_010))
            listener.until(lambda: len(listener.messages) >= 3_000, "all have come")
            listener.look()

            assert listener.numbers == list(range(10, 3_010))
            assert {(message.content_type, message.encoding) for message in listener.messages} == {
                ("application/json", "utf-8")
            }


def test_a_message_of_another_kind_is_handed_on(site: Deployment, choice: str) -> None:
    """Whether a content type can be read is not for the receiver to say, and it is no fault of the link."""
    with listening(site.broker.url, choice=choice) as listener:
        with publishing(site.broker.url, content_type="application/x-python-serialize") as publish:
            publish(1)
        listener.until(lambda: listener.messages, "it has come")

        assert listener.messages[0].content_type == "application/x-python-serialize"
        assert listener.receiver.health().reconnects == 0


def test_two_receivers_each_get_everything(site: Deployment, choice: str) -> None:
    """Monitors do not take events away from each other."""
    with (
        listening(site.broker.url, choice=choice) as one,
        listening(site.broker.url, choice=choice) as two,
        publishing(site.broker.url) as publish,
    ):
        publish(*range(100))
        one.until(lambda: len(one.messages) == 100, "all have come")
        two.until(lambda: len(two.messages) == 100, "all have come here as well")


def test_all_receivers_bring_the_same(site: Deployment) -> None:
    """On one stream of everything that may come, each message means the same, whichever receiver brought it."""
    event = json.dumps(bodies.started(clock=1))
    sent: list[tuple[bytes | str, dict[str, Any]]] = [
        (event, {"content_type": "application/json", "content_encoding": "utf-8"}),
        (f"[{event}, {event}]", {"content_type": "application/json", "content_encoding": "utf-8"}),
        (event.encode("utf-16"), {"content_type": "application/json", "content_encoding": "utf-16"}),
        (event.replace("task-1", "\\u00fc\\ud83c\\udf3c"), {"content_type": "application/json"}),
        (event, {"headers": {"hostname": "w1@host"}, "content_type": "application/json", "priority": 3}),
        ("x" * 200_000, {"content_type": "text/plain", "content_encoding": "utf-8"}),
        (b"\xff\x00\xce", {"content_type": "application/octet-stream", "content_encoding": "binary"}),
        ("{}", {"content_type": "application/json", "correlation_id": "7", "reply_to": "somebody"}),
    ]
    url = site.broker.url
    with listening(url, choice="kombu") as slow, listening(url) as fast, kombu.Connection(url) as connection:
        producer = connection.Producer(exchange=get_exchange(connection, name=EXCHANGE))
        for body, properties in sent * 20:
            producer.publish(body, routing_key="task.multi", delivery_mode=1, **properties)
        for listener in (slow, fast):
            listener.until(lambda: len(listener.messages) == len(sent) * 20, "all have come")  # noqa: B023 - at once

        assert [_meant(message) for message in fast.messages] == [_meant(message) for message in slow.messages]


def _meant(message: RawMessage) -> tuple[list[Event], dict[str, int], str | None]:
    """What a message is to the rest of Umbel."""
    tally = Tally(time.time)
    events = EventDecoder(tally).decode(*message)
    return events, tally.read().malformed, message.content_type


def test_kombu_takes_over_where_the_fast_one_cannot(site: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is not as it is known, events come all the same, and the health says how and why."""
    monkeypatch.setattr(redis_receiver, "kombu_redis", SimpleNamespace(Channel=int))
    monkeypatch.setattr(amqp, "_wire_of", lambda _link, wire_of=amqp._wire_of: wire_of(object()))
    with listening(site.broker.url) as listener, publishing(site.broker.url) as publish:
        publish(1)
        listener.until(lambda: listener.numbers == [1], "it has come")

        health = listener.receiver.health()
        assert (health.receiver, health.reconnects) == ("kombu", 0)
        assert str(health.receiver_note).startswith("the fast receiver cannot be used: ")


def test_silence_brings_nothing(site: Deployment, choice: str) -> None:
    """Without messages a call comes back empty after its time, and the link stays as it is."""
    with listening(site.broker.url, choice=choice) as listener:
        listener.look(0.2)

        assert listener.messages == []
        assert listener.state == "connected"


def test_a_closed_receiver_is_stopped(site: Deployment, choice: str) -> None:
    """Closing twice is harmless, and its health says that nobody listens."""
    with listening(site.broker.url, choice=choice) as listener:
        listener.receiver.close()
        listener.receiver.close()

        assert listener.state == "stopped"


@pytest.mark.parametrize("scheme", ["redis://:hush@127.0.0.1:{}/0", "amqp://me:hush@127.0.0.1:{}//"])
def test_a_broker_that_is_not_there_is_asked_again(scheme: str, choice: str) -> None:
    """Receiving raises nothing: the health tells the tries, the waits and the reason, without the password."""
    listener = Listening(make_app(scheme.format(free_port())), choice=choice)
    listener.until(lambda: listener.receiver.health().attempt >= 2, "it has tried twice")
    health = listener.receiver.health()
    listener.receiver.wake()
    listener.receiver.close()

    assert health.state == "connecting"
    assert health.next_try_s is not None
    assert 0 < health.next_try_s <= 10
    assert health.last_error
    assert "hush" not in repr(health)
    assert len(health.blind) == 1
    assert health.blind[0].until is None


@pytest.mark.parametrize("server", [RedisServer, RabbitServer])
def test_a_restarted_broker_is_found_again(
    server: type[RedisServer | RabbitServer], choice: str, tmp_path: Path
) -> None:
    """The loss is told at once, the gap is noted, and events come again once the broker is back."""
    with server(tmp_path) as broker, listening(broker.url, choice=choice) as listener:
        broker.stop()
        listener.until(lambda: listener.state == "reconnecting", "the loss is noticed")
        broker.start()
        listener.until(lambda: listener.state == "connected", "it is connected again", within_s=10.0)
        with publishing(broker.url) as publish:
            publish(1, 2)
        listener.until(lambda: len(listener.messages) == 2, "events come again")

        health = listener.receiver.health()
        assert health.reconnects == 1
        assert len(health.blind) == 1
        assert health.blind[0].until is not None


def test_a_closed_subscription_on_redis_is_noticed(redis_site: Deployment, choice: str) -> None:
    """Redis closes slow subscribers; the library would subscribe again in silence, and the gap would not be seen."""
    with (
        listening(redis_site.broker.url, choice=choice) as listener,
        redis.Redis.from_url(redis_site.broker.url) as admin,
        publishing(redis_site.broker.url) as publish,
    ):
        publish(1)
        listener.until(lambda: listener.numbers == [1], "the first has come")
        admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it counts the reconnect")
        publish(2)
        listener.until(lambda: listener.numbers == [1, 2], "the next has come")

        assert len(listener.receiver.health().blind) == 1


def test_a_silent_reconnect_on_redis_is_noticed(redis_site: Deployment) -> None:
    """Where the library has opened a new socket by itself, that is told as the loss that it was."""
    with listening(redis_site.broker.url, choice="kombu") as listener:
        live: Any = listener.receiver._live
        connection = live._channel.subclient.connection
        connection.disconnect()
        connection.connect()
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it counts the reconnect")

        assert "opened a new one" in listener.receiver.health().blind[0].reason


def test_a_redis_that_says_nothing_is_noticed(tmp_path: Path) -> None:
    """A server that keeps the socket and answers no ping is as good as gone."""
    with RedisServer(tmp_path) as broker, listening(broker.url, choice="kombu") as listener:
        live: Any = listener.receiver._live
        pubsub = live._channel.subclient
        broker.pause()
        try:
            for _ in range(2):  # as if the time for a ping had come
                pubsub.connection.next_health_check = 0.0
                listener.look()
            listener.until(lambda: listener.state == "reconnecting", "the loss is noticed")
        finally:
            broker.resume()

        assert "unanswered" in listener.receiver.health().blind[0].reason


def test_users_settings_of_the_channel_are_kept(redis_site: Deployment, choice: str) -> None:
    """Exchange, queue prefix and Redis options are those of the application, or its events are not seen."""
    app = make_app(redis_site.broker.url)
    app.conf.update(event_exchange="shop.events", event_queue_prefix="shop-monitor")
    app.conf.broker_transport_options = {"fanout_prefix": "/shop.", "global_keyprefix": "shop:"}
    listener = Listening(app, choice=choice)
    try:
        listener.until(lambda: listener.state == "connected", "connected")
        with app.connection_for_write() as connection, app.events.Dispatcher(connection, hostname="w") as sender:
            sender.send("task-started", uuid="task-1")
        listener.until(lambda: listener.messages, "it has come")

        with redis.Redis.from_url(redis_site.broker.url) as admin:
            bindings: Any = admin.smembers("shop:_kombu.binding.shop.events")
        assert choice == "auto" or any(b"shop-monitor." in member for member in bindings)
    finally:
        listener.receiver.close()


def test_a_durable_queue_keeps_what_came_meanwhile(rabbitmq_site: Deployment) -> None:
    """On RabbitMQ a named queue outlives the receiver: what was not settled comes again, what was does not."""
    url, name = rabbitmq_site.broker.url, "umbel-test"
    with publishing(url) as publish:
        with listening(url, durable_queue=name) as listener:
            publish(1, 2)
            listener.until(lambda: listener.numbers == [1, 2], "both have come")
            listener.receiver.settle(listener.token)
            publish(3)
            listener.until(lambda: listener.numbers == [1, 2, 3], "the third has come")
        publish(4)
        with listening(url, durable_queue=name) as listener:
            listener.until(lambda: listener.numbers == [3, 4], "what was not stored comes again")
            listener.receiver.settle(listener.token)
            listener.look()
        with listening(url, durable_queue=name) as listener:
            listener.look(0.2)
            assert listener.messages == []
