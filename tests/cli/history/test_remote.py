"""``umbel export --server`` against servers that are not Umbel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.cli.history.conftest import Run

ARCHIVE = b"id,name\r\na,b\r\n"


class Strange(ThreadingHTTPServer):
    """Sends every path to ``sends_to`` where it has one; notes who signed in."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.sends_to = ""
        self.media_type = "text/csv"
        self.signed_in: list[str | None] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Strange

    def do_GET(self) -> None:
        self.server.signed_in.append(self.headers["Authorization"])
        sends_on = self.server.sends_to and not self.path.startswith("/moved")
        self.send_response(302 if sends_on else 200)
        if sends_on:
            self.send_header("Location", self.server.sends_to)
        self.send_header("Content-Type", self.server.media_type)
        self.end_headers()
        if not sends_on:
            self.wfile.write(ARCHIVE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running(server: Strange) -> Iterator[Strange]:
    """Serve until the end."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def strange() -> Iterator[tuple[Strange, Strange]]:
    """Two of them."""
    with ExitStack() as stack:
        yield stack.enter_context(running(Strange())), stack.enter_context(running(Strange()))


def export(run: Run, server: Strange) -> tuple[int, str, bytes]:
    """Exit code, what was said, and what came."""
    done = run("export", f"--server={server.url}", "--auth=ana:hush", "--format=csv")
    return done.exit_code, done.stderr, done.stdout_bytes


def test_the_password_goes_to_no_other_server(run: Run, strange: tuple[Strange, Strange]) -> None:
    """Whoever is sent elsewhere is told where, and nobody there hears of it."""
    first, other = strange
    first.sends_to = f"{other.url}/moved?search=mine"
    code, said, came = export(run, first)
    assert (code, came) == (1, b"")
    assert f"sends to another address, {other.url}; if that is Umbel, name it in --server" in said
    assert "hush" not in said
    assert other.signed_in == []


def test_another_path_of_the_same_server_is_followed(run: Run, strange: tuple[Strange, Strange]) -> None:
    """As a proxy with a prefix of its own asks for."""
    first, _ = strange
    first.sends_to = "/moved"
    assert export(run, first) == (0, "Exported 1 task\n", ARCHIVE)
    assert first.signed_in == ["Basic YW5hOmh1c2g="] * 2


def test_a_page_to_sign_in_is_no_archive(run: Run, strange: tuple[Strange, Strange]) -> None:
    """What is something else is not written to the file."""
    first, _ = strange
    first.media_type = "text/html; charset=utf-8"
    code, said, came = export(run, first)
    assert (code, came) == (1, b"")
    assert f"{first.url} sent text/html in place of an archive; is this the address of Umbel?" in said
