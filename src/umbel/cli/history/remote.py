"""An archive from a running server, through its API."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import IO, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from umbel.cli.history.common import BadWords
from umbel.model.archive import read_end
from umbel.model.errors import UmbelError
from umbel.model.secrets import mask_url
from umbel.store.archiving import Chunk, Format

SILENCE_S: Final = 60.0
_AT_ONCE: Final = 65_536
_MEDIA_TYPES: Final[dict[Format, str]] = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class ServerFailed(UmbelError):
    """The server cannot be reached, refused, or broke off."""


def remote_chunks(server: str, auth: str | None, search: str, form: Format) -> Iterator[Chunk]:
    """Yield the archive as it comes. Raises BadWords and ServerFailed."""
    shown = mask_url(server)
    parts = urlsplit(server)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadWords(f"--server={shown} is no address such as http://localhost:5555")
    opener = build_opener(_SameServer(shown))
    try:
        with opener.open(_request(server, auth, search, form), timeout=SILENCE_S) as answer:
            _must_be_an_archive(answer, shown, form)
            yield from _chunks(answer, form)
    except HTTPError as error:
        with error:
            raise ServerFailed(f"{shown} answered {error.code}: {_detail(error)}") from None
    except (URLError, http.client.HTTPException, OSError, ValueError) as error:  # the last for where it sends us
        reason = getattr(error, "reason", None) or error
        raise ServerFailed(f"{shown} did not send the whole archive: {reason or type(error).__name__}") from None


class _SameServer(HTTPRedirectHandler):
    """Follows redirects on the server that was named alone: the password is meant for nobody else."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def redirect_request(  # as urllib has it
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        """Return the next request, or raise ServerFailed."""
        there = _origin(newurl)
        if there != _origin(req.full_url):
            raise ServerFailed(
                f"{self._shown} sends to another address, {there}; if that is Umbel, name it in --server"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{host.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ''))}"


def _must_be_an_archive(answer: http.client.HTTPResponse, shown: str, form: Format) -> None:
    """Raise ServerFailed for a page that is something else, such as one to sign in at."""
    media_type = answer.headers.get_content_type()
    if media_type != _MEDIA_TYPES[form]:
        raise ServerFailed(f"{shown} sent {media_type} in place of an archive; is this the address of Umbel?")


def _request(server: str, auth: str | None, search: str, form: Format) -> Request:
    query = urlencode({"search": search, "format": form})
    parts = urlsplit(server)
    host = parts.netloc.rpartition("@")[2]
    request = Request(f"{parts.scheme}://{host}{parts.path.rstrip('/')}/api/v1/history/export?{query}")  # noqa: S310  # looked at by the caller
    sign_in = auth or parts.netloc.rpartition("@")[0]
    if sign_in:
        request.add_header("Authorization", f"Basic {b64encode(sign_in.encode()).decode()}")
    return request


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


def _detail(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read(_AT_ONCE))["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.reason)
