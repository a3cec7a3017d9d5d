"""What goes wrong on the way to a fast receiver is noticed within seconds, and told in words."""

import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import celery
import kombu
import pytest
import redis

from tests.support.certificates import make_certificate
from tests.support.deployment import Deployment
from tests.support.listening import EXCHANGE, Listening, listening, publishing
from tests.support.processes import LOOPBACK, free_port
from tests.support.services import RabbitServer, RedisServer
from umbel.ingest.app import make_app
from umbel.ingest.receivers import amqp, pubsub_link, queue_watch, queues, redis_past, watched_socket

MIB = 2**20


def reason(listener: Listening) -> str:
    """Why nothing could be seen, as it was told last."""
    return listener.receiver.health().blind[-1].reason


def refusal(app: celery.Celery, **settings: str) -> str:
    """What a receiver says that does not get what it asks for."""
    listener = Listening(app, **settings)
    listener.until(lambda: listener.receiver.health().last_error, "it was refused")
    listener.receiver.close()
    return str(listener.receiver.health().last_error)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """Run a RabbitMQ that may be treated badly, and speaks TLS as well."""
    folder = tmp_path_factory.mktemp("rabbit")
    certificate, key = make_certificate(folder)
    config = (
        f"listeners.ssl.1 = {LOOPBACK}:{free_port()}\nssl_options.cacertfile = {certificate}\n"
        f"ssl_options.certfile = {certificate}\nssl_options.keyfile = {key}\nssl_options.verify = verify_none\n"
    )
    with RabbitServer(folder, config=config) as broker:
        yield broker


# -------------------------------------------------------------------------------------------------- Redis


def test_a_redis_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that keeps the socket and answers no ping is as good as gone, and found again when it is back."""
    monkeypatch.setattr(pubsub_link, "PING_AFTER_S", 0.1)
    monkeypatch.setattr(pubsub_link, "PONG_WITHIN_S", 0.5)
    with RedisServer(tmp_path) as broker, listening(broker.url) as listener, publishing(broker.url) as publish:
        listener.look(0.5)
        listener.look(0.5)
        assert listener.state == "connected", "a server that answers its pings is alive"
        broker.pause()
        try:
            listener.until(lambda: listener.state == "reconnecting", "the loss is noticed", within_s=5.0)
        finally:
            broker.resume()
        assert "left a ping unanswered" in reason(listener)
        listener.until(lambda: listener.state == "connected", "it is connected again", within_s=12.0)
        publish(1)
        listener.until(lambda: listener.numbers == [1], "events come again")


def test_a_reader_that_is_too_slow(tmp_path: Path) -> None:
    """Redis hangs up on it; what had come until then is there, and the gap says why, and how to change it."""
    with (
        RedisServer(tmp_path) as broker,
        redis.Redis.from_url(broker.url) as admin,
        listening(broker.url) as listener,
        publishing(broker.url) as publish,
    ):
        admin.config_set("client-output-buffer-limit", "pubsub 2mb 1mb 60")
        publish(1)
        listener.until(lambda: listener.numbers == [1], "the first has come")
        burst_at = time.time()
        for _ in range(24):
            admin.publish(f"/0.{EXCHANGE}/task.multi", b"x" * MIB)
        time.sleep(0.5)
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it was cut off, and came back")
        gap = listener.receiver.health().blind[0]
        assert gap.until is not None
        assert gap.since <= burst_at + 0.1, "it began when Redis hung up at the earliest, not when that was noticed"
        assert "a subscriber that was too slow" in reason(listener)
        assert "client-output-buffer-limit pubsub allows 2.0 MiB, or 1.0 MiB for 60 s" in reason(listener)
        del listener.messages[1:]
        publish(2)
        listener.until(lambda: listener.numbers == [1, 2], "events come again")


def test_what_redis_holds_for_a_slow_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Redis hangs up, the health warns of it; the warning goes when all has been read."""
    monkeypatch.setattr(redis_past, "BEHIND_S", 0.1)
    monkeypatch.setattr(redis_past, "LOOK_EVERY_S", 0.1)
    with (
        RedisServer(tmp_path) as broker,
        redis.Redis.from_url(broker.url) as admin,
        listening(broker.url) as listener,
    ):
        with monkeypatch.context() as slowly:
            slowly.setattr(watched_socket, "MAX_DRAIN_S", 0.0)
            sent = 0

            def it_warns() -> str | None:
                nonlocal sent
                while sum(int(client["omem"]) for client in admin.client_list(_type="pubsub")) < 16 * MIB:
                    admin.publish(f"/0.{EXCHANGE}/task.multi", b"x" * MIB)
                    sent += 1
                return listener.receiver.health().warning

            listener.until(it_warns, "it warns, while Redis holds 16 MiB or more")
            warning = str(listener.receiver.health().warning)
            assert "MiB that were not read yet, and hangs up on slow readers" in warning
            assert "pubsub allows 32.0 MiB, or 8.0 MiB for 60 s" in warning
        listener.until(lambda: len(listener.messages) == sent, "all have come")
        listener.until(lambda: listener.receiver.health().warning is None, "the warning is over")
        assert listener.receiver.health().blind == ()


