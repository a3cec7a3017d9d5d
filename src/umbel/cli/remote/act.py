"""``umbel revoke`` and ``umbel purge``: what a page asks in a dialog is asked here as well."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any, Final, get_args

import click

from umbel.cli.remote import shown
from umbel.cli.remote.command import NotDone, remote_command, told
from umbel.cli.remote.server import BadWords, Server, part
from umbel.model.commands import Signal

_DONE: Final = frozenset({"done", "partly"})


def revoke(server: Server, given: dict[str, Any]) -> None:
    """Revoke, end or abort tasks, and write what each worker answered. Raises NotDone where nobody did it."""
    if given["terminate"] and given["abort"]:
        raise BadWords("--terminate and --abort do different things; say one of them")
    command: dict[str, Any] = {"command": "revoke", "ids": list(given["ids"])}
    if given["terminate"]:
        command |= {"command": "terminate", "signal": given["signal"]}
    elif given["abort"]:
        command |= {"command": "abort"}
    _give(server, command, given)


def purge(server: Server, given: dict[str, Any]) -> None:
    """Delete what waits in a queue, exported first where a file is named."""
    target = given["export"]
    if target is not None and Path(target).exists():
        raise BadWords(f"{target} exists; name another file")
    command = {"command": "purge", "queue": given["queue"], "export": target is not None}
    answer = _give(server, command, given)
    if target is not None and answer["export"]:
        with server.open(f"commands/exports/{part(answer['export'])}") as export, Path(target).open("xb") as file:
            shutil.copyfileobj(export, file)
        click.echo(f"written to {target}", err=True)


def _give(server: Server, command: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    preview = server.ask("commands/preview", body={"command": command})
    body = {"command": command, "why": given["why"], "confirm": _confirmed(preview, given["confirm"])}
    answer: dict[str, Any] = server.ask(
        "commands", body={key: value for key, value in body.items() if value is not None}
    )
    entry = answer["entry"]
    if not told(given, answer):
        shown.table(
            ("WHO", "ANSWER", "WHAT"),
            ((shown.line(r["worker"]), r["state"], shown.line(r["text"])) for r in entry["replies"]),
        )
    if entry["outcome"] not in _DONE:
        raise NotDone(shown.line(entry["text"]))
    return answer


def _confirmed(preview: dict[str, Any], confirm: str | None) -> str | None:
    """Return what has to be typed, asked for where somebody is there to type it. Raises BadWords."""
    wanted = preview["confirm"]
    if wanted is None or confirm is not None:
        return confirm
    for sentence in preview["effect"]:
        click.echo(shown.line(sentence), err=True)
    if not sys.stdin.isatty():
        raise BadWords(f"nobody is there to confirm it; say --confirm {wanted!r}")
    typed: str = click.prompt(f"Type {shown.line(wanted)} to confirm", err=True)
    return typed


_WHY: Final = click.Option(["--why"], metavar="TEXT", help="The reason, for the audit log.")
_CONFIRM: Final = click.Option(
    ["--confirm"], metavar="TEXT", help="What a page would have you type, where nobody is there to type it."
)

COMMANDS: Final = (
    remote_command(
        "revoke",
        revoke,
        click.Argument(["ids"], nargs=-1, required=True),
        click.Option(["--terminate"], is_flag=True, help="End the process that runs it; confirmed by `terminate`."),
        click.Option(
            ["--signal"],
            type=click.Choice(get_args(Signal)),
            default="TERM",
            show_default=True,
            help="With --terminate.",
        ),
        click.Option(["--abort"], is_flag=True, help="Ask an AbortableTask to end itself."),
        _WHY,
        _CONFIRM,
        help_="Have workers skip tasks that have not begun; end those that run only where that is asked for.",
        short="Revoke, end or abort tasks.",
    ),
    remote_command(
        "purge",
        purge,
        click.Argument(["queue"]),
        click.Option(["--export"], metavar="FILE", help="Write what is deleted to this file, one message a line."),
        _WHY,
        _CONFIRM,
        help_="Delete the messages that wait in a queue; confirmed by its name.",
        short="Empty a queue.",
    ),
)
