"""``umbel db``: look after a store."""

from __future__ import annotations

import time
from typing import Any, Final

import click

from umbel.cli.history.common import KEEP, KEEP_FIGURES, PLACE, HistoryCommand, opened, schemas_of, settings_of, tasks
from umbel.cli.history.progress import Progress
from umbel.cli.options import HELP
from umbel.cli.run import FAILED
from umbel.model.secrets import mask_url
from umbel.retention import retention_of
from umbel.store.protocols import StoreUnavailable

PAUSE_S: Final = 0.02
PATIENCE: Final = 30

db = click.Group("db", help="Look after the store of the history.", short_help="Check, prune or upgrade a store.")


def _check(**params: Any) -> None:
    settings = settings_of(params)
    schema, newest = schemas_of(settings)
    shown = mask_url(settings.store_location)
    with opened(settings, make=False) as store:
        stored = sum(n for count in store.counts() for n in count.by_state.values())
        problems = store.problems()
    click.echo(f"Store {shown}: schema {schema} (newest {newest}), {tasks(stored)}")
    for problem in problems:
        click.echo(f"  {problem}")
    click.echo("It is sound." if not problems else "It is not sound; restore a backup, or export what can be read.")
    if problems:
        click.get_current_context().exit(FAILED)


def _prune(**params: Any) -> None:
    settings = settings_of(params)
    retention, progress = retention_of(settings), Progress(quiet=params["quiet"])
    gone = figures = failures = 0
    with opened(settings, make=False) as store:
        while True:
            try:
                pruned = store.prune(retention, time.time())
            except StoreUnavailable:
                failures += 1
                if failures > PATIENCE:
                    raise
                time.sleep(1.0)
                continue
            gone += pruned.tasks
            figures += pruned.rollups
            progress.say(f"{tasks(gone)}{_and(figures)} deleted")
            if not pruned.more:
                break
            time.sleep(PAUSE_S)  # whoever waits for the lock gets a turn
        left = sum(n for count in store.counts() for n in count.by_state.values())
    progress.end(f"Deleted {tasks(gone)}{_and(figures)}, {tasks(left)} are left")


def _and(figures: int) -> str:
    """Return how many rows of figures, where there are some."""
    return f" and {figures:,} row{'' if figures == 1 else 's'} of figures" if figures else ""


def _upgrade(**params: Any) -> None:
    settings = settings_of(params)
    before, newest = schemas_of(settings)
    shown = mask_url(settings.store_location)
    if before == newest:
        click.echo(f"Store {shown}: schema {newest} is the newest")
        return
    with opened(settings, make=True):
        was = "made" if before is None else f"upgraded from schema {before}"
        click.echo(f"Store {shown}: {was}, now schema {newest}")


_QUIET: Final = (["-q", "--quiet"], "Say nothing but errors.")

db.add_command(
    HistoryCommand(
        *PLACE,
        name="check",
        more=_check,
        params=[],
        help="Read the whole store and say whether it is sound: the file, the counts, the dictionary, the bounds. "
        "Changes nothing. Exit code 1 where something is wrong.",
        short_help="Say whether it is sound.",
        context_settings=HELP,
    )
)
db.add_command(
    HistoryCommand(
        *PLACE,
        *KEEP,
        *KEEP_FIGURES,
        name="prune",
        more=_prune,
        params=[click.Option(_QUIET[0], is_flag=True, help=_QUIET[1])],
        help="Delete now what the settings do not keep. A server does so by itself, every minute.",
        short_help="Delete what is not to be kept.",
        context_settings=HELP,
    )
)
db.add_command(
    HistoryCommand(
        *PLACE,
        name="upgrade",
        more=_upgrade,
        params=[],
        help="Bring the store to the newest schema; make it where it is not there. A server does so when it starts.",
        short_help="Bring it to the newest schema.",
        context_settings=HELP,
    )
)
