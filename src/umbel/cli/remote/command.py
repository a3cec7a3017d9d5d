"""What the commands that ask a server share: where it is, who asks, and the exit codes.

0 where it is there or was done, 1 where it is not, was refused or nobody answered, 2 where the words make no sense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from umbel.cli.history.common import HistoryCommand
from umbel.cli.options import HELP
from umbel.cli.remote import shown
from umbel.cli.remote.server import DEFAULT, Server

Do = Callable[[Server, dict[str, Any]], None]


class NotDone(click.ClickException):
    """It was asked for, and did not come about. Exit code 1."""

    exit_code = 1


def remote_command(name: str, do: Do, *params: click.Parameter, help_: str, short: str) -> HistoryCommand:
    """Return a command of ``umbel`` that calls ``do`` with the server and the parameters."""

    def run(**given: Any) -> None:
        do(Server(given.pop("server"), given.pop("auth")), given)

    return HistoryCommand(
        name=name,
        more=run,
        params=[
            *params,
            click.Option(
                ["--server"],
                metavar="URL",
                envvar="UMBEL_SERVER",
                default=DEFAULT,
                help=f"Where Umbel runs.  [default: {DEFAULT}; env: UMBEL_SERVER]",
            ),
            click.Option(
                ["--auth"],
                metavar="USER:PASSWORD",
                envvar="UMBEL_SERVER_AUTH",
                help="Sign in to the server as.  [env: UMBEL_SERVER_AUTH]",
            ),
            click.Option(["--json", "as_json"], is_flag=True, help="Write what the API answers, for programs."),
        ],
        help=help_,
        short_help=short,
        context_settings=HELP,
    )


def told(given: dict[str, Any], answer: object) -> bool:
    """Write the answer as JSON where that was asked for, and return whether it was."""
    if given["as_json"]:
        shown.as_json(answer)
    return bool(given["as_json"])
