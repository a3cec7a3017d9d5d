"""What kombu publishes on transports that have no messages of their own: JSON around the body."""

import binascii

import msgspec
from msgspec import Struct, field

from umbel.ingest.receivers.protocol import RawMessage


class _Properties(Struct, gc=False):
    body_encoding: str | None = None


class _Coded(Struct, gc=False):
    """What ``kombu.transport.virtual`` publishes; msgspec reads base64 into bytes while it parses."""

    body: bytes
    content_type: str | None = field(name="content-type", default=None)
    encoding: str | None = field(name="content-encoding", default=None)
    properties: _Properties = field(default_factory=_Properties)


class _Plain(Struct, gc=False):
    """The same where the body may be any text."""

    body: str
    content_type: str | None = field(name="content-type", default=None)
    encoding: str | None = field(name="content-encoding", default=None)
    properties: _Properties = field(default_factory=_Properties)


class Envelopes:
    """Opens envelopes. What is none is handed on as it is, for the decoder to refuse."""

    def __init__(self) -> None:
        self._coded = msgspec.json.Decoder(_Coded).decode
        self._plain = msgspec.json.Decoder(_Plain).decode

    def open(self, data: bytes) -> RawMessage:
        """Return the message in an envelope; never raises."""
        try:
            envelope = self._coded(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return self._open_slowly(data)
        if envelope.properties.body_encoding == "base64":
            return RawMessage(envelope.body, envelope.content_type, envelope.encoding)
        return self._open_slowly(data)

    def _open_slowly(self, data: bytes) -> RawMessage:
        try:
            envelope = self._plain(data)
            is_coded = envelope.properties.body_encoding == "base64"
            body = binascii.a2b_base64(envelope.body) if is_coded else envelope.body
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return RawMessage(data, None, None)
        return RawMessage(body, envelope.content_type, envelope.encoding)
