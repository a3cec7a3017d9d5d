"""Measure what it takes to receive an event from a real Redis and a real RabbitMQ, and to decode it.

    python -m benches.receivers            60,000 tasks on each, with each receiver
    python -m benches.receivers --quick    20,000 tasks

Every receiver reads the same stream (2.2 events a message), published by another process as fast as it can, or as
fast as ``--rate`` says. Nothing is stored; what a receiver can acknowledge is settled at each look. The processor time
is that of the receiving process alone, so other work on the machine hardly changes it. Candidates that are not
installed (``pip install pika aio-pika hiredis``) are left out.
"""

import argparse
import asyncio
import binascii
import contextlib
import importlib.util
import json
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import kombu
import msgspec
import redis
from celery.events.event import get_exchange

from benches import _stream
from benches._machine import load, machine
from tests.support.services import start_broker
from umbel.ingest.app import make_app
from umbel.ingest.decode import EventDecoder
from umbel.ingest.receivers.choice import ReceiverChoice, choose_receiver
from umbel.ingest.tally import Tally

TASKS = {"quick": 20_000, "normal": 60_000}
MESSAGES_AT_ONCE = 200
QUIET_S = 3.0
LIMIT_S = 300.0

Count = Callable[[object], int]
Source = Callable[[str, Callable[[], None], Count], None]


def decoder() -> Count:
    """Return what decodes a body and says how many events were in it."""
    decode = EventDecoder(Tally(time.time)).decode
    return lambda body: len(decode(body, "application/json", "utf-8"))


# -------------------------------------------------------------------------------------------- what is compared


def ours(choice: ReceiverChoice) -> Source:
    """Umbel's receiver of this name."""

    def run(url: str, ready: Callable[[], None], count: Count) -> None:
        receiver = choose_receiver(
            make_app(url),
            choice,
            clock=time.time,
            random=random.random,
            logger=logging.getLogger("bench"),
        )
        while receiver.health().state != "connected":
            receiver.receive(0.1)
        ready()
        last_at = time.monotonic()
        while time.monotonic() - last_at < QUIET_S:
            received = receiver.receive(0.25)
            receiver.settle(received.token)
            for message in received.messages:
                count(message.body)
            if received.messages:
                last_at = time.monotonic()
        assert receiver.health().reconnects == 0, receiver.health()
        receiver.close()

    return run


def celery_receiver(url: str, ready: Callable[[], None], count: Count) -> None:
    """Celery's own, which Flower uses: it decodes as well, so its events are only counted."""
    app = make_app(url)
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": lambda _event: count(None)})
        receiver.on_consume_ready = lambda *_args, **_kwargs: ready()
        with contextlib.suppress(TimeoutError):
            receiver.capture(limit=None, timeout=QUIET_S, wakeup=False)


def hiredis_reader(url: str, ready: Callable[[], None], count: Count) -> None:
    """A socket and hiredis' parser."""
    hiredis: Any = importlib.import_module("hiredis")
    connection: Any = redis.Redis.from_url(url, protocol=2).connection_pool.make_connection()
    connection.connect()
    sock = connection._sock  # noqa: SLF001 - the point of the comparison
    sock.sendall(b"PSUBSCRIBE /0.celeryev/*\r\n")
    reader, envelope = hiredis.Reader(), msgspec.json.Decoder(dict[str, Any])
    sock.recv(1_000)
    ready()
    sock.settimeout(QUIET_S)
    try:
        while data := sock.recv(65_536):
            reader.feed(data)
            while (message := reader.gets()) is not False:
                count(binascii.a2b_base64(envelope.decode(message[3])["body"]))
    except TimeoutError:
        return


def py_amqp(url: str, ready: Callable[[], None], count: Count) -> None:
    """py-amqp as it is."""
    with kombu.Connection(url) as connection:
        channel: Any = connection.channel()
        name = _queue(channel)
        channel.basic_qos(0, MESSAGES_AT_ONCE * 100, False)
        tags: list[int] = []

        def take(message: Any) -> None:  # noqa: ANN401 - a library's own
            count(message.body)
            tags.append(message.delivery_tag)
            if len(tags) >= MESSAGES_AT_ONCE:
                channel.basic_ack(tags[-1], multiple=True)
                tags.clear()

        channel.basic_consume(name, callback=take)
        ready()
        try:
            while True:
                connection.drain_events(timeout=QUIET_S)
        except TimeoutError:
            return


