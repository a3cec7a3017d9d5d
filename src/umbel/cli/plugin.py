"""What ``celery umbel`` and ``celery flower`` do."""

from collections.abc import Sequence

import click
from celery import Celery

from umbel.cli.plugin_words import read_words
from umbel.cli.run import BAD_SETTING, Invocation, run
from umbel.setting import SettingsError


def run_plugin(name: str, words: Sequence[str], app: Celery, *, quiet: bool) -> int:
    """Serve with the application that celery has loaded, and return the exit code."""
    try:
        read = read_words(words, name)
    except SettingsError as error:
        click.echo(f"Error: {error}", err=True)
        return BAD_SETTING
    if read is None:
        return 0
    as_flower = name == "flower"
    return run(
        Invocation(params=read.params, as_flower=as_flower, conf=read.conf, notes=read.notes, app=app, quiet=quiet)
    )
