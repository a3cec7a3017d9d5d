"""From the body of a broker's message to events. Nothing that a message holds can stop it."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from umbel.ingest.agent_events import beat_report
from umbel.ingest.coerce import Refused
from umbel.ingest.lenient import UnknownType, events_of
from umbel.ingest.tally import MAX_EXCERPT_LENGTH, Reason, Tally
from umbel.ingest.wire import Wire
from umbel.model.events import Event
from umbel.model.texts import clean, safe_repr
from umbel.model.wire import BeatReport

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""Celery puts at most 24 events into a body; only the tracebacks in them have no bound of their own."""
JSON_TYPES: Final = frozenset({"application/json", "text/json", "application/x-json"})
UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "binary"})
OTHER_ENCODINGS: Final = frozenset({"utf-16", "utf-32", "latin-1", "iso-8859-1"})
"""No others: some of Python's codecs need quadratic time."""

_NOT_TYPED: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)
_NOT_JSON: Final = (ValueError, RecursionError)  # ValueError is also what bad UTF-8 and too many digits raise


OnBeat = Callable[[str, BeatReport, float], object]


def unheard(_beat: str, _report: BeatReport, _at: float) -> None:
    """Let what beat says pass by."""


class EventDecoder:
    """Turns bodies into events and tells its tally of all that it could not use. One thread at a time.

    ``on_beat`` is given the reports of the agent in beat: which beat, what it says, and its stamp (epoch seconds).
    It must be quick and not raise.
    """

    def __init__(self, tally: Tally, on_beat: OnBeat = unheard) -> None:
        self._tally = tally
        self._on_beat = on_beat
        self._wire = Wire()

    def decode(self, body: object, content_type: str | None = None, encoding: str | None = None) -> list[Event]:
        """Return the events of one message, in their order; never raises.

        ``body`` is JSON as bytes or text, or what a transport has parsed already: one event or a list of them.
        Without a ``content_type`` it is taken for JSON; ``encoding`` is UTF-8 where it says nothing.
        """
        if content_type and content_type.partition(";")[0].strip().lower() not in JSON_TYPES:
            self._tally.add_malformed(Reason.CONTENT_TYPE, f"{content_type}: {_excerpt(body)}")
            return []
        if not isinstance(body, bytes | bytearray | memoryview | str):
            return self._each(body)
        if len(body) > MAX_BODY_BYTES:
            self._tally.add_malformed(Reason.TOO_LARGE, _excerpt(body))
            return []
        raw = body if isinstance(body, str) else bytes(body)
        events = self._typed(raw) if _is_utf8(encoding) else None
        return self._slowly(raw, encoding) if events is None else events

    def _typed(self, body: bytes | str) -> list[Event] | None:
        """Return the events where every one of them is as healthy workers send them, else ``None``."""
        if (b"\\u0000" in body) if isinstance(body, bytes) else ("\\u0000" in body):
            return None
        try:
            events = self._parsed(body)
        except _NOT_TYPED:
            return None
        self._tally.add_events(len(events))
        return events

    def _parsed(self, body: bytes | str) -> list[Event]:
        wire = self._wire
        if body[:1] in {b"[", "["}:
            return [*wire.tasks.decode(body)]
        is_worker = b'"worker-' in body if isinstance(body, bytes) else '"worker-' in body
        return [(wire.worker if is_worker else wire.task).decode(body)]

    def _slowly(self, body: bytes | str, encoding: str | None) -> list[Event]:
        try:
            text = body if isinstance(body, str) else _text(body, encoding)
        except LookupError:
            self._tally.add_malformed(Reason.ENCODING, f"{encoding}: {_excerpt(body)}")
            return []
        try:
            parsed = json.loads(text)
        except _NOT_JSON:
            self._tally.add_malformed(Reason.NOT_JSON, _excerpt(body))
            return []
        return self._each(parsed)

    def _each(self, parsed: object) -> list[Event]:
        items: Iterable[object] = parsed if isinstance(parsed, list | tuple) else (parsed,)
        return [event for item in items for event in self._one(item)]

    def _one(self, item: object) -> list[Event]:
        try:
            events = events_of(item, self._hear_beat)
        except Refused as refused:
            self._tally.add_malformed(refused.reason, _excerpt(item))
        except UnknownType as unknown:
            self._tally.add_unknown(unknown.type, _excerpt(item))
        else:
            self._tally.add_events(len(events))
            return events
        return []

    def _hear_beat(self, item: Mapping[str, Any]) -> None:
        self._on_beat(*beat_report(item))


def _is_utf8(encoding: str | None) -> bool:
    return not encoding or encoding.lower() in UTF8


def _text(body: bytes, encoding: str | None) -> str:
    """Return the text of ``body``; raises LookupError for an encoding that is not taken."""
    if _is_utf8(encoding):
        return body.decode("utf-8", "replace")
    name = str(encoding).lower()
    if name not in OTHER_ENCODINGS:
        raise LookupError(encoding)
    return body.decode(name, "replace")


def _excerpt(body: object) -> str:
    if isinstance(body, str):
        return clean(body[:MAX_EXCERPT_LENGTH])
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body[:MAX_EXCERPT_LENGTH]).decode("utf-8", "replace")
    return safe_repr(body)[:MAX_EXCERPT_LENGTH]
