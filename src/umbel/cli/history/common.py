"""What the commands of the history share: their settings, the store, and errors in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import click

from umbel.cli.options import SettingOption, SettingsCommand, given
from umbel.cli.remote.server import BadWords
from umbel.cli.resolve import Resolver
from umbel.cli.run import BAD_SETTING, FAILED, INTERRUPTED
from umbel.cli.sources import Environment, read_dotenv
from umbel.cli.visible import visible
from umbel.model.errors import UmbelError
from umbel.model.search import SearchError
from umbel.setting import SettingsError
from umbel.settings import PUBLIC, Settings
from umbel.store.protocols import Store

PLACE: Final = ("store", "cluster")
KEEP: Final = ("keep_days", "keep_days_by_state", "keep_tasks", "keep_bytes")
KEEP_FIGURES: Final = ("keep_by_minute", "keep_by_hour", "keep_by_day")


class HistoryCommand(SettingsCommand):
    """A command with some of the settings as options. What it raises is told in one line; Ctrl-C ends it quietly."""

    def __init__(self, *names: str, more: Callable[..., Any], params: list[click.Parameter], **kwargs: Any) -> None:
        settings = [SettingOption(setting) for setting in PUBLIC if setting.name in names]
        super().__init__(callback=more, params=[*params, *settings], **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        try:
            return super().invoke(ctx)
        except UmbelError as error:
            click.echo(f"Error: {visible(str(error))}", err=True)
            ctx.exit(BAD_SETTING if isinstance(error, SettingsError | BadWords | SearchError) else FAILED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains when it closes standard output
            ctx.exit(FAILED)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"Error: {where}{error.strerror or error}", err=True)
            ctx.exit(FAILED)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def settings_of(params: Mapping[str, Any]) -> Settings:
    """Return the settings, as a server here would have them, under these options. Raises SettingsError."""
    environments = (Environment(os.environ), read_dotenv(Path.cwd()))
    return Resolver(given(params), {}, environments, as_flower=False).resolve().settings


@contextmanager
def opened(settings: Settings, *, make: bool) -> Iterator[Store]:
    """Lend the store. Without ``make`` it has to be there."""
    from umbel.store.registry import open_store  # noqa: PLC0415  # a quarter of a second, which --help need not wait for

    store = open_store(settings.store_location, synchronous=settings.store_synchronous, make=make)
    with closing(store):
        yield store


def schemas_of(settings: Settings) -> tuple[str | None, str]:
    """Return the schema of the store, ``None`` where none is there, and the newest one."""
    from umbel.store.registry import schema_of  # noqa: PLC0415  # the same

    return schema_of(settings.store_location)


def tasks(number: int) -> str:
    """Return a number of tasks in words."""
    return f"{number:,} task{'' if number == 1 else 's'}"