def pika_blocking(url: str, ready: Callable[[], None], count: Count) -> None:
    """Pika's blocking connection."""
    pika: Any = importlib.import_module("pika")
    with pika.BlockingConnection(pika.URLParameters(url[:-1] + "%2F")) as connection:
        channel = connection.channel()
        channel.exchange_declare("celeryev", "topic", durable=True)
        name = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(name, "celeryev", "#")
        channel.basic_qos(prefetch_count=MESSAGES_AT_ONCE * 100)
        ready()
        for number, (method, _, body) in enumerate(channel.consume(name, inactivity_timeout=QUIET_S), start=1):
            if method is None:
                return
            count(body)
            if number % MESSAGES_AT_ONCE == 0:
                channel.basic_ack(method.delivery_tag, multiple=True)


def aio_pika_queue(url: str, ready: Callable[[], None], count: Count) -> None:
    """aio-pika (pamqp and aiormq below it)."""
    aio_pika: Any = importlib.import_module("aio_pika")

    async def run() -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=MESSAGES_AT_ONCE * 100)
            exchange = await channel.declare_exchange("celeryev", "topic", durable=True)
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(exchange, "#")
            last_at = [time.monotonic()]
            seen = [0]

            async def take(message: Any) -> None:  # noqa: ANN401 - a library's own
                count(message.body)
                last_at[0] = time.monotonic()
                seen[0] += 1
                if seen[0] % MESSAGES_AT_ONCE == 0:
                    await message.ack(multiple=True)

            await queue.consume(take)
            ready()
            while time.monotonic() - last_at[0] < QUIET_S:  # noqa: ASYNC110 - nothing tells of quiet
                await asyncio.sleep(0.1)

    asyncio.run(run())


def _queue(channel: Any) -> str:  # noqa: ANN401 - kombu's stubs know no channel
    exchange = get_exchange(channel.connection.client)
    queue = kombu.Queue("", exchange=exchange, routing_key="#", exclusive=True, auto_delete=True)(channel)
    queue.declare()
    return str(queue.name)


SOURCES: dict[str, dict[str, tuple[Source, str | None]]] = {
    "redis": {
        "Umbel, redis": (ours("redis"), None),
        "Umbel, kombu": (ours("kombu"), None),
        "Celery's receiver": (celery_receiver, None),
        "hiredis on a socket": (hiredis_reader, "hiredis"),
    },
    "rabbitmq": {
        "Umbel, amqp": (ours("amqp"), None),
        "Umbel, kombu": (ours("kombu"), None),
        "Celery's receiver": (celery_receiver, None),
        "py-amqp": (py_amqp, None),
        "pika": (pika_blocking, "pika"),
        "aio-pika": (aio_pika_queue, "aio_pika"),
    },
}


# ------------------------------------------------------------------------------------------------ the machinery


def receive(kind: str, name: str, url: str) -> None:
    """Receive until it is quiet, and print what it took as JSON."""
    logging.disable(logging.INFO)
    events = first_at = last_at = 0.0
    decode = decoder()

    def count(body: object) -> int:
        nonlocal events, first_at, last_at
        found = 1 if body is None else decode(body)
        events += found
        last_at = time.perf_counter()
        first_at = first_at or last_at
        return found

    cpu_began = [0.0]

    def ready() -> None:
        print("ready", flush=True)
        cpu_began[0] = time.process_time()

    SOURCES[kind][name][0](url, ready, count)
    cpu_s = time.process_time() - cpu_began[0]
    print(json.dumps({"events": int(events), "cpu_s": cpu_s, "took_s": last_at - first_at}))


def publish(kind: str, stream: Path, url: str, rate: float) -> None:
    """Publish a stream, at most ``rate`` messages a second (0: as fast as it goes)."""
    with ExitStack() as parts:
        send = (_to_redis if kind == "redis" else _to_rabbitmq)(parts, url)
        print("ready", flush=True)
        sys.stdin.readline()
        began, sent = time.monotonic(), 0
        for some in _chunks(stream):
            send(some)
            sent += len(some)
            if rate:
                time.sleep(max(0.0, began + sent / rate - time.monotonic()))


def _chunks(stream: Path) -> Iterator[list[bytes]]:
    bodies = _stream.read(stream)
    while some := list(islice(bodies, MESSAGES_AT_ONCE)):
        yield some


