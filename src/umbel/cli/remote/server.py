"""The one client of a running server."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from umbel.model.errors import UmbelError
from umbel.model.secrets import mask_url

DEFAULT: Final = "http://localhost:5555"
SILENCE_S: Final = 60.0
BAD_REQUEST: Final = 400
_AT_ONCE: Final = 65_536
_JSON: Final = "application/json"
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class BadWords(UmbelError):
    """Words of the command line that cannot be used together, or at all."""


class ServerFailed(UmbelError):
    """The server cannot be reached, refused, or broke off."""


class Server:
    """Umbel at ``url``, signed in to as ``auth`` (``user:password``) or as the URL says. Raises BadWords."""

    def __init__(self, url: str, auth: str | None = None) -> None:
        parts = urlsplit(url)
        self.shown = mask_url(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadWords(f"--server={self.shown} is no address such as {DEFAULT}")
        credentials, _, host = parts.netloc.rpartition("@")
        self._base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}/api/v1/"
        self._sign_in = auth or credentials
        self._opener = build_opener(_SameServer(self.shown))

    @contextmanager
    def open(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        body: object = None,
        *,
        when_broken: str = "did not answer",
    ) -> Iterator[http.client.HTTPResponse]:
        """Lend the answer to ``path`` below ``/api/v1``; a ``body`` is sent as JSON, by POST.

        Raises BadWords where the server says that what was asked for makes no sense, and ServerFailed.
        """
        try:
            with self._opener.open(self._request(path, query, body), timeout=SILENCE_S) as answer:
                yield answer
        except HTTPError as error:
            with error:
                detail = _detail(error)
            if error.code == BAD_REQUEST:
                raise BadWords(detail) from None
            raise ServerFailed(f"{self.shown} answered {error.code}: {detail}") from None
        except (URLError, http.client.HTTPException, OSError, ValueError) as error:  # the last for where it sends us
            reason = getattr(error, "reason", None) or error
            raise ServerFailed(f"{self.shown} {when_broken}: {reason or type(error).__name__}") from None

    def ask(self, path: str, query: Mapping[str, object] | None = None, body: object = None) -> Any:  # noqa: ANN401 - what it answers
        """Return the answer, which is JSON. Raises BadWords and ServerFailed."""
        with self.open(path, query, body) as answer:
            media_type = answer.headers.get_content_type()
            if media_type != _JSON:
                raise ServerFailed(f"{self.shown} sent {media_type} in place of JSON; is this the address of Umbel?")
            return json.load(answer)

    def _request(self, path: str, query: Mapping[str, object] | None, body: object) -> Request:
        given = {name: value for name, value in (query or {}).items() if value is not None and value != ""}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._base}{path}?{urlencode(given)}", data)  # noqa: S310  # looked at by the constructor
        if data is not None:
            request.add_header("Content-Type", _JSON)
        if self._sign_in:
            request.add_header("Authorization", f"Basic {b64encode(self._sign_in.encode()).decode()}")
        return request


def part(name: str) -> str:
    """Return a name as one part of a path."""
    return quote(name, safe="")


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


def _detail(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read(_AT_ONCE))["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.reason)
