"""What Redis sends to a subscriber is taken apart rightly, however it is cut into chunks."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.pushes import EXCERPT_BYTES, MAX_MESSAGE_BYTES, PushParser

PATTERN = b"/0.celeryev/*"
CONFIRMED = b"*3\r\n$10\r\npsubscribe\r\n$13\r\n/0.celeryev/*\r\n:1\r\n"
PONGS = (b"*2\r\n$4\r\npong\r\n$0\r\n\r\n", b"+PONG\r\n")
MOVING = b">4\r\n$6\r\nMOVING\r\n:15\r\n*2\r\n:7\r\n$3\r\nabc\r\n_\r\n"
"""Other news, as servers that speak RESP 3 may send them."""


def bulk(text: bytes) -> bytes:
    """Return a string as Redis writes it."""
    return b"$%d\r\n%s\r\n" % (len(text), text)


def message(payload: bytes, channel: bytes = b"/0.celeryev/task.multi", kind: bytes = b"*") -> bytes:
    """Return a message of the pattern as Redis sends it."""
    return kind + b"4\r\n" + bulk(b"pmessage") + bulk(PATTERN) + bulk(channel) + bulk(payload)


PAYLOADS = st.binary(max_size=60) | st.sampled_from((b"\r\n$5\r\n", message(b"within"), b"x" * 3_000))
CHANNELS = st.sampled_from((b"/0.celeryev/task.multi", b"/0.celeryev/worker.heartbeat", b"/0.celeryev/a\r\n$9\r\nb"))
NOISE = st.sampled_from((CONFIRMED, *PONGS, MOVING))


@given(
    parts=st.lists(st.tuples(PAYLOADS, CHANNELS, st.sampled_from((b"*", b">"))) | NOISE, max_size=12),
    cuts=st.lists(st.integers(0, 5_000), max_size=30),
)
def test_chunks_do_not_matter(parts: list[tuple[bytes, bytes, bytes] | bytes], cuts: list[int]) -> None:
    """Every payload comes once, whole and in order, wherever the stream was cut, and other pushes are passed over."""
    wire = b"".join(part if isinstance(part, bytes) else message(*part) for part in parts)
    ends = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    parser = PushParser(PATTERN)

    came = [payload for begin, end in pairwise(ends) for payload in parser.feed(wire[begin:end])]

    assert came == [part[0] for part in parts if not isinstance(part, bytes)]
    assert parser.confirmed == parts.count(CONFIRMED)
    assert parser.pongs == sum(parts.count(pong) for pong in PONGS)


def test_a_message_byte_by_byte() -> None:
    """The worst cut of all."""
    parser = PushParser(PATTERN)
    wire = CONFIRMED + message(b"one") + message(b"two") + PONGS[0]

    came = [payload for at in range(len(wire)) for payload in parser.feed(wire[at : at + 1])]

    assert (came, parser.confirmed, parser.pongs) == ([b"one", b"two"], 1, 1)


def test_a_message_without_measure_takes_no_memory() -> None:
    """Of one that nothing of Celery's could be, the beginning is handed on for the decoder to refuse."""
    parser = PushParser(PATTERN)
    length = MAX_MESSAGE_BYTES + 1_000_000
    head = message(b"")[: -len(b"$0\r\n\r\n")]
    came = parser.feed(head + b"$%d\r\n" % length + b"y" * 5_000)
    left = length - 5_000
    while left:
        chunk = b"y" * min(left, 65_536)
        came += parser.feed(chunk)
        left -= len(chunk)
    came += parser.feed(b"\r\n" + message(b"after"))

    assert came == [b"y" * EXCERPT_BYTES, b"after"]


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (b"-NOPERM this user has no permissions to access one of the channels\r\n", "NOPERM this user"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not of its protocol"),
        (b"*9999999\r\n", "a length that cannot be"),
        (b"*2\r\n$-7\r\n", "a length that cannot be"),
        (b"*" + b"1" * 70_000, "a line that does not end"),
    ],
)
def test_what_is_no_answer_ends_the_link(wire: bytes, told: str) -> None:
    """An error of the server is told in its words, and what is not Redis is not listened to."""
    with pytest.raises(LinkLost, match=told):
        PushParser(PATTERN).feed(wire)