def test_whether_redis_was_restarted_is_told(tmp_path: Path) -> None:
    """A connection that somebody closed is told from a server that is another one now."""
    with (
        RedisServer(tmp_path) as broker,
        redis.Redis.from_url(broker.url) as admin,
        listening(broker.url) as listener,
    ):
        admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it is connected again")
        assert "the same Redis answers" in reason(listener)
        broker.stop()
        broker.start()
        listener.until(lambda: listener.receiver.health().reconnects == 2, "it is connected again", within_s=12.0)
        assert "another Redis answers now" in reason(listener)


def test_a_user_with_few_rights_on_redis(tmp_path: Path) -> None:
    """Whoever may only listen can listen; who may not is told what the server says, without the password."""
    with RedisServer(tmp_path, password="boss") as broker, redis.Redis.from_url(broker.url) as admin:
        admin.execute_command("ACL", "SETUSER", "ear", "on", ">hush", "allchannels", "+@connection", "+psubscribe")
        admin.execute_command("ACL", "SETUSER", "deaf", "on", ">hush", "resetchannels", "+@all")
        url = broker.url.replace(":boss@", "{}:{}@")
        with listening(url.format("ear", "hush")) as listener, publishing(broker.url) as publish:
            publish(1)
            listener.until(lambda: listener.numbers == [1], "it has come")
            assert listener.receiver.health().receiver == "redis"
        for user, password, told in (
            ("deaf", "hush", "NOPERM"),
            ("ear", "wrong-hush", "invalid username-password pair"),
        ):
            error = refusal(make_app(url.format(user, password)))
            assert told in error
            assert "hush" not in error


def test_a_user_who_may_not_ask_workers_on_redis(tmp_path: Path) -> None:
    """Who may listen and not publish keeps the link; the refusal is told once, and nobody is asked again."""
    with RedisServer(tmp_path, password="boss") as broker, redis.Redis.from_url(broker.url) as admin:
        admin.execute_command("ACL", "SETUSER", "ear", "on", ">hush", "allchannels", "+@connection", "+psubscribe")
        with listening(broker.url.replace(":boss@", "ear:hush@")) as listener, publishing(broker.url) as publish:
            _ask_in_vain(listener)
            publish(1)
            listener.until(lambda: listener.numbers == [1], "it has come")
            assert listener.receiver.health().reconnects == 0


def _ask_in_vain(listener: Listening) -> None:
    for _ in range(2):
        listener.receiver.enable_events()
        listener.look()
        health = listener.receiver.health()
        assert health.state == "connected"
        assert health.blind == ()
        assert "workers cannot be asked for task events" in str(health.receiver_note)
        assert "hush" not in str(health.receiver_note)


def test_a_channel_without_keys_on_redis(redis_site: Deployment) -> None:
    """``fanout_patterns`` off makes one channel of the exchange, and ``fanout_prefix`` off one for all databases."""
    options = {"fanout_patterns": False, "fanout_prefix": False}
    url = redis_site.broker.url_of(3)  # type: ignore[union-attr]  # it is a Redis
    with (
        listening(url, conf={"broker_transport_options": options}) as listener,
        redis.Redis.from_url(url) as admin,
    ):
        assert admin.publish(EXCHANGE, b"{}") == 1
        listener.until(lambda: listener.messages, "it has come")


