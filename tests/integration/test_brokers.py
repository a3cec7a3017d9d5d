"""Real brokers are read as they are: a queue nobody consumes, at every priority, and nothing of it is taken."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from celery.signals import before_task_publish
from kombu import Exchange, Queue

from tests.support.certificates import make_certificate
from tests.support.processes import free_port
from tests.support.sentinels import MASTER, a_sentinel
from tests.support.services import RabbitServer, RedisServer
from umbel.agent.watch import stamp
from umbel.control.brokers.choice import broker_url, make_probe
from umbel.control.brokers.names import Names
from umbel.control.brokers.protocol import Look, Wanted
from umbel.control.brokers.watch import BrokerWatch, Target
from umbel.model.queues import BrokerReading, Consuming, DrainKind, QueueReading, Rates, drain
from umbel.model.secrets import Masker
from umbel.model.wire import SENT_AT
from umbel.store.relational.sqlite import SqliteStore

AGO_S = 90.0
PRIORITIES = 10


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis with a password, TLS and a socket."""
    folder = tmp_path_factory.mktemp("redis")
    certificate, key = make_certificate(folder)
    options = ["--tls-port", str(free_port()), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    options += ["--tls-auth-clients", "no", "--unixsocket", str(folder / "redis.sock")]
    with RedisServer(folder, password="s3cret", options=options) as server:
        yield server


@pytest.fixture(scope="module")
def rabbit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A RabbitMQ with its management API."""
    with RabbitServer(tmp_path_factory.mktemp("rabbit"), management=True) as server:
        yield server


def an_app(url: str, **conf: Any) -> Celery:
    """Return an application that sends, and tells nobody of it."""
    app = Celery("producer", broker=url, set_as_current=False)
    app.conf.update(task_send_sent_event=False, **conf)
    return app


def send(app: Celery, queue: str, number: int = 500, **options: Any) -> None:
    """Send ``number`` tasks to a queue, the same number at each priority."""
    with app.connection_for_write() as link, app.amqp.Producer(link.channel()) as producer:
        for n in range(number):
            name = "app.send_sms" if n % 10 else "app.archive"
            app.send_task(name, [n], queue=queue, priority=n % PRIORITIES, producer=producer, **options)


def look(app: Celery, *names: str, sent_at: Mapping[str, float] | None = None, api: str | None = None) -> Look:
    """Look once."""
    probe = make_probe(app, api=api, clock=time.time)

    def told(ids: Sequence[str]) -> dict[str, float]:
        return {one: at for one, at in (sent_at or {}).items() if one in ids}

    try:
        return probe.look([Wanted(name=name) for name in names], told)
    finally:
        probe.close()


def of(found: Look, name: str) -> QueueReading:
    """Return the reading of one queue."""
    return next(one for one in found.queues if one.name == name)


def test_a_queue_nobody_consumes_on_redis(redis_server: RedisServer) -> None:
    """Depth over all priorities; the age where the publish time is known, and which setting would tell it else."""
    app = an_app(redis_server.url)
    began = time.time()
    send(app, "alone")
    client = redis.Redis.from_url(redis_server.url)
    before = {key: client.dump(key) for key in sorted(client.keys())}

    reading = of(look(app, "alone"), "alone")
    assert (reading.ready, reading.unacked, reading.held) == (500, 0, 0)
    assert reading.by_priority == ((0, 150), (3, 150), (6, 150), (9, 50))
    assert reading.oldest_at is None
    assert "task_send_sent_event" in reading.why["oldest"]
    assert reading.mix is not None
    assert reading.mix.looked_at == 350, "at most a hundred of each priority"
    assert {one.name for one in reading.mix.shares} == {"app.send_sms", "app.archive"}
    assert (reading.memory_bytes or 0) > 100_000

    heads = [client.lindex(key, -1) for key in ("alone", "alone\x06\x163", "alone\x06\x166", "alone\x06\x169")]
    ids = [redis_id(head) for head in heads]
    told = of(look(app, "alone", sent_at={one: began - n for n, one in enumerate(ids)}), "alone")
    assert told.oldest_at == began - 3
    assert {key: client.dump(key) for key in sorted(client.keys())} == before, "nothing was consumed or written"

    send(app, "stamped", 20, headers={SENT_AT: time.time() - AGO_S})
    stamped = of(look(app, "stamped"), "stamped")
    assert stamped.oldest_at is not None
    assert abs(time.time() - stamped.oldest_at - AGO_S) < 2.0
    with the_agent():
        send(app, "by agent", 2)
    by_agent = of(look(app, "by agent"), "by agent")
    assert by_agent.oldest_at is not None
    assert abs(time.time() - by_agent.oldest_at) < 2.0


@contextmanager
def the_agent() -> Iterator[None]:
    """Send as a process does in which the agent is installed."""
    before_task_publish.connect(stamp)
    try:
        yield
    finally:
        before_task_publish.disconnect(stamp)


def redis_id(raw: object) -> str:
    """Return the id of a task in its message."""
    assert isinstance(raw, bytes)
    return str(json.loads(raw)["headers"]["id"])


@pytest.mark.parametrize("way", ["plain", "tls", "socket"])
def test_every_way_to_redis(redis_server: RedisServer, way: str) -> None:
    """Plain, TLS or socket: what Redis tells of itself, and a URL without its password."""
    client = redis.Redis.from_url(redis_server.url)
    told = {name: client.config_get(name)[name] for name in ("tls-port", "unixsocket")}
    urls = {
        "plain": redis_server.url,
        "tls": f"rediss://:s3cret@localhost:{told['tls-port']}/0?ssl_cert_reqs=CERT_NONE",
        "socket": f"redis+socket://:s3cret@{told['unixsocket']}?virtual_host=0",
    }
    app = an_app(urls[way])
    broker = look(app).broker
    assert broker.reached
    assert "s3cret" not in broker.url
    assert (broker.product, broker.role, broker.policy) == ("Redis", "primary", "noeviction")
    assert (broker.connections or 0) >= 1
    assert (broker.memory_bytes or 0) > 100_000
    assert broker.visibility_timeout_s == 3600.0
    assert broker.alarms == ()


def test_a_sentinel_names_the_redis(redis_server: RedisServer, tmp_path: Path) -> None:
    """The master that a sentinel names is looked at."""
    send(an_app(redis_server.url_of(5)), "watched", 4)
    with a_sentinel(tmp_path, redis_server) as port:
        options = {"master_name": MASTER}
        app = an_app(f"sentinel://:s3cret@127.0.0.1:{port}/5", broker_transport_options=options)
        found = look(app, "watched")
    assert of(found, "watched").ready == 4
    assert "s3cret" not in found.broker.url


def test_keys_with_a_prefix_and_steps_of_ones_own(redis_server: RedisServer) -> None:
    """The prefix and the priority steps of the transport options name the keys; another prefix sees nothing."""
    options = {"global_keyprefix": "team:", "priority_steps": list(range(10))}
    send(an_app(redis_server.url, broker_transport_options=options), "prefixed", 30)
    found = of(look(an_app(redis_server.url, broker_transport_options=options), "prefixed"), "prefixed")
    assert found.ready == 30
    assert found.by_priority == tuple((step, 3) for step in range(10))
    assert of(look(an_app(redis_server.url), "prefixed"), "prefixed").ready == 0


def test_what_was_given_out_on_redis(redis_server: RedisServer) -> None:
    """Unacknowledged messages are told by queue, those held until their ETA apart, and since when the oldest waits."""
    app = an_app(redis_server.url_of(3))
    send(app, "taken", 3)
    send(app, "taken", 2, countdown=600)
    with app.connection_for_read() as link:
        channel: Any = link.channel()
        for _ in range(5):
            channel.basic_get("taken")
        found = look(app, "taken", "other")
        assert (of(found, "taken").unacked, of(found, "taken").held, of(found, "taken").ready) == (5, 2, 0)
        assert of(found, "other").unacked == 0
        assert found.broker.unacked == 5
        assert abs((found.broker.unacked_at or 0.0) - time.time()) < 10.0


def test_a_user_who_may_not_ask_for_all(redis_server: RedisServer) -> None:
    """What Redis refuses is not known and says so; all else is told."""
    admin: Any = redis.Redis.from_url(redis_server.url)
    rules = ["on", ">word", "~*", "&*", "+@all", "-info", "-memory", "-hvals"]
    admin.execute_command("ACL", "SETUSER", "weak", *rules)
    send(an_app(redis_server.url_of(6)), "some", 3)
    found = look(an_app(f"redis://weak:word@127.0.0.1:{redis_server.port}/6"), "some")
    assert of(found, "some").ready == 3
    assert of(found, "some").memory_bytes is None
    assert of(found, "some").why["memory"]
    assert found.broker.memory_bytes is None
    assert "INFO" in found.broker.notes[0]


def test_what_is_bound_to_a_known_exchange_is_found(redis_server: RedisServer) -> None:
    """Two queues of one exchange: who knows one of them sees both; a key that is no list is told as unknown."""
    exchange = Exchange("shop", type="direct")
    queues = [Queue("orders", exchange, routing_key="o"), Queue("refunds", exchange, routing_key="r")]
    app = an_app(redis_server.url_of(4), task_queues=queues)
    send(app, "refunds", 4)
    probe = make_probe(app, clock=time.time)
    found = probe.look([Wanted(name="orders", exchange="shop")], lambda _: {})
    probe.close()
    assert of(found, "orders").ready == 0
    assert of(found, "refunds").ready == 4
    redis.Redis.from_url(redis_server.url_of(4)).set("text", "no list")
    odd = of(look(app, "text"), "text")
    assert odd.ready is None
    assert odd.why["ready"]


def test_a_queue_nobody_consumes_on_rabbitmq(rabbit_server: RabbitServer) -> None:
    """The management API tells depth, consumers and the age of the oldest; without a timestamp, what would tell it."""
    priority = {"x-max-priority": PRIORITIES}
    queues = [
        Queue("alone", queue_arguments=priority),
        Queue("plain"),
        Queue("by agent"),
        Queue("quorum", queue_arguments={"x-queue-type": "quorum"}),
    ]
    app = an_app(rabbit_server.url, task_queues=queues)
    sent = int(time.time() - AGO_S)
    send(app, "alone", timestamp=sent)
    send(app, "plain", 3)
    send(app, "quorum", 2)
    with the_agent():
        send(app, "by agent", 1)
    sent_by_agent = time.time()
    found = until(lambda: look(app, "alone", "absent", api=rabbit_server.api), lambda one: of_all(one) == (500, 3, 2))
    alone = of(found, "alone")
    assert (alone.ready, alone.consumers, alone.unacked, alone.kind) == (500, 0, 0, "classic")
    assert alone.oldest_at is not None
    assert abs(alone.oldest_at - sent) < 2.0
    assert of(found, "plain").oldest_at is None
    assert "timestamp" in of(found, "plain").why["oldest"]
    by_agent = until(lambda: of(look(app, api=rabbit_server.api), "by agent"), lambda one: one.oldest_at is not None)
    assert abs(by_agent.oldest_at - sent_by_agent) < 2.0
    assert of(found, "quorum").kind == "quorum"
    assert alone.delayed == 0
    assert found.missing == ("absent",)
    broker = found.broker
    assert (broker.product, broker.source, broker.alarms) == ("RabbitMQ", "the management API", ())
    assert (broker.memory_bytes or 0) > 1_000_000
    assert "guest:guest" not in broker.url


def of_all(found: Look) -> tuple[int | None, ...]:
    """Return what waits in the queues of the test."""
    ready = {one.name: one.ready for one in found.queues}
    return tuple(ready.get(name) for name in ("alone", "plain", "quorum"))


def until(ask: Any, is_so: Any, within_s: float = 40.0) -> Any:  # noqa: ANN401 - whatever is asked
    """Ask until it is so; the management API's figures are some seconds old."""
    deadline = time.monotonic() + within_s
    while True:
        found = ask()
        if is_so(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.25)


def test_passive_declares_where_no_management_api_answers(rabbit_server: RabbitServer) -> None:
    """Depth and consumers of queues whose names are known, and where the rest could be told."""
    app = an_app(rabbit_server.url, task_queues=[Queue("passive")])
    send(app, "passive", 7)
    found = look(app, "passive", "absent", api=f"http://127.0.0.1:{free_port()}")
    assert (of(found, "passive").ready, of(found, "passive").consumers) == (7, 0)
    assert found.missing == ("absent",)
    assert found.broker.source == "passive declares"
    assert "--broker-api" in found.broker.notes[0]
    assert of(found, "passive").unacked is None
    refused = look(app, "passive", api=(rabbit_server.api or "").replace("guest:guest", "guest:wrong"))
    assert "monitoring" in refused.broker.notes[0]


def test_other_transports(tmp_path: Path) -> None:
    """Lengths where kombu can tell them."""
    folders = {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out", "control_folder")}
    app = an_app("filesystem://", broker_transport_options=folders)
    send(app, "files", 3)
    found = look(app, "files")
    assert of(found, "files").ready == 3
    assert found.broker.product == "filesystem"
    assert found.broker.notes


class Site:
    """A store, and one who looks at a broker for it."""

    def __init__(self, app: Celery, folder: Path, **asked: Any) -> None:
        self.store = SqliteStore(folder / "umbel.db")
        names = Names(app, self.store, is_own_app=False, clock=self.now, **asked)
        url = str(app.conf.broker_url)
        target = Target(
            url=broker_url(app),
            transport="redis",
            make_probe=lambda: make_probe(app, clock=self.now),
            clean=Masker(url).clean,
        )
        self.ahead_s = 0.0
        self.watch = BrokerWatch(self.store, names, target, clock=self.now, logger=logging.getLogger("test"))

    def now(self) -> float:
        """Our clock, which a test may set ahead."""
        return time.time() + getattr(self, "ahead_s", 0.0)


def test_a_watch_stores_what_it_sees(tmp_path: Path) -> None:
    """A queue that grows with nobody there; a broker that goes, and comes back; nothing of it is shown from memory."""
    with ExitStack() as stack:
        server = stack.enter_context(RedisServer(tmp_path, password="s3cret"))
        app = an_app(server.url, broker_transport_options={"max_retries": 1})
        site = Site(app, tmp_path, asked=["reports"])
        stack.callback(site.store.close)
        for n in range(5):
            send(app, "reports", 30)
            site.watch.look()
            site.ahead_s += 20.0 if n < 4 else 0.0
        reading = site.store.queues.queue("reports")
        assert reading is not None
        assert (reading.ready, reading.consuming, reading.rates_from) == (150, Consuming.NO, Rates.WORKERS)
        assert reading.growth_per_min == pytest.approx(90.0, rel=0.1)
        assert drain(reading).kind is DrainKind.NEVER
        assert [one.name for one in site.store.queues.queues()] == ["reports"], (
            "not the default queue, which is not used"
        )
        server.stop()
        site.watch.look()
        broker = site.store.queues.broker()
        assert isinstance(broker, BrokerReading)
        assert not broker.reached
        assert "s3cret" not in str(broker)
        assert broker.version is not None
        assert site.store.queues.queue("reports") == reading
        server.start()
        site.watch.look()
        again = site.store.queues.broker()
        assert again is not None
        assert again.reached
