"""Hostile texts on a terminal and in the log."""

from __future__ import annotations

import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from click.testing import CliRunner

from umbel.cli.main import umbel
from umbel.cli.visible import LOG_FORMAT, LineFormatter, visible

HOSTILE = "w\x1b[2J\x07\u202e\x9b31m@h\r\n2026-01-01 ERROR umbel: all is lost\u2028\x00"


@pytest.mark.parametrize("text", ["", "send_sms", "Größe 10 µs, 日本", "a  b"])
def test_plain_texts_stay(text: str) -> None:
    """What a terminal shows in one line is shown as it is."""
    assert visible(text) == text


def test_a_message_is_one_line_of_the_log() -> None:
    """Nobody else writes a line of it; a traceback stays below its line."""
    record = logging.LogRecord("umbel.audit", logging.WARNING, __file__, 1, "%s: %s", ("ann", HOSTILE), None)
    line = LineFormatter(LOG_FORMAT).format(record)
    assert (len(line.splitlines()), line.isprintable()) == (1, True)
    assert "w\\u001b[2J\\u0007\\u202e\\u009b31m@h  2026-01-01 ERROR" in line
    record.exc_info = (ValueError, ValueError("x"), None)
    assert LineFormatter(LOG_FORMAT).format(record).splitlines()[1:] == ["ValueError: x"]


class Refusing(BaseHTTPRequestHandler):
    """Refuses with the words of a worker."""

    def do_GET(self) -> None:
        """Answer that it cannot be done."""
        body = b'{"detail": "w1: it answered with an error: \\u001b[2Jgone\\nError: nothing"}'
        self.send_response(409)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        """Say nothing."""


def test_what_a_server_refuses_with_is_one_line() -> None:
    """It may hold the words of a worker."""
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told = CliRunner().invoke(umbel, ["workers", f"--server=http://127.0.0.1:{server.server_port}"])
        server.shutdown()
    assert told.exit_code == 1
    assert "answered 409: w1: it answered with an error: \\u001b[2Jgone Error: nothing" in told.stderr
    assert "\x1b" not in told.output
