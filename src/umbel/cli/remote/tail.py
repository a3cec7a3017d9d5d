"""``umbel tail``: what happens, a line an event, as the monitor page has it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any, Final

import click

from umbel.cli.remote import shown
from umbel.cli.remote.command import remote_command
from umbel.cli.remote.server import Server, ServerFailed
from umbel.model.lines import Line, text_of

COLOURS: Final = {
    "succeeded": "green",
    "started": "blue",
    "received": "yellow",
    "sent": "yellow",
    "failed": "red",
    "rejected": "red",
    "worker": "magenta",
}
RETRY_AT_MOST_S: Final = 10.0

Message = tuple[str, dict[str, Any]]


def tail(server: Server, given: dict[str, Any]) -> None:
    """Write lines until Ctrl-C, or until there were as many as were asked for."""
    left = given["lines"]
    for event, message in messages(server, " ".join(given["search"]), time.sleep):
        if event == "gap":
            click.echo(f"... {shown.line(message['reason'])}", err=True)
        for item in message["items"] if event == "lines" else ():
            _write(item, given)
            left = None if left is None else left - 1
            if left == 0:
                return
        if event == "lines" and message["sampled"]:
            click.echo("... more happened than is shown", err=True)


def _write(item: dict[str, Any], given: dict[str, Any]) -> None:
    if given["as_json"]:
        click.echo(json.dumps(item, ensure_ascii=True))
        return
    fields = {name: value for name, value in item.items() if name in Line.__struct_fields__ and name != "at"}
    text = shown.line(text_of(Line(at=0.0, **fields)))
    at = shown.parsed(item["at"]).astimezone().strftime("%H:%M:%S")
    click.secho(f"[{at}] {text}", fg=COLOURS.get(item["kind"]))  # without a terminal click leaves the colour out


def messages(server: Server, search: str, pause: Callable[[float], None]) -> Iterator[Message]:
    """Yield the events of the stream; a link that breaks is made again. Raises ServerFailed where none is made."""
    seen: list[bool] = []
    wait_s = 1.0
    while True:
        try:
            for message in _stream(server, search):
                seen.append(True)
                wait_s = 1.0
                yield message
        except ServerFailed as error:
            if not seen:
                raise
            click.echo(f"... {shown.line(error)}; trying again", err=True)
        pause(wait_s)
        wait_s = min(RETRY_AT_MOST_S, 2 * wait_s)


def _stream(server: Server, search: str) -> Iterator[Message]:
    with server.open("stream", {"topics": "lines", "search": search}, when_broken="broke off") as answer:
        yield from _events(answer)


def _events(answer: HTTPResponse) -> Iterator[Message]:
    """Yield ``event`` and ``data`` of server-sent events (WHATWG HTML, section 9.2.6)."""
    event, data = "message", ""
    for raw in answer:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                yield event, json.loads(data)
            event, data = "message", ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "data":
            data += value


COMMAND: Final = remote_command(
    "tail",
    tail,
    click.Argument(["search"], nargs=-1),
    click.Option(["-n", "--lines"], type=click.IntRange(1), help="End after so many lines."),
    help_="Write what happens as it happens: [13:45:26] Task send_sms[abc123de] succeeded in 2.1s. All, or what "
    "happens to tasks that SEARCH finds (the language of the search box).",
    short="Write what happens, live.",
)