def _to_redis(parts: ExitStack, url: str) -> Callable[[list[bytes]], None]:
    client = parts.enter_context(redis.Redis.from_url(url))

    def send(bodies: list[bytes]) -> None:
        pipeline = client.pipeline(transaction=False)
        for body in bodies:
            pipeline.publish("/0.celeryev/task.multi", _stream.redis_message(body))
        pipeline.execute()

    return send


def _to_rabbitmq(parts: ExitStack, url: str) -> Callable[[list[bytes]], None]:
    connection = parts.enter_context(kombu.Connection(url))
    channel: Any = connection.channel()
    exchange = get_exchange(connection)
    exchange(channel).declare()
    told: dict[str, Any] = {"content_type": "application/json", "content_encoding": "utf-8"}

    def send(bodies: list[bytes]) -> None:
        for body in bodies:
            message = channel.prepare_message(body, properties={"delivery_mode": 1}, **told)
            channel.basic_publish(message, exchange=exchange.name, routing_key="task.multi")

    return send


def measure(kind: str, name: str, stream: Path, url: str, rate: float) -> dict[str, Any]:
    """Return what it took one receiver to receive the stream."""
    program = [sys.executable, "-m", "benches.receivers", "--url", url, "--kind", kind, "--stream", str(stream)]
    with (
        subprocess.Popen(  # noqa: S603 - ours
            [*program, "--publish", "--rate", str(rate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as publishing,
        subprocess.Popen([*program, "--receive", name], stdout=subprocess.PIPE, text=True) as receiving,  # noqa: S603 - ours
    ):
        for process in (publishing, receiving):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        publishing.communicate("go\n", timeout=LIMIT_S)
        given: dict[str, Any] = json.loads(receiving.communicate(timeout=LIMIT_S)[0])
        return given


def decoding_alone(stream: Path, events: int) -> None:
    """Print what of all the figures is decoding."""
    bodies, count = list(_stream.read(stream)), decoder()
    began = time.process_time()
    assert sum(map(count, bodies)) == events
    cpu_s = time.process_time() - began
    print(f"{'-':<10}{'decoding alone':<22}{cpu_s / events * 1e6:>10.2f}{events / cpu_s:>14,.0f}", flush=True)


def table(kind: str, stream: Path, events: int, folder: Path, given: argparse.Namespace) -> None:
    """Measure the receivers of one broker, and print a line for each."""
    with ExitStack() as parts:
        broker = start_broker(parts, folder, kind)
        if kind == "redis":  # or Redis cuts off a subscriber that falls 32 MB behind
            with redis.Redis.from_url(broker.url) as admin:
                admin.config_set("client-output-buffer-limit", "pubsub 0 0 0")
        for name, (_, module) in SOURCES[kind].items():
            is_missing = module is not None and importlib.util.find_spec(module) is None
            if is_missing or given.only not in name:
                continue
            found = measure(kind, name, stream, broker.url, given.rate)
            each_us, a_cpu_s = found["cpu_s"] / found["events"] * 1e6, found["events"] / found["cpu_s"]
            lost = events - found["events"]
            rate_s = found["events"] / found["took_s"]
            print(f"{kind:<10}{name:<22}{each_us:>10.2f}{a_cpu_s:>14,.0f}{rate_s:>12,.0f}{lost:>8}", flush=True)


def main() -> None:
    """Measure, and print the table and the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rate", type=float, default=0.0, help="messages a second; as fast as it goes by default")
    parser.add_argument("--only", default="", help="part of the names of those to measure")
    parser.add_argument("--receive", help=argparse.SUPPRESS)
    parser.add_argument("--publish", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--kind", default="", help=argparse.SUPPRESS)
    parser.add_argument("--stream", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.receive:
        receive(given.kind, given.receive, given.url)
        return
    if given.publish:
        publish(given.kind, given.stream, given.url, given.rate)
        return
    with tempfile.TemporaryDirectory(prefix="umbel-receivers-") as folder:
        stream = Path(folder) / "stream.jsonl"
        messages, events = _stream.write(stream, TASKS["quick" if given.quick else "normal"])
        print(machine())
        print(f"load {load()}; {events:,} events in {messages:,} messages")
        print(f"{'broker':<10}{'receiver':<22}{'µs/event':>10}{'events/CPU s':>14}{'events/s':>12}{'missing':>8}")
        decoding_alone(stream, events)
        for kind in SOURCES:
            table(kind, stream, events, Path(folder), given)


if __name__ == "__main__":
    main()
