"""``umbel import``: tasks of an archive into a store."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from umbel.cli.history.common import KEEP, PLACE, HistoryCommand, opened, settings_of, tasks
from umbel.cli.history.progress import Progress
from umbel.cli.options import HELP
from umbel.cli.remote.server import BadWords
from umbel.cli.run import FAILED
from umbel.settings import Settings
from umbel.store.archiving import Imported, Importer, Line

STANDARD_INPUT: Final = "-"
BAD_LINES_TOLD: Final = 20
_GZIP: Final = b"\x1f\x8b"


class _Teller:
    """Says how far it is, and which lines were left out."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told = 0

    def say(self, done: Imported) -> None:
        self._progress.say(f"{done.tasks:,} tasks read, {done.new:,} of them new")

    def bad(self, number: int, reason: str) -> None:
        self._told += 1
        self._progress.clear()
        if self._told <= BAD_LINES_TOLD:
            click.echo(f"Line {number:,} is left out: {reason}", err=True)
        elif self._told == BAD_LINES_TOLD + 1:
            click.echo("More lines are left out; they are counted.", err=True)


def run(params: dict[str, Any]) -> int:
    """Import and return the exit code: 1 where something was left out or is missing. Raises UmbelError and OSError."""
    settings = settings_of(params)
    progress = Progress(quiet=params["quiet"])
    teller = _Teller(progress)
    with _input(params["file"]) as file, opened(settings, make=True) as store:
        importer = Importer(store, tell=teller.say, tell_bad=teller.bad)
        try:
            done = importer.run(file)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            progress.clear()
            click.echo(f"{params['file']} is cut off or damaged: {error}", err=True)
            done = importer.done
    progress.end(sentence(done))
    for warning in _warnings(done, settings):
        click.echo(f"Warning: {warning}", err=True)
    return FAILED if done.bad or not done.is_whole else 0


def sentence(done: Imported) -> str:
    """Return what an import did."""
    left_out = f"; {done.bad:,} lines left out" if done.bad else ""
    return f"Imported {tasks(done.tasks)}: {done.new:,} new, {done.changed:,} changed, {done.same:,} known{left_out}"


def _warnings(done: Imported, settings: Settings) -> Iterator[str]:
    if done.expected is None:
        yield "the archive has no last line: it was cut off, and what stood behind it is missing"
    elif not done.is_whole:
        yield f"the archive should hold {tasks(done.expected)}: lines are missing"
    if done.new and (settings.keep_days or settings.keep_days_by_state):
        days = f"keep_days={settings.keep_days or 0}"
        yield f"an imported task is as old as it was: a server with {days} deletes those that are older"
    if done.new and (settings.keep_tasks or settings.keep_days or settings.keep_days_by_state):
        yield (
            "by count and by size (keep_tasks, keep_bytes) imported tasks are the newest of their store: where such a "
            "bound is reached, a server deletes those that were there before"
        )


@contextmanager
def _input(name: str) -> Iterator[Line]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    path = Path(name)
    if path.is_dir():
        raise BadWords(f"{name} is a folder")
    with path.open("rb") as plain:
        if plain.peek(len(_GZIP))[: len(_GZIP)] != _GZIP:
            yield plain
            return
        with gzip.open(plain) as packed:
            yield packed


def _import(**params: Any) -> None:
    code = run(params)
    if code:
        click.get_current_context().exit(code)


import_command = HistoryCommand(
    *PLACE,
    *KEEP[:2],
    name="import",
    more=_import,
    params=[
        click.Argument(["file"]),
        click.Option(["-q", "--quiet"], is_flag=True, help="Say nothing but errors and warnings."),
    ],
    help="Read FILE, an archive that `umbel export` wrote (ndjson, packed or not; - is standard input), into a store. "
    "What is stored already learns what it did not know; twice the same changes nothing. A server may use the store "
    "meanwhile.",
    short_help="Read such a file into a store.",
    context_settings=HELP,
)
