"""``umbel export``: tasks into a file, from a store or from a running server."""

from __future__ import annotations

import gzip
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast, get_args

import click

from umbel import __version__
from umbel.cli.history.common import PLACE, HistoryCommand, opened, settings_of, tasks
from umbel.cli.history.progress import Progress
from umbel.cli.history.remote import remote_chunks
from umbel.cli.options import HELP
from umbel.cli.remote.server import BadWords
from umbel.model.search import Query, SearchError
from umbel.model.search_parser import parse
from umbel.settings import Settings
from umbel.store.archiving import Chunk, Format, export
from umbel.store.protocols import Store

STANDARD_OUTPUT: Final = "-"


def run(params: dict[str, Any]) -> None:
    """Write the archive. Raises UmbelError and OSError; what was begun is then not left behind."""
    text = searched(" ".join(params["search"]), params["since"], params["until"])
    now = time.time()
    query = parse(text, now=now)
    target: str = params["output"]
    form = params["format"] or format_of(target)
    progress = Progress(quiet=params["quiet"])
    if params["server"]:
        chunks = remote_chunks(params["server"], params["auth"], text, form)
        written = _write(chunks, target, progress, None, overwrite=params["overwrite"])
    else:
        written = _from_store(
            settings_of(params), query, form, target, progress, overwrite=params["overwrite"], now=now
        )
    where = "" if target == STANDARD_OUTPUT else f" to {target}"
    progress.end(f"Exported {tasks(written)}{where}")


def searched(search: str, since: str | None, until: str | None) -> str:
    """Return one search of all that was asked for. Raises BadWords for a time that is none."""
    for option, bound in (("--since", since), ("--until", until)):
        if bound is not None:
            _check_time(option, bound)
    bounds = [f'{word}:"{bound}"' for word, bound in (("after", since), ("before", until)) if bound is not None]
    if not bounds:
        return search
    return " ".join([f"({search})", *bounds] if search.strip() else bounds)


def _check_time(option: str, text: str) -> None:
    try:
        if '"' in text or "\\" in text:
            raise BadWords(f"{option}={text} is not a time")
        parse(f'after:"{text}"', now=time.time())
    except SearchError as error:
        raise BadWords(f"{option}: {error}") from None


def format_of(name: str) -> Format:
    """Return the format that a file's ending says; JSON where it says nothing."""
    return "csv" if name.lower().removesuffix(".gz").endswith(".csv") else "ndjson"


def _from_store(  # noqa: PLR0913  # what was asked for, by name
    settings: Settings, query: Query, form: Format, target: str, progress: Progress, *, overwrite: bool, now: float
) -> int:
    with opened(settings, make=False) as store:
        total = _total(store, query)
        chunks = export(store, query, form, version=__version__, now=now)
        return _write(chunks, target, progress, total, overwrite=overwrite)


def _total(store: Store, query: Query) -> int | None:
    """How many there will be, where that is known without looking."""
    page = store.list(query, limit=1)
    return page.count if page.count_kind == "exact" else None


def _write(chunks: Iterator[Chunk], target: str, progress: Progress, total: int | None, *, overwrite: bool) -> int:
    written = 0
    of_all = "" if total is None else f" of {total:,}"
    with _output(target, overwrite=overwrite) as file:
        for chunk in chunks:
            file.write(chunk.data)
            written += chunk.tasks
            progress.say(f"{written:,}{of_all} tasks")
        file.flush()
    return written


@contextmanager
def _output(target: str, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Lend the file. It gets its name when it is whole, so that nobody takes a part for an archive."""
    if target == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        return
    path = Path(target)
    if path.exists() and not path.is_file():  # a pipe or a device
        with _packed(path, target) as file:
            yield file
        return
    if path.exists() and not overwrite:
        raise BadWords(f"{target} exists; name another file, or say --overwrite")
    part = path.with_name(f"{path.name}.part")
    try:
        with _packed(part, target) as file:
            yield file
        os.replace(part, path)  # noqa: PTH105  # Path.replace says the same
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _packed(path: Path, target: str) -> Iterator[BinaryIO]:
    with path.open("wb") as plain:
        if not target.lower().endswith(".gz"):
            yield plain
            return
        with gzip.GzipFile(filename="", mode="wb", fileobj=plain, compresslevel=5, mtime=0) as packed:
            yield cast("BinaryIO", packed)


def _export(**params: Any) -> None:
    run(params)


export_command = HistoryCommand(
    *PLACE,
    name="export",
    more=_export,
    params=[
        click.Argument(["search"], nargs=-1),
        click.Option(
            ["-o", "--output"],
            default=STANDARD_OUTPUT,
            show_default=True,
            metavar="FILE",
            help="Where to; - is standard output. An ending .gz packs it.",
        ),
        click.Option(
            ["--format"],
            type=click.Choice(get_args(Format)),
            help="ndjson can be imported again, csv is for spreadsheets.  [default: by the file's ending, else ndjson]",
        ),
        click.Option(["--since"], metavar="TIME", help="Only tasks seen since then: 2026-11-21, 17:20, -7d."),
        click.Option(["--until"], metavar="TIME", help="Only tasks seen before then."),
        click.Option(["--overwrite"], is_flag=True, help="Replace a file that is there."),
        click.Option(["--server"], metavar="URL", help="Ask a running Umbel instead of reading its store."),
        click.Option(
            ["--auth"],
            metavar="USER:PASSWORD",
            envvar="UMBEL_SERVER_AUTH",
            help="Sign in to the server as.  [env: UMBEL_SERVER_AUTH]",
        ),
        click.Option(["-q", "--quiet"], is_flag=True, help="Say nothing but errors."),
    ],
    help="Write tasks to a file, oldest first: all, or those that SEARCH finds (the language of the search box; "
    "after -- where it begins with a dash). An import of the file restores them exactly.",
    short_help="Write tasks to a file.",
    context_settings=HELP,
)
