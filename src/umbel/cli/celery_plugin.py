"""The sub-commands ``celery umbel`` and ``celery flower``.

Celery imports this module whenever its command line starts, in workers too. So it imports nothing of Umbel before
one of the two is called. ``**_`` takes the options that the user's application adds to every sub-command.
"""
# ruff: noqa: PLC0415 - see above

from typing import Any

import click

_LENIENT = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@click.command("umbel", context_settings=_LENIENT, short_help="Start Umbel, the monitor.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def umbel(ctx: click.Context, /, words: tuple[str, ...], **_: Any) -> None:
    """Start Umbel, the monitor, with the application that celery has loaded."""
    ctx.exit(_run(ctx, "umbel", words))


@click.command("flower", context_settings=_LENIENT, short_help="Start Umbel in place of Flower.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def flower(ctx: click.Context, /, words: tuple[str, ...], **_: Any) -> None:
    """Start Umbel in place of Flower: options, environment and behaviour as there."""
    ctx.exit(_run(ctx, "flower", words))


def _run(ctx: click.Context, name: str, words: tuple[str, ...]) -> int:
    from umbel.cli.plugin import run_plugin

    return run_plugin(name, words, ctx.obj.app, quiet=ctx.obj.quiet)
