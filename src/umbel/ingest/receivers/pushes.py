"""Parses what Redis sends to a subscriber: the part of RESP 2 and 3 that is in use on such a connection.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ and ``/develop/pubsub/``. A parser for this alone
is as fast as hiredis' is for all of it, since all messages of one pattern begin with the same bytes (ADR 040).
"""

from typing import Final

from umbel.ingest.errors import LinkLost

MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
"""Of a longer message only the beginning is handed on; nothing that Celery sends is near it."""
EXCERPT_BYTES: Final = 1_024

_END: Final = b"\r\n"
_MAX_LINE_BYTES: Final = 65_536
_MAX_BULK_BYTES: Final = 2**32
_MAX_PARTS: Final = 1_000
_KINDS: Final = frozenset({b"*", b">", b"+", b"-"})
_NESTED: Final = {b"*": 1, b">": 1, b"~": 1, b"%": 2}


class PushParser:
    """Turns chunks of bytes into the payloads of the messages that one pattern, or one channel, brought.

    ``confirmed`` counts the subscriptions that Redis has confirmed, ``pongs`` its answers to PING.
    """

    def __init__(self, pattern: bytes) -> None:
        self.confirmed = 0
        self.pongs = 0
        head = b"4\r\n$8\r\npmessage\r\n$%d\r\n%s\r\n$" % (len(pattern), pattern)
        self._heads = (b"*" + head, b">" + head)
        self._head_length = len(head) + 1
        self._channel_head = b"none yet"
        self._rest = b""
        self._parts: list[bytes] = []
        self._missing = 0
        self._to_skip = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads that are complete with ``data``, in their order.

        Raises LinkLost where Redis has sent an error, or what is not RESP.
        """
        if self._to_skip:
            data = self._skipped(data)
        if self._missing > len(data):
            self._parts.append(data)
            self._missing -= len(data)
            return []
        if self._parts:
            data = b"".join([*self._parts, data])
            self._parts.clear()
            self._missing = 0
        elif self._rest:
            data = self._rest + data
        return self._parsed(data)

    def _parsed(self, data: bytes) -> list[bytes]:
        payloads: list[bytes] = []
        find, starts, end, at = data.find, data.startswith, len(data), 0
        head, head_length = self._channel_head, len(self._channel_head)
        while at < end:
            if starts(head, at) and (begin := find(_END, at + head_length) + 2) > 1:
                stop = begin + _number(data[at + head_length : begin - 2], _MAX_BULK_BYTES)
            elif starts(self._heads, at):
                begin, stop = self._learn(data, at)
                head, head_length = self._channel_head, len(self._channel_head)
            else:
                begin, stop = 0, self._other(data, at, payloads) - 2
            if begin and stop + 2 > end:
                self._wait_for(data, at, begin, stop, payloads)
                return payloads
            if begin:
                payloads.append(data[begin:stop])
            if stop < 0:
                break
            at = stop + 2
        self._rest = data[at:]
        return payloads

    def _learn(self, data: bytes, at: int) -> tuple[int, int]:
        """Return where the payload of a message begins and ends, and remember its channel: more will come of it.

        Zero and -1 where they are not there yet.
        """
        length_at = at + self._head_length
        channel_at = data.find(_END, length_at) + 2
        size_at = channel_at + _number(data[length_at : channel_at - 2], _MAX_LINE_BYTES) + 3 if channel_at > 1 else 0
        begin = data.find(_END, size_at) + 2 if 0 < size_at < len(data) else 0
        if begin <= 1:
            _refuse_endless(data, at)
            return 0, -1
        self._channel_head = data[at:size_at]
        return begin, begin + _number(data[size_at : begin - 2], _MAX_BULK_BYTES)

    def _wait_for(self, data: bytes, at: int, begin: int, stop: int, payloads: list[bytes]) -> None:
        """Gather a message that is still on its way, without looking at it again and again; or pass over it."""
        self._rest = b""
        if stop - begin > MAX_MESSAGE_BYTES:
            payloads.append(data[begin : begin + EXCERPT_BYTES])
            self._to_skip = stop + 2 - len(data)
        else:
            self._parts = [data[at:]]
            self._missing = stop + 2 - len(data)

    def _skipped(self, data: bytes) -> bytes:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        return data[skipped:]

    def _other(self, data: bytes, at: int, payloads: list[bytes]) -> int:
        """Parse anything that is no message of the pattern; return where it ends, -1 where it is not complete."""
        kind = data[at : at + 1]
        if kind not in _KINDS:
            raise LinkLost(f"the server sent what is not of its protocol: {data[at : at + 40]!r}")
        line_end = data.find(_END, at)
        if line_end < 0:
            _refuse_endless(data, at)
            return -1
        line = data[at + 1 : line_end]
        if kind == b"-":
            raise LinkLost(f"the server said: {line.decode('utf-8', 'replace')}")
        if kind == b"+":
            self.pongs += 1
            return line_end + 2
        return self._array(data, line_end + 2, _number(line, _MAX_PARTS), payloads)

    def _array(self, data: bytes, at: int, count: int, payloads: list[bytes]) -> int:
        parts: list[bytes] = []
        while count:
            count -= 1
            line_end = data.find(_END, at)
            if line_end < 0:
                _refuse_endless(data, at)
                return -1
            kind, line = data[at : at + 1], data[at + 1 : line_end]
            at = line_end + 2
            if kind == b"$" and line != b"-1":
                stop = at + _number(line, MAX_MESSAGE_BYTES)
                if stop + 2 > len(data):
                    return -1
                parts.append(data[at:stop])
                at = stop + 2
            elif kind in _NESTED:
                count += _number(line, _MAX_PARTS) * _NESTED[kind]
        self._note(parts, payloads)
        return at

    def _note(self, parts: list[bytes], payloads: list[bytes]) -> None:
        kind = parts[0] if parts else b""
        if kind in {b"message", b"pmessage"}:
            payloads.append(parts[-1])
        elif kind in {b"subscribe", b"psubscribe"}:
            self.confirmed += 1
        elif kind == b"pong":
            self.pongs += 1


def _number(digits: bytes, most: int) -> int:
    if not digits.isdigit() or int(digits) > most:
        raise LinkLost(f"the server sent a length that cannot be: {digits[:40]!r}")
    return int(digits)


def _refuse_endless(data: bytes, at: int) -> None:
    if len(data) - at > _MAX_LINE_BYTES:
        raise LinkLost("the server sent a line that does not end")
