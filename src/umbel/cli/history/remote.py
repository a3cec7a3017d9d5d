"""An archive from a running server, through its API."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Final

from umbel.cli.remote.server import Server, ServerFailed
from umbel.model.archive import read_end
from umbel.store.archiving import Chunk, Format

BROKEN: Final = "did not send the whole archive"
_AT_ONCE: Final = 65_536
_MEDIA_TYPES: Final[dict[Format, str]] = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


def remote_chunks(server: str, auth: str | None, search: str, form: Format) -> Iterator[Chunk]:
    """Yield the archive as it comes. Raises BadWords and ServerFailed."""
    there = Server(server, auth)
    with there.open("history/export", {"search": search, "format": form}, when_broken=BROKEN) as answer:
        _must_be_an_archive(answer, there.shown, form)
        yield from _chunks(answer, form)


def _must_be_an_archive(answer: http.client.HTTPResponse, shown: str, form: Format) -> None:
    """Raise ServerFailed for a page that is something else, such as one to sign in at."""
    media_type = answer.headers.get_content_type()
    if media_type != _MEDIA_TYPES[form]:
        raise ServerFailed(f"{shown} sent {media_type} in place of an archive; is this the address of Umbel?")


def _chunks(answer: http.client.HTTPResponse, form: Format) -> Iterator[Chunk]:
    """Count the tasks as they pass; an archive without its last line is not whole."""
    head = 1
    tail = b""
    lines = _Lines(is_csv=form == "csv")
    while data := answer.read1(_AT_ONCE):
        ended = lines.ended_in(data)
        yield Chunk(data, max(0, ended - head))
        head = max(0, head - ended)
        tail = (tail + data)[-200:]
    if form == "ndjson":
        if read_end(tail.splitlines(keepends=True)[-1] if tail else b"") is None:
            raise ServerFailed("the server broke off before the end of the archive; its log says why")
        yield Chunk(b"", -1)  # the last line is no task


class _Lines:
    """Counts ends of lines. In CSV one that stands in quotes is part of a text."""

    def __init__(self, *, is_csv: bool) -> None:
        self._is_csv = is_csv
        self._is_quoted = False

    def ended_in(self, data: bytes) -> int:
        """Return how many lines end in the next piece."""
        if not self._is_csv:
            return data.count(b"\n")
        ended = 0
        for number, part in enumerate(data.split(b'"')):
            if number:
                self._is_quoted = not self._is_quoted
            if not self._is_quoted:
                ended += part.count(b"\n")
        return ended