# ------------------------------------------------------------------------------------------------ RabbitMQ


def test_a_rabbitmq_that_says_nothing(rabbit: RabbitServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that keeps the socket and sends no heartbeat for twice its time is gone."""
    monkeypatch.setattr(amqp, "HEARTBEAT_S", 1)
    with listening(rabbit.url) as listener:
        must_hold_until = time.monotonic() + 2.5
        listener.until(lambda: time.monotonic() > must_hold_until, "some heartbeats later")
        assert listener.state == "connected", "a broker that sends heartbeats is alive"
        rabbit.pause()
        try:
            listener.until(lambda: listener.state == "reconnecting", "the loss is noticed", within_s=8.0)
        finally:
            rabbit.resume()
        assert "heartbeats missed" in reason(listener)
        listener.until(lambda: listener.state == "connected", "it is connected again", within_s=12.0)


def test_tls_on_rabbitmq(rabbit: RabbitServer) -> None:
    """What is published in plain is heard over TLS, whose certificate is checked."""
    folder = rabbit.folder
    port = re.search(r"ssl\.1 = [^:]+:(\d+)", (folder / "rabbitmq.conf").read_text())
    assert port is not None
    use_ssl = {"ca_certs": str(folder / "certificate.pem"), "cert_reqs": ssl.CERT_REQUIRED}
    conf = {"broker_use_ssl": {**use_ssl, "server_hostname": "localhost"}}
    url = f"amqps://guest:guest@localhost:{port[1]}//"
    with publishing(rabbit.url) as publish, listening(url, conf=conf) as listener:
        assert listener.receiver.health().receiver == "amqp"
        publish(*range(3_000))
        listener.until(lambda: len(listener.messages) == 3_000, "all have come")
        assert listener.numbers == list(range(3_000))


def test_connections_that_rabbitmq_closes(rabbit: RabbitServer) -> None:
    """What an operator says when he closes a connection is the reason of the gap."""
    with listening(rabbit.url) as listener, publishing(rabbit.url) as publish:
        publish(1)
        listener.until(lambda: listener.numbers == [1], "it has come")
        rabbit.ctl("close_all_connections", "spring cleaning")
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it is connected again")
        assert "spring cleaning" in reason(listener)
        with publishing(rabbit.url) as publish_again:
            publish_again(2)
        listener.until(lambda: listener.numbers == [1, 2], "events come again")


def test_a_virtual_host_and_a_wrong_password(rabbit: RabbitServer) -> None:
    """Events of a virtual host are read there and nowhere else; a refusal is told without the password."""
    rabbit.ctl(
        "eval",
        'rabbit_vhost:add(<<"shop">>, <<"test">>), rabbit_auth_backend_internal:'
        'set_permissions(<<"guest">>, <<"shop">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>).',
    )
    shop = rabbit.url[:-1] + "shop"
    with listening(shop) as listener, publishing(shop) as publish, publishing(rabbit.url) as publish_elsewhere:
        publish_elsewhere(1)
        publish(2)
        listener.until(lambda: listener.messages, "it has come")
        assert listener.numbers == [2]
    error = refusal(make_app(shop.replace("guest:guest", "guest:wrong-hush")))
    assert "ACCESS_REFUSED" in error
    assert "hush" not in error


def test_a_user_who_may_not_ask_workers_on_rabbitmq(rabbit: RabbitServer) -> None:
    """A user with rights on the queues of events alone keeps the link as well."""
    rabbit.ctl("add_user", "ear", "hush")
    rabbit.ctl("set_permissions", "ear", "^(celeryev|umbel).*", "^(celeryev|umbel).*", ".*")
    url = rabbit.url.replace("guest:guest", "ear:hush")
    with listening(url) as listener, publishing(rabbit.url) as publish:
        _ask_in_vain(listener)
        publish(1)
        listener.until(lambda: listener.numbers == [1], "it has come")
        assert listener.receiver.health().reconnects == 0


def test_a_durable_queue_that_is_deleted(rabbitmq_site: Deployment) -> None:
    """The broker says so; it is told as a loss, and the queue is made again."""
    url, name = rabbitmq_site.broker.url, "umbel-deleted"
    with listening(url, durable_queue=name) as listener, publishing(url) as publish:
        _delete(url, name)
        listener.until(lambda: listener.receiver.health().reconnects == 1, "it is connected again")
        assert "ConsumerCancelled" in reason(listener)
        publish(1)
        listener.until(lambda: listener.numbers == [1], "events come again")
    _delete(url, name)


def test_a_durable_queue_that_cannot_be_had(rabbitmq_site: Deployment) -> None:
    """Another Umbel that reads it, and a queue of the same name that is not ours, are told in words."""
    url, name = rabbitmq_site.broker.url, "umbel-taken"
    with listening(url, durable_queue=name):
        assert "another Umbel reads it" in refusal(_app(url), durable_queue=name)
    _delete(url, name)
    with kombu.Connection(url) as connection:
        kombu.Queue(name, durable=True, max_length=7)(connection.channel()).declare()
    assert "exists with other arguments" in refusal(_app(url), durable_queue=name)
    _delete(url, name)


def test_messages_longer_than_a_frame(rabbitmq_site: Deployment) -> None:
    """A long traceback comes in several frames, and whole, in its place among the others."""
    url, long = rabbitmq_site.broker.url, "x" * 500_000
    with listening(url) as listener, kombu.Connection(url) as connection:
        producer = connection.Producer(exchange=kombu.Exchange(EXCHANGE, type="topic", durable=True))
        for body in ("1", long, "2", long, "3"):
            producer.publish(body, routing_key="task.multi", content_type="text/plain", content_encoding="utf-8")
        listener.until(lambda: len(listener.messages) == 5, "all have come")
        assert [message.body for message in listener.messages] == [
            text.encode() for text in ("1", long, "2", long, "3")
        ]


def test_the_broker_holds_what_is_not_stored_yet(rabbitmq_site: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a window of messages is on the way to the store; the rest waits, and comes as the store goes on."""
    monkeypatch.setattr(amqp, "UNACKNOWLEDGED", 10)
    url = rabbitmq_site.broker.url
    with listening(url) as listener, publishing(url) as publish:
        publish(*range(25))
        listener.until(lambda: len(listener.messages) == 10, "the window is full")
        listener.look(0.3)
        assert len(listener.messages) == 10
        for count in (20, 25):
            listener.receiver.settle(listener.token)
            listener.until(lambda: len(listener.messages) == count, "the next have come")  # noqa: B023 - called at once
        assert listener.numbers == list(range(25))


def test_what_rabbitmq_drops_is_a_gap(rabbitmq_site: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store is away longer than the queue can hold, the health says so, and what was dropped is a gap."""
    monkeypatch.setattr(amqp, "UNACKNOWLEDGED", 10)
    monkeypatch.setattr(queue_watch, "BEHIND_S", 0.0)
    monkeypatch.setattr(queue_watch, "WATCH_EVERY_S", 0.1)
    monkeypatch.setattr(queues, "OWN_MAX_MESSAGES", 20)
    url = rabbitmq_site.broker.url
    with listening(url) as listener, publishing(url) as publish:
        publish(*range(15))
        listener.until(lambda: listener.receiver.health().warning, "it warns")
        assert listener.receiver.health().blind == (), "nothing is lost yet"
        publish(*range(15, 60))
        listener.until(lambda: listener.receiver.health().blind, "it is a gap")
        assert "its queue is full, and drops the oldest" in reason(listener)
        for _ in range(3):
            listener.receiver.settle(listener.token)
            listener.look(0.3)
        listener.until(lambda: listener.receiver.health().warning is None, "it has caught up")
        assert listener.numbers == [*range(10), *range(40, 60)]
        assert listener.receiver.health().blind[0].until is not None


def _app(url: str) -> celery.Celery:
    app = make_app(url)
    app.conf.event_exchange = EXCHANGE
    return app


def _delete(url: str, name: str) -> None:
    with kombu.Connection(url) as connection:
        connection.channel().queue_delete(name)  # type: ignore[attr-defined]  # the stubs know no channel
