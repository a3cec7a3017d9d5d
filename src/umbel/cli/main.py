"""The command ``umbel``: without a sub-command it serves."""

from collections.abc import Mapping
from typing import Any, Final

import click

from umbel import __version__
from umbel.cli.demo.command import demo
from umbel.cli.history.db import db
from umbel.cli.history.export import export_command
from umbel.cli.history.import_ import import_command
from umbel.cli.options import HELP, SettingsCommand, format_groups, given, options, spelled
from umbel.cli.remote import act, inspect, look, tail
from umbel.cli.run import Invocation, run


class Umbel(click.Group):
    """The group: its own options are those of ``serve``, which it is short for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, spelled(args))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        format_groups(self, ctx, formatter)
        self.format_commands(ctx, formatter)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click hands it so
    if wanted:
        click.echo(f"umbel {__version__}")
        ctx.exit()


def _start(ctx: click.Context, **params: Any) -> None:
    if ctx.invoked_subcommand is None:
        ctx.exit(run(Invocation(params=params)))
    before = given(params)
    if before and ctx.invoked_subcommand != "serve":
        first = next(iter(before.values()))[0].origin
        raise click.UsageError(f"{first} stands after {ctx.invoked_subcommand}, as far as that has it")
    ctx.obj = params


def _serve(ctx: click.Context, **params: Any) -> None:
    ctx.exit(run(Invocation(params=_over(ctx.obj, params))))


def _over(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Options before ``serve`` and after it; those after it win."""
    return {**before, **{name: value for name, value in after.items() if value}}


VERSION = click.Option(
    ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)

umbel = Umbel(
    "umbel",
    callback=click.pass_context(_start),
    params=[*options(), VERSION],
    invoke_without_command=True,
    help="Serve Umbel, the monitor of Celery, for a broker or an application, until Ctrl-C.",
    context_settings=HELP,
)
umbel.add_command(
    SettingsCommand(
        "serve",
        callback=click.pass_context(_serve),
        params=options(),
        help="Serve Umbel; the same as umbel without a sub-command.",
        short_help="The same as without a sub-command.",
        context_settings=HELP,
    )
)

REMOTE: Final = (*look.COMMANDS, inspect.COMMAND, *act.COMMANDS, tail.COMMAND)
"""What asks a running server."""

for command in (*REMOTE, demo, export_command, import_command, db):
    umbel.add_command(command)


def main() -> None:
    """The console script."""
    umbel(prog_name="umbel")


if __name__ == "__main__":
    main()
