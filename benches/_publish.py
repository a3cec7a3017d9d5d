"""Publishes a stream as fast as a broker takes it, with the least work of its own.

    python -m benches._publish redis|rabbitmq URL STREAM

What goes over the wire is made before: it says "ready", waits for a line, and then only copies bytes to a socket, so
that the load takes as little as possible of the cores that a bench measures. It ends when the broker has taken all.
"""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import kombu
from celery.events.event import get_exchange

from benches import _stream

CHUNK_BYTES = 1 << 18
EXCHANGE = b"celeryev"
ROUTING_KEY = b"task.multi"
CHANNEL_NAME = b"/0.celeryev/task.multi"
CHANNEL = 1
CONTENT_TYPE_ENCODING_AND_MODE = 0xD000
"""The flags of the three properties that are set: content type, content encoding and delivery mode."""


def main() -> None:
    """Prepare, wait, publish."""
    kind, url, stream = sys.argv[1:]
    bodies = _stream.read(Path(stream))
    publish = {"redis": to_redis, "rabbitmq": to_rabbitmq}[kind](url, bodies)
    print("ready", flush=True)
    sys.stdin.readline()
    publish()


def to_redis(url: str, bodies: Iterator[bytes]) -> Callable[[], None]:
    """Return what publishes these on Redis."""
    wire = bytearray()
    messages = 0
    for body in bodies:
        message = _stream.redis_message(body)
        for word in (
            b"*3",
            b"$7",
            b"PUBLISH",
            b"$%d" % len(CHANNEL_NAME),
            CHANNEL_NAME,
            b"$%d" % len(message),
            message,
        ):
            wire += word + b"\r\n"
        messages += 1
    address = urlsplit(url)
    link = socket.create_connection((address.hostname or "", address.port or 0))

    def read_answers() -> None:
        lines = 0
        while lines < messages:
            lines += link.recv(CHUNK_BYTES).count(b"\n")

    def publish() -> None:
        reader = threading.Thread(target=read_answers)
        reader.start()
        link.sendall(wire)
        reader.join()

    return publish


def to_rabbitmq(url: str, bodies: Iterator[bytes]) -> Callable[[], None]:
    """Return what publishes these on RabbitMQ."""
    connection = kombu.Connection(url)
    channel = connection.channel()
    get_exchange(connection)(channel).declare()
    wire = b"".join(frames(body) for body in bodies)

    def publish() -> None:
        connection.connection.transport.sock.sendall(wire)
        get_exchange(connection)(channel).declare()  # answered when all before it was taken

    return publish


def frames(body: bytes) -> bytes:
    """Return the frames of AMQP 0.9.1 that publish ``body``."""
    method = struct.pack(">HHH", 60, 40, 0) + _short(EXCHANGE) + _short(ROUTING_KEY) + b"\0"
    properties = _short(b"application/json") + _short(b"utf-8") + b"\1"
    header = struct.pack(">HHQH", 60, 0, len(body), CONTENT_TYPE_ENCODING_AND_MODE) + properties
    return _frame(1, method) + _frame(2, header) + _frame(3, body)


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _frame(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, CHANNEL, len(payload)) + payload + b"\xce"


if __name__ == "__main__":
    main()
