"""What an AMQP broker sends is cut into messages rightly, however it is cut into chunks."""

from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given, strategies as st

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.frames import FrameCutter, kind_of
from umbel.ingest.receivers.protocol import RawMessage

CHANNEL = 1
FRAME_MAX = 4_096
JSON_UTF8 = b"\xc0\x00\x10application/json\x05utf-8"
HEARTBEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"

Frame = tuple[int, int, bytes]


def frame(kind: int, payload: bytes, channel: int = CHANNEL) -> bytes:
    """Return a frame as it is on the wire."""
    return pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def short(text: bytes) -> bytes:
    """Return a short string as it is on the wire."""
    return bytes([len(text)]) + text


def frames_of(body: bytes, tag: int, properties: bytes = JSON_UTF8, channel: int = CHANNEL) -> list[bytes]:
    """Return a delivered message as its frames."""
    deliver = b"\x00\x3c\x00\x3c" + short(b"consumer") + pack(">QB", tag, 0) + short(b"celeryev") + short(b"task.multi")
    header = pack(">HHQ", 60, 0, len(body)) + properties
    room = FRAME_MAX - 8
    parts = [body[at : at + room] for at in range(0, len(body), room)]
    return [frame(1, deliver, channel), frame(2, header, channel), *(frame(3, part, channel) for part in parts)]


class Cut:
    """A cutter, and all that it has found."""

    def __init__(self) -> None:
        self.others: list[Frame] = []
        self.messages: list[RawMessage] = []
        self.cutter = FrameCutter(CHANNEL, FRAME_MAX, self.others.append)
        self._rest = b""

    def feed(self, wire: bytes, *cuts: int) -> None:
        """Feed it a stream in chunks."""
        ends = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
        for begin, end in pairwise(ends):
            self._rest = self.cutter.cut(self._rest + wire[begin:end], self.messages)


BODIES = st.binary(min_size=1, max_size=80) | st.just(b"b" * (FRAME_MAX - 8)) | st.just(b"\xce\x01\x00\x01" * 20)


@given(
    bodies=st.lists(BODIES | st.none(), max_size=12),
    cuts=st.lists(st.integers(0, 3_000), max_size=30),
)
def test_chunks_do_not_matter(bodies: list[bytes | None], cuts: list[int]) -> None:
    """Every message comes once, whole and in order, wherever the stream was cut; heartbeats go to py-amqp."""
    numbered = list(enumerate(bodies, start=1))
    wire = b"".join(HEARTBEAT if body is None else b"".join(frames_of(body, tag)) for tag, body in numbered)
    cut = Cut()
    cut.feed(wire, *cuts)

    sent = [(tag, body) for tag, body in numbered if body is not None]
    assert cut.messages == [RawMessage(body, "application/json", "utf-8") for _, body in sent]
    assert cut.cutter.last_tag == (sent[-1][0] if sent else None)
    assert cut.others == [(8, 0, b"")] * bodies.count(None)


@pytest.mark.parametrize(
    "wire",
    [
        b"".join(frames_of(b"x" * 10_000, 7)),
        b"".join(frames_of(b"", 7)),
        b"".join(frames_of(b"body", 7, channel=2)),
        frames_of(b"body", 7)[0] + HEARTBEAT + b"".join(frames_of(b"body", 7)[1:]),
        frame(1, b"\x00\x14\x00\x28" + b"\x01\x96" + short(b"gone")),
    ],
    ids=["longer than a frame", "without a body", "of another channel", "interrupted", "channel closed"],
)
def test_what_is_not_plain_is_left_to_py_amqp(wire: bytes) -> None:
    """All of its frames, in their order and complete, and no part of it is taken for a message."""
    cut = Cut()
    cut.feed(wire, *range(0, len(wire), 100))

    assert cut.messages == []
    assert b"".join(frame(*(kind, payload), channel) for kind, channel, payload in cut.others) == wire


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (frame(1, b"payload")[:-1] + b"\x00", "without an end"),
        (pack(">BHI", 1, 1, 10**9) + b"x" * 100, "longer than agreed"),
        (frames_of(b"body", 1)[0][:-1] + b"\x00" + b"".join(frames_of(b"body", 1)[1:]), "without an end"),
    ],
)
def test_what_is_no_frame_ends_the_link(wire: bytes, told: str) -> None:
    """A broker that breaks its own rules is left, before anything is made of what it says."""
    with pytest.raises(LinkLost, match=told):
        Cut().feed(wire)


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        (JSON_UTF8, ("application/json", "utf-8")),
        (JSON_UTF8 + b"\x00\x00\x00\x00\x01", ("application/json", "utf-8")),
        (b"\x40\x00\x06latin1", (None, "latin1")),
        (b"\x80\x00\x03a/b", ("a/b", None)),
        (b"\x10\x00\x01", (None, None)),
        (b"\x00\x00", (None, None)),
        (b"\xc0\x00", (None, None)),
    ],
)
def test_the_kind_of_a_message(properties: bytes, kind: tuple[str | None, str | None]) -> None:
    """Content type and encoding are read where they are, and nothing is where they are not."""
    assert kind_of(properties) == kind
