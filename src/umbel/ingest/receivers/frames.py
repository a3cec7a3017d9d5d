"""Finds the messages in what an AMQP 0-9-1 broker sends: a method, a header and a body, each a frame of its own.

Source: the AMQP 0-9-1 specification, sections 2.3.5 (frames), 4.2.6 (content) and the class Basic. py-amqp reads a
frame with three calls to the socket and builds an object for it; here a chunk of many messages is cut at once, and
whatever is not plainly a message is left to py-amqp.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from umbel.ingest.errors import LinkLost
from umbel.ingest.receivers.protocol import RawMessage

FRAME_END: Final = 0xCE
METHOD, HEADER, BODY = 1, 2, 3
_DELIVER: Final = b"\x00\x3c\x00\x3c"
_OVERHEAD: Final = 8
_CONTENT_TYPE, _CONTENT_ENCODING = 0x8000, 0x4000
_KINDS_KEPT: Final = 1_000

_FRAME: Final = Struct(">BHI")
_CONTENT: Final = Struct(">HHQ")
_TAG: Final = Struct(">Q")

Kind = tuple[str | None, str | None]


class FrameCutter:
    """Cuts chunks into messages of one channel. ``on_frame`` gets every other frame, in its order.

    ``last_tag`` is the delivery tag of the newest message. ``frame_max`` is what was agreed with the broker.
    """

    def __init__(self, channel: int, frame_max: int, on_frame: Callable[[tuple[int, int, bytes]], Any]) -> None:
        self.last_tag: int | None = None
        self._method = _FRAME.pack(METHOD, channel, 0)[:3]
        self._channel = channel
        self._longest = frame_max + _OVERHEAD
        self._on_frame = on_frame
        self._kinds: dict[bytes, Kind] = {}

    def cut(self, data: bytes, messages: list[RawMessage]) -> bytes:
        """Add the messages that are complete to ``messages``, and return the rest of ``data``.

        Raises LinkLost for what is no frame, and whatever ``on_frame`` raises; all before it was added.
        """
        at, end = 0, len(data)
        while end - at >= _OVERHEAD:
            if data.startswith(self._method, at) and data.startswith(_DELIVER, at + 7):
                next_at = self._message(data, at, messages)
            else:
                next_at = self._frame(data, at)
            if next_at < 0:
                break
            at = next_at
        return data[at:]

    def _message(self, data: bytes, at: int, messages: list[RawMessage]) -> int:
        """Take one message; return where it ends, -1 where it is not complete."""
        end = len(data)
        header_at = at + _OVERHEAD + _FRAME.unpack_from(data, at)[2]
        if header_at + _OVERHEAD + 12 > end:
            return -1
        kind, channel, size = _FRAME.unpack_from(data, header_at)
        body_at = header_at + _OVERHEAD + size
        length = _CONTENT.unpack_from(data, header_at + 7)[2]
        if kind != HEADER or channel != self._channel or not 0 < length <= self._longest - _OVERHEAD:
            return self._frame(data, at)
        next_at: int = body_at + _OVERHEAD + length
        if next_at > end:
            return -1
        is_whole = data[header_at - 1] == data[body_at - 1] == data[next_at - 1] == FRAME_END
        if not is_whole or _FRAME.unpack_from(data, body_at) != (BODY, self._channel, length):
            return self._frame(data, at)
        content_type, encoding = self._kind(data[header_at + 19 : body_at - 1])
        messages.append(RawMessage(data[body_at + 7 : next_at - 1], content_type, encoding))
        self.last_tag = _TAG.unpack_from(data, at + 12 + data[at + 11])[0]
        return next_at

    def _frame(self, data: bytes, at: int) -> int:
        """Hand one frame on; return where it ends, -1 where it is not complete."""
        kind, channel, size = _FRAME.unpack_from(data, at)
        next_at = at + _OVERHEAD + int(size)
        if next_at - at > self._longest:
            raise LinkLost(f"the broker sent a frame of {size} bytes, which is longer than agreed")
        if next_at > len(data):
            return -1
        if data[next_at - 1] != FRAME_END:
            raise LinkLost("the broker sent a frame without an end")
        self._on_frame((kind, channel, data[at + 7 : next_at - 1]))
        return next_at

    def _kind(self, properties: bytes) -> Kind:
        kind = self._kinds.get(properties)
        if kind is None:
            if len(self._kinds) >= _KINDS_KEPT:
                self._kinds.clear()
            kind = self._kinds[properties] = kind_of(properties)
        return kind


def kind_of(properties: bytes) -> Kind:
    """Return the content type and encoding of a message: the first two of its properties, each with its flag."""
    flags = int.from_bytes(properties[:2], "big")
    texts: list[str | None] = []
    at = 2
    for flag in (_CONTENT_TYPE, _CONTENT_ENCODING):
        text = None
        if flags & flag and at < len(properties):
            stop = at + 1 + properties[at]
            text = properties[at + 1 : stop].decode("utf-8", "replace")
            at = stop
        texts.append(text)
    return texts[0], texts[1]
